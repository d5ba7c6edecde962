// What the runs of all rounds come to: medians, and medians of the ratios to the first broker of the same round.
import { median } from "./median.ts";
import type { Run } from "./measure.ts";

/** A figure of one broker over all rounds. */
export interface Summary {
  /** Of the rounds that count; NaN without one. */
  readonly median: number;
  /** Of its ratios to the first broker, over the rounds in which both count; NaN without one, and for the first itself 1. */
  readonly ratio: number;
  /** Of the rounds that count, in their order. */
  readonly values: readonly number[];
  /** Why rounds do not count: what was lost in each. */
  readonly failures: readonly string[];
}

/** The runs of one row: for each round one of each broker, in the brokers' order; undefined where it has none. */
export type Rounds = readonly (readonly (Run | undefined)[])[];

/** @param broker its place in the rounds */
export function summarise(rounds: Rounds, broker: number, figure: string): Summary {
  const of = (run: Run | undefined): number =>
    run === undefined || run.failure !== undefined ? NaN : run.figures[figure] ?? NaN;
  const values = rounds.map((round) => of(round[broker])).filter((value) => !Number.isNaN(value));
  const ratios = rounds.map((round) => of(round[broker]) / of(round[0])).filter((ratio) =>
    Number.isFinite(ratio)
  );
  return {
    median: median(values),
    ratio: median(ratios),
    values,
    failures: rounds.flatMap((round) => round[broker]?.failure ?? []),
  };
}
