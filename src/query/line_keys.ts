// One line of a log as its keys, and what each of them becomes in its column.
import { isTable } from "../base/table.ts";
import { COLUMNS, KEYS } from "./columns.ts";
import type { Cell } from "./read_only.ts";

/** What JSON.parse made of a line. */
export type Keys = Readonly<Record<string, unknown>>;

/** Where the cell of each key stands: behind `ms`. */
const COLUMN_OF: ReadonlyMap<string, number> = new Map(KEYS.map((key, i) => [key, i + 1]));
// A U+FEFF at the beginning of a payload belongs to it.
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** `undefined` for what is no JSON object. */
export function keysOf(line: string): Keys | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return isTable(value) ? value : undefined;
  } catch {
    // No JSON: the caller counts it.
    return undefined;
  }
}

/** The cells of a row, in the order of the columns. */
export function cellsOf(keys: Keys, ms: number | undefined): Cell[] {
  const cells = new Array<Cell>(COLUMNS.length).fill(null);
  const others: [string, unknown][] = [];
  for (const key of Object.keys(keys)) {
    const index = COLUMN_OF.get(key);
    if (index === undefined) others.push([key, keys[key]]);
    else cells[index] = cellOf(key, keys[key]);
  }
  cells[0] = ms === undefined ? null : BigInt(ms);
  if (others.length > 0) cells[COLUMNS.length - 1] = JSON.stringify(Object.fromEntries(others));
  return cells;
}

function cellOf(key: string, value: unknown): Cell {
  if (typeof value === "string") {
    return key === "payload" ? payloadOf(value) : key === "packet_id" ? packetIdOf(value) : value;
  }
  // A number is bound as a REAL, a bigint as an INTEGER.
  if (typeof value === "number") return Number.isSafeInteger(value) ? BigInt(value) : value;
  if (typeof value === "boolean") return value ? 1n : 0n;
  return value === undefined || value === null ? null : JSON.stringify(value);
}

/** "17" is 17 and "" is null, as in the lines of RMQTT's program. */
function packetIdOf(text: string): Cell {
  return text === "" ? null : /^\d{1,6}$/.test(text) ? BigInt(text) : text;
}

/** Text where it is UTF-8 without U+0000, at which SQLite ends a text; else bytes. No base64: as it is. */
function payloadOf(base64: string): Cell {
  let bytes: Uint8Array;
  try {
    bytes = Uint8Array.fromBase64(base64, { lastChunkHandling: "strict" });
  } catch {
    // No base64.
    return base64;
  }
  try {
    return bytes.includes(0) ? bytes : utf8.decode(bytes);
  } catch {
    // No UTF-8.
    return bytes;
  }
}
