// Tests of statements as bytes on in-memory connections.
import assert from "node:assert/strict";
import type { ListenerOptions } from "../../src/broker/options.ts";
import { TestClient, World } from "../broker/_world.ts";
import { bytesOf } from "../mqtt/_notation.ts";
import { titleOf } from "./title.ts";

export type Version = 4 | 5;

export const VERSIONS: readonly Version[] = [4, 5];

/** An empty Property Length, where the version has one. */
export function none(version: Version): string {
  return version === 5 ? "{}" : "";
}

/** Hexadecimal of `spelt`, in the spelling of tests/mqtt/_notation.ts. */
export function hex(...spelt: readonly string[]): string {
  return spelt.map((packet) => bytesOf(packet).toHex()).join("");
}

/**
 * A test of one version, on a world of its own.
 * @param statements as `titleOf` takes them
 */
export function shows(
  version: Version,
  what: string,
  statements: readonly string[],
  run: (world: World) => Promise<void>,
  options: Partial<ListenerOptions> = {},
): void {
  Deno.test(titleOf(version, `version ${version}: ${what}`, ...statements), async () => {
    await using world = new World(options);
    await run(world);
  });
}

interface Greeting {
  /** Connect Flags, hexadecimal; default Clean Session and no others. */
  readonly flags?: string;
  readonly keepAlive?: string;
  /** Of 5.0, without their length. */
  readonly properties?: string;
  /** Behind the Client Identifier. */
  readonly payload?: string;
}

/** Sends a CONNECT; `connack` is the whole answer. */
export async function connect(
  world: World,
  version: Version,
  clientId: string,
  { flags = "02", keepAlive = "0000", properties = "", payload = "" }: Greeting = {},
): Promise<{ wire: TestClient; connack: string }> {
  const wire = new TestClient(world.accept(), version);
  const given = version === 5 ? `{${properties}}` : "";
  const connack = await wire.says(
    `10* 'MQTT' 0${version} ${flags} ${keepAlive} ${given} '${clientId}' ${payload}`,
  );
  return { wire, connack };
}

/** The same for a CONNECT that must be accepted. */
export async function connected(
  world: World,
  version: Version,
  clientId: string,
  greeting: Greeting = {},
): Promise<TestClient> {
  const { wire, connack } = await connect(world, version, clientId, greeting);
  assert.match(connack, /^20..0[01]00/);
  return wire;
}
