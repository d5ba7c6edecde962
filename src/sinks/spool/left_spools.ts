// Spools that no URL sends any more: a URL was removed or changed while events waited for it.
import { resume } from "./_cursor.ts";
import { segmentsIn } from "./spool_folder.ts";

interface LeftSpool {
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
    const found = segmentsIn(folder);
    const { segment, offset } = resume(folder, found).start;
    return found
      .filter(({ number }) => number >= segment)
      .reduce((sum, { number, bytes }) => sum + Math.max(0, bytes - (number === segment ? offset : 0)), 0);
  } catch {
    // Not a spool, or not ours to read.
    return 0;
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
