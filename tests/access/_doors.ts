// Access made of the texts of its files, through the readers that the program has.
import assert from "node:assert/strict";
import { Chain } from "../../src/access/chain.ts";
import { parseMosquittoAcl } from "../../src/access/mosquitto_acl.ts";
import { type AccessOptions, AUTHENTICATORS } from "../../src/access/options.ts";
import { parsePasswordFile } from "../../src/access/password_file.ts";
import type { Clock } from "../../src/base/clock.ts";
import type { Log } from "../../src/base/log.ts";
import {
  readAclPlugin,
  readFlappingPlugin,
  readHttpPlugin,
  readJwtPlugin,
} from "../../src/config/_access_plugins.ts";
import { Document } from "../../src/config/_document.ts";
import { Findings } from "../../src/config/_findings.ts";

/** Texts of files; absent ones are not configured. */
export interface Sources {
  readonly passwords?: string;
  readonly mosquitto?: string;
  /** `rmqtt-acl.toml` */
  readonly rmqtt?: string;
  readonly http?: string;
  readonly jwt?: string;
  readonly flapping?: string;
  readonly order?: AccessOptions["order"];
  /** What `public_key` and `jwks_file` hold. */
  readonly keyFile?: string;
}

/** What a reader of a TOML file makes of a text, and all that it says of it. */
export function readToml<T>(
  text: string,
  read: (doc: Document) => T,
): { value: T; errors: readonly string[]; warnings: readonly string[] } {
  const findings = new Findings();
  const placeholder = (name: string): string => `\${${name}}`;
  const value = read(new Document("file.toml", text, placeholder, findings));
  return { value, errors: findings.errors.map(({ message }) => message), warnings: findings.warnings() };
}

export function optionsOf(sources: Sources): AccessOptions {
  const { passwords, mosquitto, rmqtt, http, jwt, flapping, keyFile } = sources;
  const sound = <T>(text: string, read: (doc: Document) => T): NonNullable<T> => {
    const { value, errors } = readToml(text, read);
    assert.deepEqual(errors, []);
    assert(value);
    return value;
  };
  const passwordFile = passwords === undefined ? undefined : parsePasswordFile(passwords);
  assert(passwordFile === undefined || "users" in passwordFile, JSON.stringify(passwordFile));
  const mosquittoAcl = mosquitto === undefined ? undefined : parseMosquittoAcl(mosquitto);
  assert(mosquittoAcl === undefined || "rulesFor" in mosquittoAcl, JSON.stringify(mosquittoAcl));
  return {
    order: sources.order ?? AUTHENTICATORS,
    ...passwordFile && { passwordFile },
    ...mosquittoAcl && { mosquittoAcl },
    ...rmqtt !== undefined && { rmqttAcl: sound(rmqtt, (doc) => readAclPlugin(doc, "/")) },
    ...http !== undefined && { http: sound(http, (doc) => readHttpPlugin(doc, "/")).options },
    ...jwt !== undefined && { jwt: sound(jwt, (doc) => readJwtPlugin(doc, "/", () => keyFile)).options },
    ...flapping !== undefined && { flapping: sound(flapping, (doc) => readFlappingPlugin(doc, "/")) },
    files: new Map(Object.entries(sources).map(([name, text]) => [name, String(text)])),
  };
}

/** To be disposed of. */
export function doors(sources: Sources, clock: Clock, log: Log = () => {}): Chain {
  return new Chain(optionsOf(sources), clock, log);
}
