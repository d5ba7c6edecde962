// Bytes that are about to leave: one growing array that is filled in a turn and reused after the write.

/** It starts small and grows under load only: a large one for each write costs more than the write. */
const START = 1024;
/** What an idle connection may keep; above it the array is given back when it is empty. */
const KEEP = 64 * 1024;

export class OutputBuffer {
  bytes = new Uint8Array(START);
  length = 0;
  /** Packets that it holds: each is one {@link reserve}. */
  packets = 0;

  /** Makes room for `size` bytes at the end, counts them as written, and returns where they start. */
  reserve(size: number): number {
    this.packets++;
    const start = this.length;
    const needed = start + size;
    if (needed > this.bytes.length) {
      const grown = new Uint8Array(Math.max(needed, this.bytes.length * 2));
      grown.set(this.bytes.subarray(0, start));
      this.bytes = grown;
    }
    this.length = needed;
    return start;
  }

  append(bytes: Uint8Array): void {
    const start = this.reserve(bytes.length);
    this.bytes.set(bytes, start);
  }

  /** Forgets what it holds. */
  clear(): void {
    this.length = 0;
    this.packets = 0;
    if (this.bytes.length > KEEP) this.bytes = new Uint8Array(START);
  }
}
