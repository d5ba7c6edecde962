// LocalTime: what the lines say is what the wall clock says, however it is asked.
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

/** Runs with another time zone in the process. */
function inZone(zone: string, run: () => void): void {
  const before = Deno.env.get("TZ");
  Deno.env.set("TZ", zone);
  try {
    run();
  } finally {
    if (before === undefined) Deno.env.delete("TZ");
    else Deno.env.set("TZ", before);
  }
}

const ZONES = ["UTC", "Europe/Berlin", "America/St_Johns", "Asia/Kathmandu", "Australia/Lord_Howe"];

for (const zone of ZONES) {
  Deno.test(`any times, near and far from each other, are formatted as a plain formatter does in ${zone}`, () => {
    inZone(zone, () => {
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
    });
  });
}

Deno.test("the clock springs forward and falls back with the zone", () => {
  inZone("Europe/Berlin", () => {
    const clock = new LocalTime();
    const spring = Date.UTC(2026, 2, 29, 1, 0, 0);
    assert.equal(clock.at(spring - 1), "2026-03-29 01:59:59.999");
    assert.equal(clock.at(spring), "2026-03-29 03:00:00.000");
    const fall = Date.UTC(2026, 9, 25, 1, 0, 0);
    assert.equal(clock.at(fall - 1), "2026-10-25 02:59:59.999");
    assert.equal(clock.at(fall), "2026-10-25 02:00:00.000");
  });
});

Deno.test("a clock that jumps back is followed", () => {
  inZone("UTC", () => {
    const clock = new LocalTime();
    assert.equal(clock.at(1_795_511_101_042), "2026-11-24 09:05:01.042");
    assert.equal(clock.at(1_795_511_101_041), "2026-11-24 09:05:01.041");
    assert.equal(clock.at(1_795_511_000_000), "2026-11-24 09:03:20.000");
  });
});
