// The recorded scenarios on Hookline: its lines and packets beside RMQTT's, and no difference but those of the table.
import assert from "node:assert/strict";
import type { Line } from "../broker/_world.ts";
import { comparable, readRecording } from "./_recording.ts";
import type { RecordedStep } from "./_rewrites.ts";
import { run } from "./_stage.ts";
import { inComparableOrder, withoutProperties } from "./_wire.ts";
import { type ByScenarios, DIFFERENCES } from "./differences.ts";
import { SCENARIOS } from "./scenarios.ts";

const RECORDING = readRecording();

const SHOWN = DIFFERENCES.flatMap(({ what, shown }) => "rewrite" in shown ? [{ what, shown }] : []);

/** RMQTT's steps of a scenario. */
function recorded(scenario: string): RecordedStep[] {
  const version = SCENARIOS[scenario]?.version ?? 4;
  const compare = comparable();
  const before: Line[] = [];
  return (RECORDING.get(scenario) ?? []).map(({ name, lines, wire }) => {
    const step = {
      scenario,
      version,
      name,
      lines: compare(lines),
      wire: wire.map((text) => withoutProperties(text, version)),
      before: [...before],
    };
    before.push(...step.lines);
    return step;
  });
}

function rewritten(step: RecordedStep, { rewrite }: ByScenarios): RecordedStep {
  return { ...step, ...rewrite(step) };
}

/** Lines as text, for the order of their keys counts. */
function textOf({ lines, wire }: Pick<RecordedStep, "lines" | "wire">): string[] {
  return [...lines.map((line) => JSON.stringify(line)), ...inComparableOrder(wire)];
}

Deno.test("every recorded scenario is played, and each has its steps", () => {
  assert.deepEqual(Object.keys(SCENARIOS), [...RECORDING.keys()]);
  for (const [name, { steps }] of Object.entries(SCENARIOS)) {
    assert.deepEqual(steps.map(([step]) => step), RECORDING.get(name)?.map((step) => step.name), name);
  }
});

for (const [name, scenario] of Object.entries(SCENARIOS)) {
  Deno.test(`${name}: Hookline's lines are RMQTT's but for the differences of the table`, async () => {
    const compare = comparable();
    const own = (await run(scenario)).map(({ name, lines, wire }) => ({
      name,
      told: textOf({ lines: compare(lines), wire }),
    }));
    const expected = recorded(name).map((step) => ({
      name: step.name,
      told: textOf(SHOWN.reduce((from, { shown }) => rewritten(from, shown), step)),
    }));
    assert.deepEqual(own, expected);
  });
}

for (const { what, shown } of SHOWN) {
  Deno.test(`difference "${what}": the scenarios that it names show it, and no other`, () => {
    const showing = Object.keys(SCENARIOS).filter((name) =>
      recorded(name).some((step) => textOf(rewritten(step, shown)).join() !== textOf(step).join())
    );
    assert.deepEqual(showing, shown.scenarios);
  });
}
