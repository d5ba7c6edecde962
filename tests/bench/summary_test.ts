// The bench's figures: medians of the ratios of one round, and nothing of a run that lost a message.
import { deepEqual, equal } from "node:assert/strict";
import type { Run } from "./measure.ts";
import { summarise } from "./summary.ts";

function run(rate: number, failure?: string): Run {
  return { figures: { rate }, failure };
}

Deno.test("the ratio is the median of the rounds' own ratios, not the ratio of the medians", () => {
  const rounds = [[run(10), run(40)], [run(20), run(20)], [run(40), run(80)]];
  const { median, ratio, values } = summarise(rounds, 1, "rate");
  deepEqual([median, ratio, values], [40, 2, [40, 20, 80]]);
});

Deno.test("a run that lost a message does not count, and is told", () => {
  const rounds = [[run(10), run(90, "3 lost")], [run(10), run(20)], [run(10, "1 refused"), run(70)]];
  const { median, ratio, values, failures } = summarise(rounds, 1, "rate");
  deepEqual([median, ratio, values, failures], [70, 2, [20, 70], ["3 lost"]]);
});

Deno.test("what was never measured is no figure", () => {
  const { median, ratio, failures } = summarise([[run(10), undefined]], 1, "rate");
  deepEqual([median, ratio, failures], [NaN, NaN, []]);
  equal(summarise([[run(10)]], 0, "other").median, NaN);
});
