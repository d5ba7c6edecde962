// "At most once a minute" tells the first at once, counts the rest, and leaves neither a count nor a timer behind.
import assert from "node:assert/strict";
import { OnceAMinute } from "../../src/base/once_a_minute.ts";
import { FakeClock } from "../helpers/fake_clock.ts";

Deno.test("once a minute: the first is told at once, the others when the minute is over, all counted", () => {
  const clock = new FakeClock();
  const told: [number, string][] = [];
  using news = new OnceAMinute<string>(clock, (count, detail) => told.push([count, detail]));
  news.add("a");
  news.add("b", 3);
  news.add("c");
  assert.deepEqual(told, [[1, "a"]]);
  clock.advance(60_000);
  assert.deepEqual(told, [[1, "a"], [4, "c"]]);
  news.add("d");
  clock.advance(60_000);
  assert.deepEqual(told.at(-1), [1, "d"]);
});

Deno.test("once a minute: after a quiet minute the next is told at once", () => {
  const clock = new FakeClock();
  const told: string[] = [];
  using news = new OnceAMinute<string>(clock, (_count, detail) => told.push(detail));
  news.add("a");
  clock.advance(60_000);
  assert.equal(clock.timers, 0);
  news.add("b");
  assert.deepEqual(told, ["a", "b"]);
});

Deno.test("once a minute: its end tells what is untold and stops the timer", () => {
  const clock = new FakeClock();
  const told: number[] = [];
  const news = new OnceAMinute<string>(clock, (count) => told.push(count));
  news.add("a");
  news.add("b", 2);
  news[Symbol.dispose]();
  assert.deepEqual(told, [1, 2]);
  assert.equal(clock.timers, 0);
});

Deno.test("once a minute: each kind has a minute of its own", () => {
  const told: string[] = [];
  using news = new OnceAMinute<string>(new FakeClock(), (_count, detail) => told.push(detail));
  news.add("a", 1, 400);
  news.add("b", 1, 404);
  news.add("c", 1, 400);
  assert.deepEqual(told, ["a", "b"]);
});
