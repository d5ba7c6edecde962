// `deno task conformance`: prints the table of the standard's statements, each with what its tests came to.
// It runs the tests whose names show a statement, and no others.
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Outcome, outcomes } from "./junit.ts";
import { readStatements, showing, sources } from "./statements.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** Runs the tests and returns what they came to. Throws with what Deno says where none ran. */
async function runTests(junit: string): Promise<Map<string, Outcome>> {
  const files = [...sources().keys()].filter((file) => file.endsWith("_test.ts"));
  const flags = ["--quiet", "--sanitize-ops", "--sanitize-resources", "-A", "--reporter=dot", "--parallel"];
  const { stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["test", ...flags, "--filter=/\\[(3\\.1\\.1|5\\.0): /", `--junit-path=${junit}`, ...files.sort()],
    cwd: ROOT,
    stdout: "null",
    stderr: "piped",
  }).output(); // What failed is in the file.
  try {
    return outcomes(await Deno.readTextFile(junit));
  } catch (error) {
    throw new Error(`no test ran: ${new TextDecoder().decode(stderr).trim()}`, { cause: error });
  }
}

/** The table as lines, and how many rows failed. */
function table(outcome: ReadonlyMap<string, Outcome>): { lines: string[]; failed: number } {
  const statements = readStatements();
  const shown = showing(statements, outcome.keys());
  const lines: string[] = [];
  let [part, failed] = ["", 0];
  for (const statement of statements) {
    const { id, key, says, because } = statement;
    if (statement.part !== part) lines.push("", part = statement.part, "");
    const tests = shown.get(key) ?? [];
    const bad = tests.filter((name) => outcome.get(name) !== "passed");
    const wrong = because === undefined && (tests.length === 0 || bad.length > 0);
    if (wrong) failed++;
    const mark = because !== undefined ? "–" : wrong ? "✗" : "✓";
    const named = (bad.length > 0 ? bad : tests).map((name) =>
      name.replaceAll(/ \[(3\.1\.1|5\.0): [^\]]*\]/g, "")
    );
    const detail = because ??
      `${bad.length > 0 ? "not passed: " : ""}${named.join("; ") || "no test shows it"}`;
    lines.push(`${mark} ${id.padEnd(22)} ${says}`, `  ${" ".repeat(22)} ${detail}`);
  }
  const explained = statements.filter(({ because }) => because !== undefined).length;
  const rows = statements.length;
  lines.push(
    "",
    `${rows} rows: ${rows - explained - failed} shown, ${explained} explained, ${failed} failing`,
  );
  return { lines, failed };
}

if (import.meta.main) {
  const folder = await Deno.makeTempDir({ prefix: "hookline-conformance-" });
  try {
    const { lines, failed } = table(await runTests(join(folder, "tests.xml")));
    await new Blob([lines.join("\n") + "\n"]).stream().pipeTo(Deno.stdout.writable, { preventClose: true });
    if (failed > 0) Deno.exitCode = 1;
  } catch (error) {
    const text = `conformance: ${error instanceof Error ? error.message : error}\n`;
    await Deno.stderr.write(new TextEncoder().encode(text));
    Deno.exitCode = 1;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
