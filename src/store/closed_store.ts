// The store that could not be opened: what would have to be stored is refused.
import type { Clock } from "../base/clock.ts";
import type { Log } from "../base/log.ts";
import { NoJournal } from "./journal.ts";

const MINUTE = 60_000;

export class ClosedStore extends NoJournal {
  override readonly keeps = true;
  override readonly troubled = true;
  readonly #clock: Clock;
  readonly #log: Log;
  /** Of its file. */
  readonly bytes = 0;
  #toldAt = -Infinity;

  /** @param trouble why, a sentence */
  constructor(readonly trouble: string, clock: Clock, log: Log) {
    super();
    this.#clock = clock;
    this.#log = log;
  }

  override tick(): void {
    const now = this.#clock.monotonic();
    if (now - this.#toldAt < MINUTE) return;
    this.#toldAt = now;
    this.#log("error", `${this.trouble}; until it can be, what would have to be stored is refused`);
  }

  /** Nothing is told that could be stored. */
  commit(): boolean {
    return true;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return Promise.resolve();
  }
}
