// Reads which tests passed from a JUnit file of `deno test`.

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
