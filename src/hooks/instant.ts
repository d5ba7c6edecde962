// The moment a line is made, in the forms the lines need, made once per millisecond.
import type { FromType } from "./events.ts";
import { joined } from "./joined.ts";
import { LocalTime } from "./local_time.ts";

export class Instant {
  readonly #localTime = new LocalTime();
  #ms = NaN;
  #time = "";
  #ends: { [F in FromType]?: string } = {};

  /** Unix milliseconds. */
  get ms(): number {
    return this.#ms;
  }

  /** `"time":"2026-11-24 09:05:01.042"}` and the newline: the end of every line. */
  get time(): string {
    return this.#time;
  }

  /** The end of a message's line behind `"ts":`. */
  messageEnd(fromType: FromType): string {
    return this.#ends[fromType] ??= joined(this.#ms, ',"from_type":"', fromType, '",', this.#time);
  }

  /** Moves to another moment, Unix milliseconds. */
  set(ms: number): void {
    if (ms === this.#ms) return;
    this.#ms = ms;
    this.#time = joined('"time":"', this.#localTime.at(ms), '"}\n');
    this.#ends = {};
  }
}
