// The rules of the house that a machine can check: what lies on top, how files begin, how long they are.
import assert from "node:assert/strict";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../", import.meta.url));

const ON_TOP = ["deno.json", "deno.lock", "main.ts", "README.md", "LICENSE", "etc", "src", "tests"];

/** Lines a file may have. */
const LONGEST = { src: 350, tests: 500 } as const;

/** Columns a line may have, as `deno fmt` has it: it leaves comments and text as they are. */
const WIDEST = 110;

function typescriptIn(folder: string): string[] {
  return [...Deno.readDirSync(folder)].flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory) return typescriptIn(path);
    return entry.name.endsWith(".ts") ? [path] : [];
  });
}

function filesIn(room: "src" | "tests"): { name: string; lines: string[] }[] {
  return typescriptIn(join(ROOT, room)).map((path) => ({
    name: relative(ROOT, path),
    lines: Deno.readTextFileSync(path).split("\n"),
  }));
}

/** What .gitignore names: a checkout in use has hook.log and its like. */
function isIgnored(name: string): boolean {
  const patterns = Deno.readTextFileSync(join(ROOT, ".gitignore")).split("\n").filter((line) => line !== "");
  return patterns.some((pattern) => {
    const bare = pattern.replaceAll(/^\/|\/$/g, "");
    return bare.endsWith("*") ? name.startsWith(bare.slice(0, -1)) : name === bare;
  });
}

Deno.test("the top of the repository holds nothing but what belongs there", () => {
  const names = Array.from(Deno.readDirSync(ROOT), (entry) => entry.name);
  const strange = names.filter((n) => !n.startsWith(".") && !ON_TOP.includes(n) && !isIgnored(n));
  assert.deepEqual(strange, []);
});

for (const room of ["src", "tests"] as const) {
  Deno.test(`${room}: the first line of every file says what it is for`, () => {
    const silent = filesIn(room).filter(({ lines }) => !/^\/\/ \S.{10,}/.test(lines[0] ?? ""));
    assert.deepEqual(silent.map(({ name }) => name), []);
  });

  Deno.test(`${room}: no file is longer than ${LONGEST[room]} lines`, () => {
    const long = filesIn(room).filter(({ lines }) => lines.length - 1 > LONGEST[room]);
    assert.deepEqual(long.map(({ name, lines }) => `${name}: ${lines.length - 1}`), []);
  });

  Deno.test(`${room}: file names are in snake_case`, () => {
    const odd = filesIn(room).filter(({ name }) => !/^[a-z0-9_/]+\.ts$/.test(name));
    assert.deepEqual(odd.map(({ name }) => name), []);
  });
}

Deno.test(`src: no line is wider than ${WIDEST} columns`, () => {
  const wide = filesIn("src").flatMap(({ name, lines }) =>
    lines.flatMap((line, i) => line.length > WIDEST ? [`${name}:${i + 1}: ${line.length}`] : [])
  );
  assert.deepEqual(wide, []);
});

Deno.test("src: no state is kept at module level", () => {
  const found = filesIn("src").flatMap(({ name, lines }) =>
    lines.flatMap((line, i) => /^(?:export\s+)?(?:let|var)\s/.test(line) ? [`${name}:${i + 1} ${line}`] : [])
  );
  assert.deepEqual(found, []);
});

Deno.test("src: nothing is imported but what the design allows from outside", () => {
  const { imports } = JSON.parse(Deno.readTextFileSync(join(ROOT, "deno.json")));
  assert.deepEqual(Object.keys(imports).sort(), [
    "axe-core",
    "fast-check",
    "jose",
    "mqtt",
    "mqtt-packet",
    "playwright-core",
    "smol-toml",
    "valibot",
  ]);
});
