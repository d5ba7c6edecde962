// When each message is due: after the one before it by as long as in the log, or by a part of that.

export class Pace {
  readonly #speed: number;
  readonly #now: () => number;
  #due: number | undefined;
  #before: number | undefined;

  /**
   * @param speed how many times faster than it was; Infinity: at once
   * @param now milliseconds that never go back
   */
  constructor(speed: number, now: () => number) {
    this.#speed = speed;
    this.#now = now;
  }

  /** Milliseconds until a message that came at `ts` is due; below 0: it is late. Once for each message. */
  wait(ts: number | undefined): number {
    if (this.#speed === Infinity) return 0;
    this.#due ??= this.#now();
    // A clock that was set back, or the next round, begins anew.
    if (ts !== undefined) {
      this.#due += Math.max(0, ts - (this.#before ?? ts)) / this.#speed;
      this.#before = ts;
    }
    return this.#due - this.#now();
  }

  /** Milliseconds that the last message was late by. */
  get lag(): number {
    return this.#due === undefined ? 0 : Math.max(0, this.#now() - this.#due);
  }
}
