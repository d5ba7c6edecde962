// The conformance table is whole and honest: every number once, every named test there, README's figures its own.
import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { outcomes } from "./junit.ts";
import { IDS_311, IDS_5, MORE_IDS_311 } from "./table/ids.ts";
import { GROUPS } from "./malformed/table.ts";
import { TABLE, totals } from "./table/table.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

Deno.test("every number of the standard has exactly one row, and no row has another", () => {
  assert.equal(IDS_311.length, 129);
  assert.equal(IDS_5.length, 243);
  const [v311, v5] = TABLE.map(({ statements }) => statements.map(({ id }) => id).sort());
  assert.deepEqual(v311, [...IDS_311, ...MORE_IDS_311].sort());
  assert.deepEqual(v5, [...IDS_5].sort());
});

Deno.test("rows without a number have names of their own", () => {
  const ids = TABLE[2]?.statements.map(({ id }) => id) ?? [];
  assert(ids.length >= 60, `${ids.length}`);
  assert.equal(new Set(ids).size, ids.length);
  for (const id of ids) assert.match(id, /^\d+(\.\d+)+ \S/);
});

Deno.test("every row names a test or a reason, and not both", () => {
  for (const { id, says, tests, because } of TABLE.flatMap(({ statements }) => statements)) {
    assert(says.length > 8, id);
    assert.equal(tests.length > 0, because === undefined, id);
  }
});

Deno.test("every test that the table names is in its file", () => {
  const malformed = join(ROOT, "tests/conformance/malformed");
  const tables = Array.from(
    Deno.readDirSync(malformed),
    ({ name }) => Deno.readTextFileSync(join(malformed, name)),
  );
  const texts = new Map<string, string>();
  for (const [file, name] of TABLE.flatMap(({ statements }) => statements.flatMap(({ tests }) => tests))) {
    let text = texts.get(file);
    if (text === undefined) texts.set(file, text = Deno.readTextFileSync(join(ROOT, "tests", file)));
    const [test = "", step] = name.split(" > ");
    assert(hasName(text, test), `tests/${file} has no test ${test}`);
    if (step !== undefined) assert(tables.some((table) => hasName(table, step)), `no rows are named ${step}`);
  }
});

/** Whether a source has a string literal that is `name`, or a template that can become it. */
function hasName(source: string, name: string): boolean {
  if (source.includes(JSON.stringify(name))) return true;
  return [...source.matchAll(/`([^`\n]+)`/g)].some(([, template = ""]) => {
    const parts = template.split(/\$\{[^}]*\}/);
    if (parts.length === 1) return template === name;
    const pattern = parts.map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&")).join(".+");
    return parts.join("").trim().length >= 5 && new RegExp(`^${pattern}$`).test(name);
  });
}

Deno.test("README says how many rows are shown, explained and missing, and how many malformed inputs there are", async () => {
  const { rows, shown, explained, known } = totals();
  const readme = (await Deno.readTextFile(join(ROOT, "README.md"))).replaceAll(/\s+/g, " ");
  const wanted = `${rows} statements: ${shown} shown by a test, ${explained} explained` +
    ` (they bind clients only, or something that Hookline does not have), ${known} missing`;
  assert(readme.includes(wanted), `README should say "${wanted}"`);
  const count = GROUPS.reduce((sum, group) => sum + group.rows.length, 0).toLocaleString("en-US");
  assert(readme.includes(`${count} malformed inputs`), `README should say "${count} malformed inputs"`);
});

Deno.test("a JUnit file tells passed, failed and skipped tests and steps apart", () => {
  const xml = `<testsuites><testsuite name="a">
    <testcase name="fine &amp; &quot;well&quot;" classname="a" time="0.1">
    </testcase>
    <testcase name="parent" classname="a"><failure message="1 step">no</failure></testcase>
    <testcase name="parent &gt; step" classname="a"/>
    <testcase name="ignored" classname="a"><skipped/></testcase>
    <testcase name="twice" classname="a"></testcase>
    <testcase name="twice" classname="b"><failure message="">no</failure></testcase>
  </testsuite></testsuites>`;
  assert.deepEqual([...outcomes(xml)], [
    ['fine & "well"', "passed"],
    ["parent", "failed"],
    ["parent > step", "passed"],
    ["ignored", "skipped"],
    ["twice", "failed"],
  ]);
});
