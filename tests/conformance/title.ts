// The names of tests that show statements of the standard: `[3.1.1: 2.3.1-5] [5.0: 2.2.1-2, 2.1.4 length]` at their end.
import type { ProtocolVersion } from "../../src/mqtt/packets.ts";

/** The name of a test that exists once for each version: of what it shows, only that version's statements. */
export function titleOf(
  version: ProtocolVersion | undefined,
  text: string,
  ...shows: readonly string[]
): string {
  const standard = version === 4 ? "[3.1.1: " : version === 5 ? "[5.0: " : "[";
  const own = shows.filter((bracket) => version !== 3 && bracket.startsWith(standard));
  return [text, ...own].join(" ");
}

/** The statements that a test's name, or a source with such names, says to show: `3.1.1 2.3.1-5`. */
export function* shownBy(text: string): Iterable<string> {
  for (const [, standard, numbers = ""] of text.matchAll(/\[(3\.1\.1|5\.0): ([^\]`$]+)\]/g)) {
    for (const number of numbers.split(", ")) yield `${standard} ${number}`;
  }
}
