// Keeps small payloads beyond their turn without an allocation for each, which costs more than the copy.
//
// A slab lives as long as any payload in it. So what lives briefly goes into large slabs, and what may wait
// long into small ones, whose last payload keeps hardly more than an array of its own would.

/** For messages in flight. A larger payload is copied alone: then the copy costs more than bookkeeping. */
const BRIEF = { slab: 16 * 1024, largest: 1024 } as const;
/** For queues and Retained Messages. */
const LONG = { slab: 1024, largest: 256 } as const;

export class Arena {
  readonly #brief = new Slabs(BRIEF.slab, BRIEF.largest);
  readonly #long = new Slabs(LONG.slab, LONG.largest);

  /** A copy of `bytes` that will be given up soon. */
  keep(bytes: Uint8Array): Uint8Array {
    return this.#brief.copy(bytes);
  }

  /** A copy of `bytes` for as long as may be. */
  keepLong(bytes: Uint8Array): Uint8Array {
    return this.#long.copy(bytes);
  }

  /** Zeros to be filled, for as long as may be. */
  roomLong(length: number): Uint8Array {
    return this.#long.room(length);
  }
}

class Slabs {
  readonly #size: number;
  readonly #largest: number;
  #slab = new Uint8Array(0);
  #used = 0;

  constructor(size: number, largest: number) {
    this.#size = size;
    this.#largest = largest;
  }

  copy(bytes: Uint8Array): Uint8Array {
    if (bytes.length > this.#largest) return bytes.slice();
    const copy = this.room(bytes.length);
    copy.set(bytes);
    return copy;
  }

  room(length: number): Uint8Array {
    if (length > this.#largest) return new Uint8Array(length);
    if (this.#used + length > this.#slab.length) {
      this.#slab = new Uint8Array(this.#size);
      this.#used = 0;
    }
    return this.#slab.subarray(this.#used, this.#used += length);
  }
}
