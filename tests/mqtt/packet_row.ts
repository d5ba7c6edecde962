// What a row of the packet tables holds: one packet, by name, and what the decoder must make of it.
import type { ProtocolVersion } from "../../src/mqtt/packets.ts";

export interface PacketRow {
  /** What the packet is. */
  readonly name: string;
  /** The versions for which the bytes mean the same. */
  readonly versions: readonly ProtocolVersion[];
  /** In the spelling of _notation.ts. */
  readonly bytes: string;
  /** The decoded packet: bytes as hexadecimal, absent fields left out. */
  readonly expected: Readonly<Record<string, unknown>>;
}

export const V3: readonly ProtocolVersion[] = [3];
export const V4: readonly ProtocolVersion[] = [4];
export const V34: readonly ProtocolVersion[] = [3, 4];
export const V5: readonly ProtocolVersion[] = [5];
export const ALL: readonly ProtocolVersion[] = [3, 4, 5];

/** A row as the tables write it. */
export type Written = readonly [
  name: string,
  versions: readonly ProtocolVersion[],
  bytes: string,
  expected: PacketRow["expected"],
];

export function rowsOf(written: readonly Written[]): PacketRow[] {
  return written.map(([name, versions, bytes, expected]) => ({ name, versions, bytes, expected }));
}
