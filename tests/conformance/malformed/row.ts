// What a row of the malformed-input tables holds: bytes, and what the broker must do about them.

export type Version = 3 | 4 | 5;

export interface Row {
  /** What is wrong with the bytes, or what is unusual and allowed. Unique within its group. */
  readonly what: string;
  readonly version: Version;
  /** `first`: in the place of the CONNECT; `open`: behind a CONNECT that was accepted. */
  readonly stage: "first" | "open";
  /** In the spelling of tests/mqtt/_notation.ts. */
  readonly bytes: string;
  /**
   * - `close`: the connection ends without a word
   * - `connack 84`, `disconnect 82`: the packet with this code, then the end
   * - `accepted`: a CONNACK of 0, and the connection goes on
   * - `answers 40020001`: these bytes and no others, and the connection goes on
   */
  readonly expect: string;
}

/** Rows that run as one step of the test. */
export interface Group {
  readonly name: string;
  readonly rows: readonly Row[];
}

export const VERSIONS: readonly Version[] = [3, 4, 5];

export const VERSION_NAMES: Readonly<Record<Version, string>> = { 3: "3.1", 4: "3.1.1", 5: "5.0" };

/** A fixed header of CONNECT, its length, and the variable header up to the version. */
export const CONNECT: Readonly<Record<Version, string>> = {
  3: "10* 'MQIsdp' 03",
  4: "10* 'MQTT' 04",
  5: "10* 'MQTT' 05",
};

/** No properties, where the version has any. */
export function none(version: Version): string {
  return version === 5 ? "{}" : "";
}

/** A row for a connection that was accepted: the end, with `code` in a DISCONNECT where there is one. */
export function ends(what: string, version: Version, bytes: string, code = "81"): Row {
  return { what, version, stage: "open", bytes, expect: version === 5 ? `disconnect ${code}` : "close" };
}

/** A CONNECT that is refused: 5.0 says why, 3.x closes without an answer. */
export function refuses(what: string, version: Version, bytes: string, code = "81"): Row {
  return { what, version, stage: "first", bytes, expect: version === 5 ? `connack ${code}` : "close" };
}

/** Something allowed: exactly this answer, and the connection goes on. */
export function answers(what: string, version: Version, bytes: string, answer: string): Row {
  return { what, version, stage: "open", bytes, expect: `answers ${answer}`.trimEnd() };
}

/** A CONNECT that is unusual and allowed. */
export function accepted(what: string, version: Version, bytes: string): Row {
  return { what, version, stage: "first", bytes, expect: "accepted" };
}
