// The store's own clock: it runs while Hookline runs, whatever happens to the time of day, and goes on over a
// stop by what the time of day says of it.

/** Before this program was written; a clock that says so was not set. 2026-01-01, Unix milliseconds. */
const NOT_SET_BEFORE = 1_767_225_600_000;

/** The store's time at one moment, and the time of day then. */
export interface ClockStamp {
  /** Milliseconds. */
  readonly now: number;
  /** Unix milliseconds. */
  readonly timeOfDay: number;
}

export class StoreClock {
  /** What the monotonic clock is behind. */
  readonly #ahead: number;

  /**
   * @param last the last that is known of it; `undefined`: it begins
   * @param monotonic now, on the turn's clock
   * @param timeOfDay now
   */
  constructor(last: ClockStamp | undefined, monotonic: number, timeOfDay: number) {
    this.#ahead = (last?.now ?? 0) + (last === undefined ? 0 : stopped(last.timeOfDay, timeOfDay)) -
      monotonic;
  }

  /** A time of the turn's monotonic clock; null for Infinity. */
  of(monotonic: number): number | null {
    return monotonic === Infinity ? null : Math.round(monotonic + this.#ahead);
  }

  /** The other way round. */
  monotonic(time: number | null): number {
    return time === null ? Infinity : time - this.#ahead;
  }
}

/** How long it was stopped; 0 where the time of day went back, or was not set at one end. */
function stopped(from: number, to: number): number {
  return from < NOT_SET_BEFORE ? 0 : Math.max(0, to - from);
}
