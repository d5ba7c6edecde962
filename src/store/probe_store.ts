// Whether the store could be opened, asked without leaving a trace (`hookline check`).
import { DatabaseSync } from "node:sqlite";
import { basename, dirname } from "node:path";
import { errorText } from "../base/error_text.ts";
import { damageOf } from "./_damage.ts";
import { holderOf } from "./lock.ts";
import { isStore, VERSION, versionOf } from "./schema.ts";

/** What keeps the store from being used as it is. */
export interface StoreProblem {
  readonly sentence: string;
  /** The program would not start. */
  readonly refused: boolean;
}

/** `undefined` where nothing is wrong with it, or nothing is there. */
export function probeStore(path: string): StoreProblem | undefined {
  try {
    const holder = holderOf(path);
    if (holder !== undefined) return { sentence: holder, refused: true };
    const damage = damageOf(path);
    if (damage !== undefined) {
      const sentence = `${path} is damaged and would be put aside: ${damage.replaceAll(/\s+/g, " ")}`;
      return { sentence, refused: false };
    }
    Deno.statSync(path);
    return foreign(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    return { sentence: `${path} cannot be opened: ${errorText(error)}`, refused: false };
  }
}

function foreign(path: string): StoreProblem | undefined {
  const db = new DatabaseSync(path);
  try {
    if (!isStore(db)) return { sentence: `${path} is a database of another program`, refused: true };
    if (versionOf(db) <= VERSION) return undefined;
    return { sentence: `${path} was written by a newer Hookline`, refused: true };
  } finally {
    db.close();
  }
}

/** Damaged ones that were put aside, by name. */
export function putAsideBy(path: string): string[] {
  const name = new RegExp(`^${RegExp.escape(basename(path))}\\.damaged-\\d{8}T\\d{6}Z$`);
  try {
    return [...Deno.readDirSync(dirname(path))].map((entry) => entry.name).filter((each) => name.test(each))
      .sort();
  } catch {
    // There is no such folder yet, or it cannot be read: then none are known.
    return [];
  }
}
