// All that decides on clients: `[auth]` and `[acl]`, the files they name, and RMQTT's plugins for it.
import { resolve } from "node:path";
import { unknownWord } from "../base/nearest.ts";
import {
  type MosquittoAcl,
  parseMosquittoAcl,
  parsePasswordFile,
  type PasswordFile,
} from "../access/files.ts";
import {
  type AccessOptions,
  ACL_OPTIONS,
  AUTH_OPTIONS,
  type AuthenticatorName,
  AUTHENTICATORS,
} from "../access/options.ts";
import type { Values } from "../base/option.ts";
import {
  digestOf,
  readAclPlugin,
  readFlappingPlugin,
  readHttpPlugin,
  readJwtPlugin,
} from "./_access_plugins.ts";
import { optionsOf } from "./_checks.ts";
import type { Document } from "./_document.ts";
import type { KeyPath } from "./_key_path.ts";

const PLUGINS = ["rmqtt-acl", "rmqtt-auth-http", "rmqtt-auth-jwt", "rmqtt-flapping"] as const;
type AccessPlugin = (typeof PLUGINS)[number];

export function isAccessPlugin(name: string): name is AccessPlugin {
  return PLUGINS.some((plugin) => plugin === name);
}

/** How this room's files are read; each notes what it read, and tells what is wrong. */
interface AccessFiles {
  /** `undefined` after an error. */
  plugin(name: AccessPlugin): Document | undefined;
  /**
   * The text of a file that a key names; `undefined` after an error.
   * @param secret nobody but its owner and its group should read it
   */
  named(doc: Document, path: KeyPath, file: string, secret: boolean): string | undefined;
  /** Tells what is wrong in a line of it. */
  fault(file: string, line: number, text: string): void;
}

/** What the main file says of it. */
export interface AccessSections {
  readonly auth: Values;
  readonly acl: Values;
  /** `plugins.default_startups` */
  readonly plugins: readonly string[];
}

/** What is wrong goes to the findings. */
export function readAccess(
  doc: Document,
  { auth, acl, plugins }: AccessSections,
  files: AccessFiles,
  cwd: string,
): AccessOptions {
  const digests = new Map<string, string>();
  const { passwordFile: passwordPath } = optionsOf(AUTH_OPTIONS, auth, cwd);
  const { mosquittoFile: aclPath } = optionsOf(ACL_OPTIONS, acl, cwd);
  const lines = <T extends object>(
    path: KeyPath,
    file: string | undefined,
    secret: boolean,
    parse: (text: string) => T | readonly { readonly line: number; readonly text: string }[],
  ): T | undefined => {
    const text = file === undefined ? undefined : files.named(doc, path, file, secret);
    if (file === undefined || text === undefined) return undefined;
    digests.set(file, digestOf(text));
    const parsed = parse(text);
    if (!Array.isArray(parsed)) return parsed as T;
    for (const { line, text: problem } of parsed) files.fault(file, line, problem);
    return undefined;
  };
  const passwordFile: PasswordFile | undefined = lines(
    ["auth", "password_file"],
    passwordPath,
    true,
    parsePasswordFile,
  );
  const mosquittoAcl: MosquittoAcl | undefined = lines(
    ["acl", "mosquitto_file"],
    aclPath,
    false,
    parseMosquittoAcl,
  );
  const opened = <T>(name: AccessPlugin, read: (plugin: Document) => T | undefined): T | undefined => {
    const plugin = plugins.includes(name) ? files.plugin(name) : undefined;
    if (plugin === undefined) return undefined;
    digests.set(plugin.file, digestOf(JSON.stringify(plugin.data)));
    return read(plugin);
  };
  const named = (plugin: Document, path: KeyPath, file: string): string | undefined => {
    const text = files.named(plugin, path, resolve(cwd, file), false);
    if (text !== undefined) digests.set(file, digestOf(text));
    return text;
  };
  const rmqttAcl = opened("rmqtt-acl", (plugin) => readAclPlugin(plugin, cwd));
  const http = opened("rmqtt-auth-http", (plugin) => readHttpPlugin(plugin, cwd));
  const jwt = opened("rmqtt-auth-jwt", (plugin) => readJwtPlugin(plugin, cwd, named));
  const flapping = opened("rmqtt-flapping", (plugin) => readFlappingPlugin(plugin, cwd));
  const jwtFirst = (jwt?.priority ?? 0) > (http?.priority ?? 0);
  return {
    order: readOrder(doc, auth["auth.order"], jwtFirst),
    ...passwordFile !== undefined && { passwordFile },
    ...mosquittoAcl !== undefined && { mosquittoAcl },
    ...rmqttAcl !== undefined && { rmqttAcl },
    ...http !== undefined && { http: http.options },
    ...jwt !== undefined && { jwt: jwt.options },
    ...flapping !== undefined && { flapping },
    files: digests,
  };
}

/** Whether anything finds out who clients are. */
export function authenticates({ order, passwordFile, http, jwt, rmqttAcl }: AccessOptions): boolean {
  const asked = (name: AuthenticatorName, it: unknown): boolean => it !== undefined && order.includes(name);
  return asked("password_file", passwordFile) || asked("http", http?.authRequest) || asked("jwt", jwt) ||
    (rmqttAcl?.hasPasswords ?? false);
}

/** @param written `auth.order`, checked to be a list of texts */
function readOrder(doc: Document, written: unknown, jwtFirst: boolean): readonly AuthenticatorName[] {
  if (written === undefined) {
    return jwtFirst ? ["certificate", "password_file", "jwt", "http"] : AUTHENTICATORS;
  }
  const names = written as readonly string[];
  const order: AuthenticatorName[] = [];
  for (const [index, name] of names.entries()) {
    const path = ["auth", "order", index];
    const found = AUTHENTICATORS.find((it) => it === name);
    if (found === undefined) doc.error(path, unknownWord("name", name, AUTHENTICATORS));
    else if (order.includes(found)) doc.error(path, "is there twice");
    else order.push(found);
  }
  return order;
}
