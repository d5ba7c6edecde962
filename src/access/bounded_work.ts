// Work that takes a thread or a request: only so much of it at once, and only so much that waits.

/** More waits than may. */
export class TooBusy extends Error {
  override readonly name = "TooBusy";
}

export class BoundedWork {
  readonly #waiting: (() => void)[] = [];
  readonly #most: number;
  readonly #mostWaiting: number;
  #running = 0;

  /**
   * @param most pieces at once
   * @param mostWaiting pieces that wait for their turn
   */
  constructor(most: number, mostWaiting: number) {
    this.#most = most;
    this.#mostWaiting = mostWaiting;
  }

  /** Does the work in its turn. Rejects with {@link TooBusy}, or as the work does. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#running < this.#most) this.#running++;
    else if (this.#waiting.length >= this.#mostWaiting) throw new TooBusy("too many wait already");
    else await new Promise<void>((resolve) => this.#waiting.push(resolve)); // the place is handed on
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#running--;
      else next();
    }
  }
}
