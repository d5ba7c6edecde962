// Bytes that came and are not handled yet: small while a connection is idle, growing while reads fill it.

/** An idle connection's buffer; it doubles while reads fill it, up to the largest. */
const START = 512;
const LARGEST = 64 * 1024;

export class InputBuffer {
  bytes = new Uint8Array(START);
  #filled = 0;

  /** Where the next read goes. */
  get room(): Uint8Array {
    return this.#filled === 0 ? this.bytes : this.bytes.subarray(this.#filled);
  }

  /** How much there is when a read has brought `count` bytes more. */
  available(count: number): number {
    return this.#filled + count;
  }

  /**
   * Moves what is left to the front, and gives the next read the room it is likely to need.
   * @param start of what is left
   * @param count of bytes that the last read brought
   */
  keep(start: number, available: number, count: number): void {
    const rest = available - start;
    const full = available === this.bytes.length;
    let size = this.bytes.length;
    // Memory follows the bytes that came, not the length that was claimed.
    if (rest === size || (full && size < LARGEST)) size *= 2;
    else if (rest === 0 && size > START && count * 8 < size) size = START;
    if (size === this.bytes.length) this.bytes.copyWithin(0, start, available);
    else {
      const bytes = new Uint8Array(size);
      bytes.set(this.bytes.subarray(start, available));
      this.bytes = bytes;
    }
    this.#filled = rest;
  }
}
