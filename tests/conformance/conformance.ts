// `deno task conformance`: prints the table of the standard's statements, each with what its tests came to.
// It runs the tests that the table names, and no others.
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Outcome, outcomes } from "./junit.ts";
import type { Statement } from "./table/statement.ts";
import { TABLE, totals } from "./table/table.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

interface Result {
  readonly mark: "✓" | "–" | "✗";
  /** Which test, why not, or what failed. */
  readonly detail: string;
}

function resultOf({ tests, because, known }: Statement, outcome: ReadonlyMap<string, Outcome>): Result {
  if (known !== undefined) return { mark: "✗", detail: `missing: ${known}` };
  if (because !== undefined) return { mark: "–", detail: because };
  const bad = tests.find(([, name]) => outcome.get(name) !== "passed");
  if (bad !== undefined) {
    return { mark: "✗", detail: `${outcome.get(bad[1]) ?? "not run"}: ${bad.join(": ")}` };
  }
  return { mark: "✓", detail: tests.map((test) => test.join(": ")).join("; ") };
}

/** Runs the named tests alone and returns what they came to. Throws with what Deno says where none ran. */
async function runNamed(junit: string): Promise<Map<string, Outcome>> {
  const named = TABLE.flatMap(({ statements }) => statements.flatMap(({ tests }) => tests));
  const files = [...new Set(named.map(([file]) => join(ROOT, "tests", file)))].sort();
  const names = [...new Set(named.map(([, name]) => name.split(" > ")[0] ?? name))];
  const filter = `/^(?:${names.map((name) => name.replaceAll(/[.*+?^${}()|[\]\\/]/g, "\\$&")).join("|")})$/`;
  const flags = ["--quiet", "--sanitize-ops", "--sanitize-resources", "-A"];
  const { stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["test", ...flags, "--reporter=dot", `--filter=${filter}`, `--junit-path=${junit}`, ...files],
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

async function readOutcomes(): Promise<Map<string, Outcome>> {
  const folder = await Deno.makeTempDir({ prefix: "hookline-conformance-" });
  try {
    return await runNamed(join(folder, "tests.xml"));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** The table as lines, and how many rows failed. */
function print(outcome: ReadonlyMap<string, Outcome>): { lines: string[]; failed: number } {
  const lines: string[] = [];
  let failed = 0;
  for (const { title, statements } of TABLE) {
    lines.push("", title, "");
    for (const statement of statements) {
      const { mark, detail } = resultOf(statement, outcome);
      if (mark === "✗") failed++;
      lines.push(`${mark} ${statement.id.padEnd(22)} ${statement.says}`, `  ${" ".repeat(22)} ${detail}`);
    }
  }
  const { rows, explained } = totals();
  lines.push(
    "",
    `${rows} rows: ${rows - explained - failed} shown, ${explained} explained, ${failed} failing`,
  );
  return { lines, failed };
}

if (import.meta.main) {
  try {
    const { lines, failed } = print(await readOutcomes());
    await new Blob([lines.join("\n") + "\n"]).stream().pipeTo(Deno.stdout.writable, { preventClose: true });
    if (failed > 0) Deno.exitCode = 1;
  } catch (error) {
    await Deno.stderr.write(
      new TextEncoder().encode(`conformance: ${error instanceof Error ? error.message : error}\n`),
    );
    Deno.exitCode = 1;
  }
}
