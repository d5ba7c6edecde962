// When a line was written, as Unix milliseconds: its own number where it has one, else its local time.
import type { Keys } from "./line_keys.ts";

const OWN = ["ts", "created_at", "connected_at", "disconnected_at"] as const;
/** No zone is further apart from another than a multiple of it. */
const QUARTER = 15 * 60_000;

/**
 * Reads the lines of one log in their order. `time` says nothing of its zone: lines that have both teach how
 * far it is from UTC; before the first of them this machine's zone serves.
 */
export class LineTime {
  #behindUtc: number | undefined;
  #taught = 0;

  /** `undefined` where the line has neither. */
  of(keys: Keys): number | undefined {
    const own = OWN.map((key) => keys[key]).find((value) => Number.isSafeInteger(value));
    if (typeof own === "number") {
      this.#learn(keys, own);
      return own;
    }
    const local = localTime(keys);
    return local === undefined
      ? undefined
      : local + (this.#behindUtc ?? new Date(local).getTimezoneOffset() * 60_000);
  }

  /** Once a quarter of an hour: a zone changes only with one. */
  #learn(keys: Keys, own: number): void {
    const quarter = Math.floor(own / QUARTER);
    if (quarter === this.#taught) return;
    const local = localTime(keys);
    if (local === undefined) return;
    this.#taught = quarter;
    this.#behindUtc = Math.round((own - local) / QUARTER) * QUARTER;
  }
}

/** `2026-11-24 09:05:01.042` as if it were UTC. */
function localTime({ time }: Keys): number | undefined {
  if (typeof time !== "string" || !/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}$/.test(time)) return undefined;
  const ms = Date.parse(`${time.replace(" ", "T")}Z`);
  return Number.isNaN(ms) ? undefined : ms;
}
