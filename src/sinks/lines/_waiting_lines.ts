// The lines that wait in memory while the disk takes none: whole lines, in order, within a limit.
import { countLines, endOfLinesWithin } from "./line_bounds.ts";

export class WaitingLines {
  #buffer = new Uint8Array(0);
  #start = 0;
  #end = 0;
  #lines = 0;

  /** @param limit bytes; may be changed, and what waits already stays */
  constructor(public limit: number) {}

  /** How many lines wait. */
  get lines(): number {
    return this.#lines;
  }

  /** All that waits; valid until the next call. */
  get bytes(): Uint8Array {
    return this.#buffer.subarray(this.#start, this.#end);
  }

  /** Keeps the lines that fit, up to the first that does not. Returns how many did not. */
  add(lines: Uint8Array): number {
    const fits = endOfLinesWithin(lines, 0, this.limit - (this.#end - this.#start));
    const kept = lines.subarray(0, fits);
    this.#makeRoom(fits);
    this.#buffer.set(kept, this.#end);
    this.#end += fits;
    this.#lines += countLines(kept);
    return countLines(lines.subarray(fits));
  }

  /** Forgets whole lines at the front. Returns how many they were. */
  take(bytes: number): number {
    const lines = countLines(this.#buffer.subarray(this.#start, this.#start + bytes));
    this.#start += bytes;
    this.#lines -= lines;
    if (this.#start === this.#end) {
      this.#buffer = new Uint8Array(0);
      this.#start = this.#end = 0;
    }
    return lines;
  }

  #makeRoom(more: number): void {
    if (this.#end + more <= this.#buffer.length) return;
    const waiting = this.bytes;
    const needed = waiting.length + more;
    // At least doubled, so that growing costs one copy per byte on average, but never past the limit.
    const grown = new Uint8Array(Math.max(needed, Math.min(this.limit, 2 * needed)));
    grown.set(waiting);
    this.#buffer = grown;
    this.#start = 0;
    this.#end = waiting.length;
  }
}
