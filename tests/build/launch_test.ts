// Hookline is started in one way: the tasks of deno.json and the unit say what src/build/launch.ts says.
import { deepEqual, equal } from "node:assert/strict";
import manifest from "../../deno.json" with { type: "json" };
import { HOLD_SIGUSR1, RUN_ENV, V8_FLAGS } from "../../src/build/launch.ts";

const HOLD = `$(${HOLD_SIGUSR1} echo ${HOLD_SIGUSR1} 2>/dev/null)`;
const START = `${RUN_ENV.join(" ")} ${HOLD} deno run --quiet ${V8_FLAGS}`;
/** The tasks that are about the program's speed or memory, and what each runs. */
const TASKS = {
  "start": "-P=hookline main.ts run",
  "hookline": "-P=hookline main.ts",
  "http-throughput": "-A tests/bench/http_throughput.ts",
} as const;

for (const [name, rest] of Object.entries(TASKS)) {
  Deno.test(`deno task ${name} starts Deno as every form of Hookline does`, () => {
    equal(manifest.tasks[name as keyof typeof TASKS].command, `${START} ${rest}`);
  });
}

Deno.test("no other task runs Hookline itself", () => {
  const others = Object.entries(manifest.tasks).filter(([name]) => !Object.hasOwn(TASKS, name));
  deepEqual(others.filter(([, { command }]) => command.includes("main.ts")), []);
});

Deno.test("the unit has the same environment, whatever form it starts", async () => {
  const unit = await Deno.readTextFile(new URL("../../etc/systemd/hookline.service", import.meta.url));
  const set = [...unit.matchAll(/^Environment=(.*)$/gm)].flatMap(([, text = ""]) => text.split(" "));
  deepEqual(RUN_ENV.filter((variable) => !set.includes(variable)), []);
});
