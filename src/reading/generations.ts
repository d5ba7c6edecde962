// Which files a log consists of: the one that is written, and what rotation made of it.
import { basename, dirname, join } from "node:path";

/** `.1`, `.2.gz` of the program's own rotation; `-20261124`, `.20261124.gz` and the like of logrotate's. */
const SUFFIX = /^[.-](\d[\d-]*)(\.gz)?$/;
/** Above it a number is a date. */
const MOST_GENERATIONS = 99_999;

/**
 * `path` and its generations beside it, the newest first, whether `path` is there or not. Opened in this
 * order none is missed while they are renamed: one that moves on is met again under its next name.
 */
export function generationsOf(path: string): string[] {
  const folder = dirname(path);
  const base = basename(path);
  const found: { readonly name: string; readonly age: number }[] = [];
  for (const entry of Deno.readDirSync(folder)) {
    if (!entry.name.startsWith(base)) continue;
    const [, digits, gz] = SUFFIX.exec(entry.name.slice(base.length)) ?? [];
    if (digits === undefined) continue;
    const number = Number(digits.replaceAll("-", ""));
    // A plain file and its gzip are one generation, and the plain one is whole.
    found.push({
      name: entry.name,
      age: (number > MOST_GENERATIONS ? 1 / number + MOST_GENERATIONS : number) +
        (gz === undefined ? 0 : 0.5),
    });
  }
  return [path, ...found.sort((a, b) => a.age - b.age).map(({ name }) => join(folder, name))];
}
