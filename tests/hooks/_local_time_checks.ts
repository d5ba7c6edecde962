// Checks of LocalTime in the time zone of the process: a program that local_time_test.ts starts in one zone after another.
import assert from "node:assert/strict";
import fc from "fast-check";
import { LocalTime } from "../../src/hooks/local_time.ts";

/** A plain formatting without memory, by the platform's own tables. */
function plain(ms: number): string {
  const parts = new Intl.DateTimeFormat("en-GB", {
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    fractionalSecondDigits: 3,
    hourCycle: "h23",
  }).formatToParts(ms);
  const part = (type: string): string => parts.find((p) => p.type === type)?.value ?? "?";
  return `${part("year")}-${part("month")}-${part("day")} ` +
    `${part("hour")}:${part("minute")}:${part("second")}.${part("fractionalSecond")}`;
}

function anyTimes(): void {
  const near = fc.integer({ min: -3, max: 3000 });
  const far = fc.integer({ min: 0, max: 4_000_000_000_000 });
  fc.assert(
    fc.property(far, fc.array(near, { maxLength: 12 }), (start, steps) => {
      const clock = new LocalTime();
      for (const ms of [start, ...steps.map((step) => Math.max(0, start + step))]) {
        assert.equal(clock.at(ms), plain(ms));
        assert.equal(clock.at(ms), plain(ms), "again");
      }
    }),
    { numRuns: 40 },
  );
}

function springAndFall(): void {
  const clock = new LocalTime();
  const spring = Date.UTC(2026, 2, 29, 1, 0, 0);
  assert.equal(clock.at(spring - 1), "2026-03-29 01:59:59.999");
  assert.equal(clock.at(spring), "2026-03-29 03:00:00.000");
  const fall = Date.UTC(2026, 9, 25, 1, 0, 0);
  assert.equal(clock.at(fall - 1), "2026-10-25 02:59:59.999");
  assert.equal(clock.at(fall), "2026-10-25 02:00:00.000");
}

function jumpsBack(): void {
  const clock = new LocalTime();
  assert.equal(clock.at(1_795_511_101_042), "2026-11-24 09:05:01.042");
  assert.equal(clock.at(1_795_511_101_041), "2026-11-24 09:05:01.041");
  assert.equal(clock.at(1_795_511_000_000), "2026-11-24 09:03:20.000");
}

export const CHECKS = { anyTimes, springAndFall, jumpsBack } as const;

if (import.meta.main) {
  for (const [name, check] of Object.entries(CHECKS)) if (Deno.args.includes(name)) check();
  Deno.stdout.writeSync(new TextEncoder().encode(Deno.args.join()));
}
