// How long the HTTP sink waits between attempts, and what it makes of Retry-After.
import assert from "node:assert/strict";
import { backOff, retryAfter } from "../../../src/sinks/delivery/back_off.ts";

const SIX = [1, 2, 3, 4, 5, 6, 7, 8];
const waits = (multiplier: number, random: number): number[] =>
  SIX.map((n) => Math.round(backOff(n, multiplier, () => random)));

Deno.test("back-off: the waits of the contract come with its multiplier, and then a minute", () => {
  assert.deepEqual(waits(2.5, 0.5), [2000, 4000, 7000, 11000, 18000, 42000, 60000, 60000]);
});

Deno.test("back-off: a wait is at most a fifth shorter or longer", () => {
  assert.deepEqual(waits(2.5, 0).slice(0, 2), [1600, 3200]);
  assert.deepEqual(waits(2.5, 1).slice(0, 2), [2400, 4800]);
});

Deno.test("back-off: a larger multiplier lets waits grow faster, 1 not at all, and none is past a minute", () => {
  assert.deepEqual(waits(1, 0.5), SIX.map(() => 2000));
  const [first, second, third] = waits(5, 0.5);
  assert.deepEqual([first, (second ?? 0) > 4000, (third ?? 0) > 7000], [2000, true, true]);
  assert.equal(Math.max(...waits(100, 0.5)), 60000);
});

const NOW = Date.parse("2026-11-24T09:05:00Z");
const HEADERS: readonly (readonly [header: string | null, ms: number | undefined])[] = [
  [null, undefined],
  ["", undefined],
  ["soon", undefined],
  ["0", 1_000],
  ["3", 3_000],
  [" 120 ", 120_000],
  ["999999999999", 3_600_000],
  ["Tue, 24 Nov 2026 09:06:00 GMT", 60_000],
  ["Tue, 24 Nov 2026 09:00:00 GMT", 1_000],
  ["Tue, 24 Nov 2099 09:00:00 GMT", 3_600_000],
];

for (const [header, ms] of HEADERS) {
  Deno.test(`Retry-After: ${JSON.stringify(header)} is ${ms} ms`, () =>
    assert.equal(retryAfter(header, NOW), ms));
}
