// The manual's differences from RMQTT are those of differences.ts, and its claims about defaults and behaviour hold.
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import type { Config } from "../../src/config/config.ts";
import { loadBroker, loadHooks } from "../config/_load_texts.ts";
import { RMQTT_DIFFERENCES } from "../../src/cli/rmqtt_differences.ts";
import { DIFFERENCES, listed } from "./differences.ts";

const KEYS = Deno.readTextFileSync(
  fileURLToPath(new URL("../config/fixtures/rmqtt_keys.txt", import.meta.url)),
);

/** RMQTT's default of each key that has one, as TOML; listener keys without the listener. */
const RMQTT_DEFAULTS: ReadonlyMap<string, string> = new Map(
  KEYS.split("\n").flatMap((line): [string, string][] => {
    const [path = "", , written = ""] = line.split("\t");
    const value = /^(?:none \(built-in listener: ([\d.:]+)\)|("[^"]*"|[\d.]+|true|false)(?: \(.*\))?)$/.exec(
      written,
    );
    if (value === null) return [];
    const key = path.replace(/^listener\.tcp\.<name>\.|^web-hook: /, "");
    return [[key, value[1] === undefined ? value[2] ?? "" : `"${value[1]}"`]];
  }),
);

const HOOKS_KEYS = KEYS.split("\n").flatMap((line) => /^web-hook: (\w+)\t/.exec(line)?.[1] ?? []);

/** What Hookline makes of a file with this key, or without it. */
function loaded(key: string, value?: string): Omit<Config, "warnings"> {
  const line = value === undefined ? "" : `${key} = ${value}\n`;
  // Others reach RMQTT's default address, and it must be written that they may.
  const listener = `[listener.tcp.external]\n${key === "addr" ? "allow_anonymous = true\n" : ""}`;
  const { warnings: _, ...config } = HOOKS_KEYS.includes(key)
    ? loadHooks(line)
    : loadBroker(key.includes(".") ? line + listener : listener + line);
  return config;
}

function sameAsDefault(key: string, value: string): boolean {
  try {
    assert.deepEqual(loaded(key, value), loaded(key));
    return true;
  } catch (error) {
    if (error instanceof assert.AssertionError) return false;
    throw error;
  }
}

const DEFAULTS = DIFFERENCES.flatMap(({ shown }) => "defaults" in shown ? shown.defaults : []);

Deno.test("RMQTT's defaults are read, and those that are not Hookline's are in the table, all of them", () => {
  assert.ok(RMQTT_DEFAULTS.size > 60, `only ${RMQTT_DEFAULTS.size} keys were read`);
  const different = [...RMQTT_DEFAULTS].filter(([key, value]) => !sameAsDefault(key, value));
  assert.deepEqual(
    new Map(different),
    new Map(DEFAULTS.map(({ key, rmqtt }) => [key, rmqtt])),
  );
});

for (const { key, hookline } of DEFAULTS) {
  Deno.test(`default of ${key}: Hookline's is ${hookline}`, () => {
    assert.deepEqual(loaded(key, hookline), loaded(key));
  });
}

for (const { what, shown } of DIFFERENCES) {
  if ("check" in shown) Deno.test(`difference "${what}": Hookline does what the table says`, shown.check);
}

Deno.test("the manual lists these differences, and no other", () => {
  assert.deepEqual(RMQTT_DIFFERENCES.map(({ what }) => what), DIFFERENCES.map(({ what }) => what));
});

Deno.test("the manual's rows of defaults have the values that are compared", () => {
  for (const { what, shown } of DIFFERENCES) {
    if (!("defaults" in shown)) continue;
    const row = RMQTT_DIFFERENCES.find((each) => each.what === what);
    assert.deepEqual([row?.rmqtt, row?.hookline], [
      listed(shown.defaults.map(({ rmqtt }) => rmqtt)),
      listed(shown.defaults.map(({ hookline }) => hookline)),
    ]);
  }
});
