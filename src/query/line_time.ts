// When a line was written, as Unix milliseconds: its own number where it has one, else its local time.
import { KEY_INDEX } from "./columns.ts";
import { Kind, type LineScanner } from "./line_scanner.ts";

const OWN = [KEY_INDEX.ts, KEY_INDEX.created_at, KEY_INDEX.connected_at, KEY_INDEX.disconnected_at];
const TIME = KEY_INDEX.time;
/** No zone is further apart from another than a multiple of it. */
const QUARTER = 15 * 60_000;

/**
 * Reads the lines of one log in their order. `time` says nothing of its zone: lines that have both teach how far it is
 * from UTC; before the first of them this machine's zone serves.
 */
export class LineTime {
  #behindUtc: number | undefined;
  #taught = 0;

  /** `undefined` where the line has neither. */
  of(scanner: LineScanner): number | undefined {
    for (const column of OWN) {
      if (scanner.kinds[column] !== Kind.INTEGER) continue;
      const own = scanner.numbers[column] ?? 0;
      this.#learn(scanner, own);
      return own;
    }
    const local = localTime(scanner);
    return local === undefined
      ? undefined
      : local + (this.#behindUtc ?? new Date(local).getTimezoneOffset() * 60_000);
  }

  /** Once a quarter of an hour: a zone changes only with one. */
  #learn(scanner: LineScanner, own: number): void {
    const quarter = Math.floor(own / QUARTER);
    if (quarter === this.#taught) return;
    const local = localTime(scanner);
    if (local === undefined) return;
    this.#taught = quarter;
    this.#behindUtc = Math.round((own - local) / QUARTER) * QUARTER;
  }
}

/** `2026-11-24 09:05:01.042` as if it were UTC. */
function localTime(scanner: LineScanner): number | undefined {
  if (scanner.kinds[TIME] !== Kind.TEXT) return undefined;
  const { bytes } = scanner;
  const at = scanner.starts[TIME] ?? 0;
  if ((scanner.ends[TIME] ?? 0) - at !== 23) return undefined;
  const ms = Date.UTC(
    digits(bytes, at, 4),
    digits(bytes, at + 5, 2) - 1,
    digits(bytes, at + 8, 2),
    digits(bytes, at + 11, 2),
    digits(bytes, at + 14, 2),
    digits(bytes, at + 17, 2),
    digits(bytes, at + 20, 3),
  );
  return Number.isNaN(ms) ? undefined : ms;
}

/** NaN where one is none. */
function digits(bytes: Uint8Array, start: number, count: number): number {
  let value = 0;
  for (let at = start; at < start + count; at++) {
    const digit = (bytes[at] ?? 0) - 0x30;
    if (digit < 0 || digit > 9) return NaN;
    value = value * 10 + digit;
  }
  return value;
}
