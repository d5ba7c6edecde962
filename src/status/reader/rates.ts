// Rates from counters that only grow: what happened a second, now and in the last minutes.

/** One moment of the last minutes. */
export interface Sample {
  /** Milliseconds on a clock that never goes back. */
  readonly at: number;
  /** A second, since the sample before; one number for each counter. */
  readonly rates: readonly number[];
}

/** The rates of a few counters that are read again and again. */
export class Rates {
  readonly samples: Sample[] = [];
  #before: { readonly at: number; readonly counts: readonly number[] } | undefined;

  /** @param span how long a sample is kept, milliseconds */
  constructor(readonly span = 300_000) {}

  /** The newest; zeros until counters were read twice. */
  get now(): readonly number[] {
    return this.samples.at(-1)?.rates ?? this.#before?.counts.map(() => 0) ?? [];
  }

  /** Takes the counters as they are at `at`. Counters that went back are of another life of the broker. */
  add(at: number, counts: readonly number[]): void {
    const before = this.#before;
    this.#before = { at, counts };
    if (before === undefined || at <= before.at) return;
    const seconds = (at - before.at) / 1_000;
    const grown = counts.map((count, i) => count - (before.counts[i] ?? 0));
    if (grown.some((growth) => growth < 0)) return;
    this.samples.push({ at, rates: grown.map((growth) => growth / seconds) });
    const old = this.samples.findIndex((sample) => at - sample.at <= this.span);
    if (old > 0) this.samples.splice(0, old);
  }
}
