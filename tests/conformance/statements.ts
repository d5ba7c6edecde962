// Reads statements.txt, the list of the standard's statements, and finds which tests show each.
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { shownBy } from "./title.ts";

const FILE = fileURLToPath(new URL("./statements.txt", import.meta.url));
const TESTS = fileURLToPath(new URL("../", import.meta.url));

export interface Statement {
  /** The heading it stands under. */
  readonly part: string;
  /** `MQTT-3.1.2-8`; for what has no number, the section and a word. */
  readonly id: string;
  /** As the names of tests have it: `3.1.1 3.1.2-8`, `5.0 2.1.4 length`. */
  readonly key: string;
  readonly says: string;
  /** Why it does not bind this server, or cannot be shown. `undefined` where tests must show it. */
  readonly because: string | undefined;
}

/** All rows. A line is `# part`, or `id | what it says`, with ` | why no test shows it` where none does. */
export function readStatements(): Statement[] {
  const statements: Statement[] = [];
  let part = "";
  for (const line of Deno.readTextFileSync(FILE).trimEnd().split("\n")) {
    if (line.startsWith("# ")) {
      part = line.slice(2);
      continue;
    }
    const [id = "", says = "", because] = line.split(" | ");
    const standard = part.startsWith("MQTT 3.1.1") ? "3.1.1" : "5.0";
    statements.push({ part, id, key: `${standard} ${id.replace("MQTT-", "")}`, says, because });
  }
  return statements;
}

/**
 * The texts that show each statement, by its key; `* twice` in a text stands for all statements that end so.
 * Throws where a text names none of the statements.
 */
export function showing(statements: readonly Statement[], texts: Iterable<string>): Map<string, string[]> {
  const found = new Map<string, string[]>(statements.map(({ key }) => [key, []]));
  for (const text of texts) {
    for (const key of shownBy(text)) {
      const ending = key.split(" * ")[1];
      const keys = ending === undefined ? [key] : [...found.keys()].filter((k) => k.endsWith(` ${ending}`));
      for (const one of keys) {
        const list = found.get(one);
        if (list === undefined) throw new Error(`"${text}" shows "${one}", which statements.txt has not`);
        list.push(text);
      }
    }
  }
  return found;
}

/** The files under tests/ whose sources name a statement, with their text. */
export function sources(folder = TESTS): Map<string, string> {
  const found = new Map<string, string>();
  for (const { name, isDirectory } of Deno.readDirSync(folder)) {
    const path = join(folder, name);
    if (isDirectory) { for (const [file, text] of sources(path)) found.set(file, text); }
    else if (name.endsWith(".ts") && name !== "title.ts") {
      const text = Deno.readTextFileSync(path);
      if (!shownBy(text)[Symbol.iterator]().next().done) found.set(path, text);
    }
  }
  return found;
}
