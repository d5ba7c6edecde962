// Time axes, percentiles and numbers as a page has them.
import assert from "node:assert/strict";
import { bytesText, percentText, rateText, shown } from "../../src/report/html.ts";
import { bucketLabel, byPowerOfTwo, percentile } from "../../src/report/percentiles.ts";
import { durationText, TimeAxis } from "../../src/report/time_axis.ts";

const HOUR = 3_600_000;

Deno.test("a time axis has at most 241 steps of whole local time, and a few moments with a name", () => {
  const start = Date.UTC(2026, 10, 24, 9, 5, 1);
  for (
    const [span, step, first, last] of [
      [0, 1_000, "09:05:01", "09:05:01"],
      [90_000, 1_000, "09:05:15", "09:06:30"],
      [2 * HOUR, 60_000, "09:30", "11:00"],
      [30 * HOUR, 10 * 60_000, "11-24 12:00", "11-25 12:00"],
      [400 * 24 * HOUR, 7 * 24 * HOUR, "2026-12-03", "2027-11-28"],
    ] as const
  ) {
    const axis = new TimeAxis(start, start + span, 0);
    assert.ok(axis.count <= 241 && axis.start <= start, `${axis.count} steps from ${axis.start}`);
    const ticks = axis.ticks();
    assert.ok(ticks.length <= 9, `${ticks.length} ticks`);
    assert.deepEqual([axis.step, ticks[0]?.label, ticks.at(-1)?.label], [step, first, last]);
  }
  const kolkata = new TimeAxis(start, start + HOUR, 5.5 * HOUR);
  assert.equal(kolkata.text(start), "2026-11-24 14:35:01");
  assert.ok(kolkata.ticks().every(({ label }) => /^1[45]:[0-5]0$/.test(label)));
  assert.equal(new TimeAxis(0, 9e15, 0).text(9e15), "9000000000000000");
});

Deno.test("percentiles count each message, and columns double", () => {
  const durations = [[0, 1], [1, 1], [3, 2], [900, 5], [5_000, 1]] as const;
  assert.deepEqual([0.1, 0.5, 0.9, 0.99, 1].map((share) => percentile(durations, share)), [
    0,
    900,
    900,
    5_000,
    5_000,
  ]);
  assert.equal(percentile([], 0.5), undefined);
  assert.deepEqual(byPowerOfTwo(durations), [1, 1, 2, 0, 0, 0, 0, 0, 0, 0, 5, 0, 0, 1]);
  assert.deepEqual([0, 1, 2, 10, 11, 12].map(bucketLabel), ["0", "1", "2", "512", "1 s", "2 s"]);
});

Deno.test("numbers are short", () => {
  assert.deepEqual([0, 999, 1_234, 12_345_678].map(bytesText), ["0 B", "999 B", "1.2 kB", "12 MB"]);
  assert.deepEqual([0, 0.0004, 0.024, 0.5].map(percentText), ["0 %", "< 0.1 %", "2.4 %", "50 %"]);
  assert.equal(rateText(300, 2), "150/s");
  assert.equal(rateText(1, 7_200), "12/d");
  assert.equal(rateText(1, 0), "–");
  assert.equal(durationText(400), "0.4 s");
  assert.equal(durationText(HOUR), "1 h");
  assert.equal(durationText(26 * HOUR + 60_000), "1 d 2 h");
  assert.equal(durationText(185_000), "3 min 5 s");
});

Deno.test("a long text is cut, and not in the middle of a character", () => {
  const face = "\u{1f600}";
  assert.equal(shown(face.repeat(80)), `${face.repeat(60)}…`);
  assert.equal(shown(`x${face.repeat(80)}`), `x${face.repeat(59)}…`);
  assert.equal(shown(Uint8Array.of(0, 255)), "0x00ff");
  assert.equal(shown(null), "");
});
