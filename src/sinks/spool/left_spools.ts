// Spools that no URL sends any more: a URL was removed or changed while events waited for it.
import { type Cursor, readCursor } from "./_cursor.ts";
import { segmentsIn } from "./spool_folder.ts";

export interface LeftSpool {
  readonly folder: string;
  /** Of segments that hold events which were not delivered. */
  readonly bytes: number;
}

/**
 * Looks through `spoolDir` for folders with events that are none of `own`. Nothing is opened or changed; what
 * cannot be read, is no spool.
 * @param own names of the folders that the configuration uses
 */
export function leftSpools(spoolDir: string, own: ReadonlySet<string>): LeftSpool[] {
  return foldersIn(spoolDir)
    .filter((name) => !own.has(name))
    .map((name) => ({ folder: `${spoolDir}/${name}`, bytes: undeliveredBytes(`${spoolDir}/${name}`) }))
    .filter(({ bytes }) => bytes > 0);
}

function undeliveredBytes(folder: string): number {
  try {
    if (!Deno.statSync(`${folder}/id`).isFile) return 0;
    const { segment = 0, offset = 0 } = cursorOf(folder) ?? {};
    return segmentsIn(folder)
      .filter(({ number }) => number >= segment)
      .reduce((sum, { number, bytes }) => sum + Math.max(0, bytes - (number === segment ? offset : 0)), 0);
  } catch {
    // Not a spool, or not ours to read.
    return 0;
  }
}

/** Where delivery stood; undefined, for all is to be sent, when nobody knows. */
function cursorOf(folder: string): Cursor | undefined {
  try {
    return readCursor(folder);
  } catch {
    // It will be told as damaged when the spool is opened again.
    return undefined;
  }
}

function foldersIn(path: string): string[] {
  try {
    return [...Deno.readDirSync(path)].filter(({ isDirectory }) => isDirectory).map(({ name }) => name);
  } catch {
    // No spool was ever made there.
    return [];
  }
}
