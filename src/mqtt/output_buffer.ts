// Bytes that are about to leave: one growing array that is filled in a turn, and another buffer's after it.

/** An array starts small and grows under load only: a large one for each write costs more than the write. */
const START = 1024;
/** Larger ones are not kept, nor more than so many bytes together. */
const KEEP = 64 * 1024;
const KEEP_IN_ALL = 1024 * 1024;
const NOTHING = new Uint8Array(0);

/** Arrays that no buffer holds at the moment: an idle connection has none. */
export class SpareArrays {
  readonly #arrays: Uint8Array[] = [];
  #bytes = 0;

  take(): Uint8Array {
    const array = this.#arrays.pop();
    if (array === undefined) return new Uint8Array(START);
    this.#bytes -= array.length;
    return array;
  }

  /** The giver must not use it any more. */
  give(array: Uint8Array): void {
    if (array.length < START || array.length > KEEP || this.#bytes + array.length > KEEP_IN_ALL) return;
    this.#arrays.push(array);
    this.#bytes += array.length;
  }
}

export class OutputBuffer {
  bytes: Uint8Array = NOTHING;
  length = 0;
  /** Packets that it holds: each is one {@link reserve}. */
  packets = 0;

  /** @param spare where its array comes from and goes to; default: nobody else's */
  constructor(private readonly spare = new SpareArrays()) {}

  /** Makes room for `size` bytes at the end, counts them as written, and returns where they start. */
  reserve(size: number): number {
    this.packets++;
    const start = this.length;
    const needed = start + size;
    if (this.bytes === NOTHING) this.bytes = this.spare.take();
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

  /** Forgets what it holds, and gives the array back. */
  clear(): void {
    this.length = 0;
    this.packets = 0;
    this.spare.give(this.bytes);
    this.bytes = NOTHING;
  }
}
