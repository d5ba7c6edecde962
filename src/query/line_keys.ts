// One line of a log as its keys, and what each of them becomes in its column.
import { isTable } from "../base/table.ts";
import { COLUMNS, KEYS } from "./columns.ts";
import type { Cell } from "./read_only.ts";

/** What JSON.parse made of a line. */
export type Keys = Readonly<Record<string, unknown>>;

/** Where the cell of each key stands: behind `ms`. */
const COLUMN_OF: ReadonlyMap<string, number> = new Map(KEYS.map((key, i) => [key, i + 1]));
// A U+FEFF at the beginning of a payload belongs to it.
const encoder = new TextEncoder();
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

/** Puts the cells of a row to `cells`, in the order of the columns and from `start` on. */
export function putCells(cells: Cell[], start: number, keys: Keys, ms: number | undefined): void {
  cells.fill(null, start, start + COLUMNS.length);
  const others: [string, unknown][] = [];
  // What JSON.parse made inherits nothing that this would meet.
  for (const key in keys) {
    const index = COLUMN_OF.get(key);
    if (index === undefined) others.push([key, keys[key]]);
    else cells[start + index] = cellOf(key, keys[key]);
  }
  if (ms !== undefined) cells[start] = BigInt(ms);
  if (others.length > 0) {
    cells[start + COLUMNS.length - 1] = JSON.stringify(Object.fromEntries(others));
  }
}

function cellOf(key: string, value: unknown): Cell {
  if (typeof value === "string") {
    return key === "payload" ? payloadOf(value) : key === "packet_id" ? packetIdOf(value) : stored(value);
  }
  // A number is bound as a REAL, a bigint as an INTEGER.
  if (typeof value === "number") return Number.isSafeInteger(value) ? BigInt(value) : value;
  if (typeof value === "boolean") return value ? 1n : 0n;
  return value === undefined || value === null ? null : JSON.stringify(value);
}

/** "17" is 17 and "" is null, as in the lines of RMQTT's program. */
function packetIdOf(text: string): Cell {
  return text === "" ? null : /^\d{1,6}$/.test(text) ? BigInt(text) : stored(text);
}

/** A text as bytes where U+0000 is in it, at which SQLite would end it. MQTT has no such text, RMQTT does. */
function stored(text: string): Cell {
  return text.includes("\0") ? encoder.encode(text) : text;
}

/** Text where it is UTF-8 without U+0000; else bytes. No base64: as it is. */
function payloadOf(base64: string): Cell {
  return asciiOf(base64) ?? anyPayloadOf(base64);
}

/** What most payloads are is several times faster this way. `undefined` for all others. */
function asciiOf(base64: string): string | undefined {
  try {
    const text = atob(base64);
    // The way back shows that it was written as it must be, which atob() does not ask for.
    // deno-lint-ignore no-control-regex -- all of ASCII but U+0000
    return /^[\x01-\x7f]*$/.test(text) && btoa(text) === base64 ? text : undefined;
  } catch {
    // No base64.
    return undefined;
  }
}

function anyPayloadOf(base64: string): Cell {
  let bytes: Uint8Array;
  try {
    bytes = Uint8Array.fromBase64(base64, { lastChunkHandling: "strict" });
  } catch {
    // No base64.
    return stored(base64);
  }
  try {
    return bytes.includes(0) ? bytes : utf8.decode(bytes);
  } catch {
    // No UTF-8.
    return bytes;
  }
}
