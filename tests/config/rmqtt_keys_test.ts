// Every key that RMQTT has or had loads: it is used, or a warning names it.
import assert from "node:assert/strict";
import { parse, stringify } from "smol-toml";
import { isTable } from "../../src/base/table.ts";
import type { Table } from "../../src/config/_document.ts";
import type { Env } from "../../src/config/_env.ts";
import type { Config } from "../../src/config/config.ts";
import { loadConfig } from "../../src/config/load.ts";
import { CWD, errorsOf, readFrom } from "./_load_texts.ts";

const env: Env = () => undefined;
const FIXTURES = new URL("fixtures/", import.meta.url);
const MAIN = Deno.readTextFileSync(new URL("rmqtt.toml", FIXTURES));
const HOOKS = Deno.readTextFileSync(new URL("rmqtt_web_hook.toml", FIXTURES));

/** A key of the list, and the file it belongs in. */
interface ListedKey {
  readonly file: "main" | "hooks";
  readonly path: readonly string[];
}

/** `listener.tls.<name>.*` stands for each key of `listener.tcp.<name>`. */
function listedKeys(): ListedKey[] {
  const lines = Deno.readTextFileSync(new URL("rmqtt_keys.txt", FIXTURES)).split("\n");
  const names = lines.filter((line) => line !== "" && !line.startsWith("#")).map((line) =>
    (line.split("\t")[0] ?? "").replace("<name>", "external")
  );
  const ofTcp = names.filter((name) => name.startsWith("listener.tcp."));
  return names.flatMap((name): ListedKey[] => {
    if (name.startsWith("web-hook: ")) return [{ file: "hooks", path: name.slice(10).split(".") }];
    const wildcard = /^listener\.(tls|ws|wss|quic)\.external\.\* /.exec(name);
    const all = wildcard === null ? [name] : ofTcp.map((key) => key.replace(".tcp.", `.${wildcard[1]}.`));
    return all.map((key) => ({ file: "main", path: key.split(".") }));
  });
}

function load(main: string, hooks: string): Config {
  const readFile = readFrom({ [`${CWD}/rmqtt.toml`]: main, [`${CWD}/web_hook.toml`]: hooks });
  return loadConfig({ configFile: "rmqtt.toml", hooksFile: "web_hook.toml", cwd: CWD, env, readFile });
}

function valueAt(table: Table, path: readonly string[]): unknown {
  return path.reduce<unknown>((value, name) => isTable(value) ? value[name] : undefined, table);
}

/** The file's text with a date in place of one value: no key takes a date. */
function withDate(toml: string, path: readonly string[]): string {
  const data = parse(toml);
  const parent = valueAt(data, path.slice(0, -1));
  assert.ok(isTable(parent));
  parent[path.at(-1) ?? ""] = new Date(0);
  return stringify(data);
}

const KEYS = listedKeys();
const { warnings, listeners } = load(MAIN, HOOKS);

Deno.test("the list of RMQTT's keys has been read as a whole", () => {
  assert.equal(KEYS.length, 41 + 5 * 53 + 33);
});

Deno.test("RMQTT's listeners are served, all but quic", () => {
  assert.deepEqual(listeners.map(({ kind, name }) => `${kind}.${name}`), [
    "tcp.external",
    "tls.external",
    "ws.external",
    "wss.external",
  ]);
});

for (const { file, path } of KEYS) {
  const key = path.join(".");
  Deno.test(`RMQTT's ${file} key ${key} is used, or a warning names it`, () => {
    const toml = file === "main" ? MAIN : HOOKS;
    assert.notEqual(valueAt(parse(toml), path), undefined, "it is not in the fixture");
    // A table that is not read is named as a whole: "task" stands for task.exec_workers.
    const names = path.map((_, index) => path.slice(0, index + 1).join("."));
    const words = new Set(warnings.join(" ").split(/[\s,;:]+/));
    if (names.some((name) => words.has(name))) return;
    const errors = errorsOf(() =>
      file === "main" ? load(withDate(toml, path), HOOKS) : load(MAIN, withDate(toml, path))
    );
    assert.deepEqual(errors.map((error) => error.key), [key]);
  });
}
