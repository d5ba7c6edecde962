// The clock of the sinks: handed in, so that tests decide what time it is and no test sleeps.

export interface Clock {
  /** Milliseconds that never go back (a gateway's time of day jumps when NTP finds it); not the time of day. */
  now(): number;
  /** Calls `run` once, `ms` milliseconds from now. The returned function stops it; harmless after it ran. */
  setTimer(ms: number, run: () => void): () => void;
}

export const systemClock: Clock = {
  now: () => performance.now(),
  setTimer(ms, run): () => void {
    const id = setTimeout(run, ms);
    return () => clearTimeout(id);
  },
};
