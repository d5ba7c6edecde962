// Reads which tests passed from a JUnit file of `deno test`, and says whether the file is of these sources.
import { join } from "node:path";

export type Outcome = "passed" | "failed" | "skipped";

const TESTCASE = /<testcase name="([^"]*)"[^>]*?(?:\/>|>(.*?)<\/testcase>)/gs;

/** Outcomes by test name; steps are named `test > step`. A name that ran more than once passed if it always did. */
export function outcomes(xml: string): Map<string, Outcome> {
  const found = new Map<string, Outcome>();
  for (const [, name = "", inside = ""] of xml.matchAll(TESTCASE)) {
    const outcome = /<(?:failure|error)/.test(inside)
      ? "failed"
      : /<skipped/.test(inside)
      ? "skipped"
      : "passed";
    const text = unescape(name);
    const before = found.get(text);
    if (before === undefined || before === "passed") found.set(text, outcome);
  }
  return found;
}

function unescape(text: string): string {
  const characters: Readonly<Record<string, string>> = { lt: "<", gt: ">", quot: '"', apos: "'", amp: "&" };
  return text.replaceAll(/&(?:#(\d+)|#x([0-9a-fA-F]+)|(\w+));/g, (whole, decimal, hexadecimal, word) => {
    if (decimal !== undefined) return String.fromCodePoint(Number(decimal));
    if (hexadecimal !== undefined) return String.fromCodePoint(Number.parseInt(hexadecimal, 16));
    return characters[word] ?? whole;
  });
}

/** The newest source under `root` that changed after `file` was written, or `undefined`. */
export function changedSince(file: string, root: string): string | undefined {
  const written = Deno.statSync(file).mtime?.getTime() ?? 0;
  const changed = [
    join(root, "deno.json"),
    join(root, "main.ts"),
    ...sources(join(root, "src")),
    ...sources(join(root, "tests")),
  ];
  return changed.find((path) => (Deno.statSync(path).mtime?.getTime() ?? Infinity) > written);
}

/** TypeScript files in a folder and those in it. */
export function sources(folder: string): string[] {
  return [...Deno.readDirSync(folder)].flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory) return sources(path);
    return entry.name.endsWith(".ts") ? [path] : [];
  });
}
