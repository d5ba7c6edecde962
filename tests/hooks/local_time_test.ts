// LocalTime: what the lines say is what the wall clock says, however it is asked. A process has one time zone, so each
// zone has a process of its own.
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import type { CHECKS } from "./_local_time_checks.ts";

const CONFIG = fileURLToPath(new URL("../../deno.json", import.meta.url));
const PROGRAM = fileURLToPath(new URL("./_local_time_checks.ts", import.meta.url));

const ZONES: readonly (readonly [zone: string, does: string, ...checks: readonly (keyof typeof CHECKS)[]])[] =
  [
    [
      "UTC",
      "any times, near and far, are what a plain formatter says; a clock that jumps back is followed",
      "anyTimes",
      "jumpsBack",
    ],
    [
      "Europe/Berlin",
      "any times, and the clock springs forward and falls back with the zone",
      "anyTimes",
      "springAndFall",
    ],
    ["America/St_Johns", "any times are what a plain formatter says", "anyTimes"],
    ["Asia/Kathmandu", "any times are what a plain formatter says", "anyTimes"],
    ["Australia/Lord_Howe", "any times are what a plain formatter says", "anyTimes"],
  ];

for (const [zone, does, ...checks] of ZONES) {
  Deno.test(`in ${zone}: ${does}`, async () => {
    const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--quiet", "-A", "--config", CONFIG, PROGRAM, ...checks],
      env: { TZ: zone, NO_COLOR: "1" },
    }).output();
    assert.equal(new TextDecoder().decode(stdout), checks.join(), new TextDecoder().decode(stderr));
  });
}
