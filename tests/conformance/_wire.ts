// A client as bytes on an in-memory connection: says what is spelt, hears hexadecimal.
import assert from "node:assert/strict";
import { settled, type World } from "../broker/_world.ts";
import type { MemoryPeer } from "../helpers/memory_transport.ts";
import { bytesOf } from "../mqtt/_notation.ts";

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

export class Wire {
  #heard = 0;

  constructor(readonly peer: MemoryPeer) {}

  /** Sends packets in one piece, and returns what comes back at once. */
  async says(...packets: readonly string[]): Promise<string> {
    const bytes = packets.flatMap((packet) => [...bytesOf(packet)]);
    this.peer.send(Uint8Array.from(bytes));
    await settled();
    return this.heard();
  }

  /** What came since the last call. */
  heard(): string {
    const fresh = this.peer.writes.slice(this.#heard);
    this.#heard = this.peer.writes.length;
    return fresh.map((bytes) => bytes.toHex()).join("");
  }

  get ended(): boolean {
    return this.peer.writeClosed;
  }

  /** Drops the connection without a word. */
  async drop(): Promise<void> {
    this.peer.end();
    await settled();
  }
}

export interface Greeting {
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
): Promise<{ wire: Wire; connack: string }> {
  const wire = new Wire(world.accept());
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
): Promise<Wire> {
  const { wire, connack } = await connect(world, version, clientId, greeting);
  assert.match(connack, /^20..0[01]00/);
  return wire;
}
