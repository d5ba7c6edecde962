// The one clock of the program: handed in everywhere, so that tests decide what time it is.

export interface Clock {
  /** The time of day, Unix milliseconds: for lines and logs. It jumps when NTP finds a gateway. */
  now(): number;
  /** Milliseconds that never go back: for every limit and every wait. */
  monotonic(): number;
  /** Calls `run` once, `ms` milliseconds from now. The returned function stops it; harmless after it ran. */
  setTimer(ms: number, run: () => void): () => void;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  setTimer(ms, run): () => void {
    const id = setTimeout(run, ms);
    return () => clearTimeout(id);
  },
};
