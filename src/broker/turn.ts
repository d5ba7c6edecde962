// The turn: everything that one turn of the event loop produced leaves in one write per file and one per
// socket.
//
// The order at its end is the product's first promise: durable before sockets, so nothing a client is told
// (CONNACK, SUBACK, PUBACK, …) leaves before what it stands for outlives the process.
import type { Clock } from "../base/clock.ts";

/** Something with output that waits for the end of the turn. */
export interface Flushable {
  flush(): void;
  /**
   * In place of `flush` where what it stands for could not be made durable. Absent: it stands for nothing.
   */
  withhold?(): void;
}

export class Turn {
  readonly #clock: Clock;
  readonly #makeDurable: () => boolean;
  readonly #schedule: (end: () => void) => void;
  #now: number;
  #monotonic: number;
  #open = false;
  #waiting: Flushable[] = [];
  /** The array of the turn before, for the next one. */
  #spare: Flushable[] = [];
  readonly #end = (): void => {
    this.#open = false;
    const durable = this.#makeDurable();
    const waiting = this.#waiting;
    this.#waiting = this.#spare;
    for (const target of waiting) {
      if (durable || target.withhold === undefined) target.flush();
      else target.withhold();
    }
    waiting.length = 0;
    this.#spare = waiting;
  };

  /**
   * @param makeDurable writes what must outlive the process, every sink's lines and the store's transaction;
   *   false where it could not; must not throw
   * @param schedule runs the end of the turn after what the event loop has ready; default `queueMicrotask`,
   *   which gathers the reads that completed together and costs nothing at rest
   */
  constructor(
    clock: Clock,
    makeDurable: () => boolean,
    schedule: (end: () => void) => void = queueMicrotask,
  ) {
    this.#clock = clock;
    this.#makeDurable = makeDurable;
    this.#schedule = schedule;
    this.#now = clock.now();
    this.#monotonic = clock.monotonic();
  }

  /** The time of day of what is being handled, Unix milliseconds. */
  get now(): number {
    return this.#now;
  }

  /** The same on the clock that never goes back, milliseconds: what limits are measured with. */
  get monotonic(): number {
    return this.#monotonic;
  }

  /** To be called first by whatever brings something in: a read, a finished write, a timer. */
  enter(): void {
    this.#now = this.#clock.now();
    this.#monotonic = this.#clock.monotonic();
    if (this.#open) return;
    this.#open = true;
    this.#schedule(this.#end);
  }

  /** Has `target` flushed at the end of this turn. Once per turn is enough; the caller keeps that. */
  flushAtEnd(target: Flushable): void {
    this.#waiting.push(target);
  }
}
