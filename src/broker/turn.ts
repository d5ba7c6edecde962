// The turn: everything that one turn of the event loop produced leaves in one write per file and one per socket.
//
// The order at its end is the product's first promise: sinks before sockets, so nothing a client is told
// (CONNACK, SUBACK, PUBACK, …) leaves before the lines it stands for are in the file.

export interface Clock {
  /** The time of day, Unix milliseconds: for lines. It jumps when NTP finds a gateway. */
  now(): number;
  /** Milliseconds that never go back: for every limit. */
  monotonic(): number;
  /** Calls `fn` once after `ms` milliseconds unless the returned function is called before. */
  setTimer(ms: number, fn: () => void): () => void;
}

/** Something with output that waits for the end of the turn. */
export interface Flushable {
  flush(): void;
}

export class Turn {
  readonly #clock: Clock;
  readonly #flushSinks: () => void;
  readonly #schedule: (end: () => void) => void;
  #now: number;
  #elapsed: number;
  #open = false;
  #waiting: Flushable[] = [];

  /**
   * @param flushSinks writes every sink's lines; must not throw
   * @param schedule runs the end of the turn after what the event loop has ready; default `queueMicrotask`,
   *   which gathers the reads that completed together and costs nothing at rest (facts.md)
   */
  constructor(clock: Clock, flushSinks: () => void, schedule: (end: () => void) => void = queueMicrotask) {
    this.#clock = clock;
    this.#flushSinks = flushSinks;
    this.#schedule = schedule;
    this.#now = clock.now();
    this.#elapsed = clock.monotonic();
  }

  /** The time of day of what is being handled, Unix milliseconds. */
  get now(): number {
    return this.#now;
  }

  /** The same on the clock that never goes back, milliseconds: what limits are measured with. */
  get elapsed(): number {
    return this.#elapsed;
  }

  /** To be called first by whatever brings something in: a read, a finished write, a timer. */
  enter(): void {
    this.#now = this.#clock.now();
    this.#elapsed = this.#clock.monotonic();
    if (this.#open) return;
    this.#open = true;
    this.#schedule(() => this.#end());
  }

  /** Has `target` flushed at the end of this turn. Once per turn is enough; the caller keeps that. */
  flushAtEnd(target: Flushable): void {
    this.#waiting.push(target);
  }

  #end(): void {
    this.#open = false;
    this.#flushSinks();
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const target of waiting) target.flush();
  }
}
