// The conformance table is whole: every number once, each shown by a test's name or explained, README's figures its own.
import assert from "node:assert/strict";
import { outcomes } from "./junit.ts";
import { GROUPS } from "./malformed/table.ts";
import { readStatements, showing, sources } from "./statements.ts";

const STATEMENTS = readStatements();

Deno.test("every statement has one row with a name of its own", () => {
  const ids = (part: string): string[] => STATEMENTS.filter((s) => s.part === part).map(({ id }) => id);
  const [v311, v5] = [ids("MQTT 3.1.1"), ids("MQTT 5.0")];
  const more = ids("MQTT 5.0, errors without a number");
  // 3.1.1's appendix has 129 numbers; eleven more stand within its lines, or in the final text alone.
  assert.deepEqual([v311.length, v5.length, more.length], [129 + 11, 243, 67]);
  for (const part of [v311, v5, more]) assert.equal(new Set(part).size, part.length);
  for (const id of [...v311, ...v5]) assert.match(id, /^MQTT-[\d.-]+$/);
  for (const id of more) assert.match(id, /^\d+(\.\d+)+ \S/);
  for (const { id, says } of STATEMENTS) assert(says.length > 8, id);
});

Deno.test("every statement is named by a test, or explained, and not both", () => {
  const shown = showing(STATEMENTS, sources().values());
  for (const { key, because } of STATEMENTS) {
    assert.equal((shown.get(key)?.length ?? 0) > 0, because === undefined, key);
  }
});

Deno.test("a name that shows what is no statement is refused", () => {
  const text = "a test [5.0" + ": 3.1.2-8, 99.9.9-9]";
  assert.throws(() => showing(STATEMENTS, [text]), { message: /shows "5.0 99.9.9-9"/ });
});

Deno.test("README says how many rows are shown, explained and missing, and how many malformed inputs there are", async () => {
  const explained = STATEMENTS.filter(({ because }) => because !== undefined).length;
  const readme = (await Deno.readTextFile(new URL("../../README.md", import.meta.url))).replaceAll(
    /\s+/g,
    " ",
  );
  const wanted = `${STATEMENTS.length} statements: ${STATEMENTS.length - explained} shown by a test, ` +
    `${explained} explained (they bind clients only, or something that Hookline does not have), 0 missing`;
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
