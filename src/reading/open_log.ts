// Opens all files of one or more logs at once, so that a rotation meanwhile neither hides nor doubles a line.
import { Failure } from "../base/failure.ts";
import { generationsOf } from "./generations.ts";
import { LogFile } from "./log_file.ts";

/** How often the files are opened again because they were renamed meanwhile. */
const MOST_TRIES = 20;

/** The files of a log, the oldest first. */
export class OpenLog implements Disposable {
  private constructor(readonly files: readonly LogFile[], readonly copies: readonly string[]) {}

  /**
   * Opens each path with its generations. Files that begin alike are one file, met twice, and are told as `copies`
   * where the caller named them. Throws Failure for a path that has no file at all.
   */
  static async open(paths: readonly string[]): Promise<OpenLog> {
    for (let tries = 1;; tries++) {
      const before = namesOf(paths);
      const log = await OpenLog.#open(paths, before);
      const after = namesOf(paths);
      if (tries === MOST_TRIES || before.flat().join("\n") === after.flat().join("\n")) return log;
      log[Symbol.dispose]();
    }
  }

  static async #open(paths: readonly string[], names: readonly (readonly string[])[]): Promise<OpenLog> {
    const files: LogFile[] = [];
    const copies: string[] = [];
    try {
      // The last path is the newest: opened first, as the newest of its generations is.
      for (const [i, path] of [...paths.entries()].reverse()) {
        let met = false;
        for (const name of names[i] ?? []) {
          const file = await LogFile.open(name);
          if (file === undefined) continue;
          met = true;
          if (files.every(({ head }) => !file.isLike(head))) {
            files.push(file);
            continue;
          }
          if (name === path && files.every((other) => other.path !== name)) copies.push(name);
          file[Symbol.dispose]();
        }
        if (!met) throw new Failure(`${path} does not exist.`);
      }
      return new OpenLog(files.reverse(), copies);
    } catch (error) {
      for (const file of files) file[Symbol.dispose]();
      throw error;
    }
  }

  [Symbol.dispose](): void {
    for (const file of this.files) file[Symbol.dispose]();
  }
}

function namesOf(paths: readonly string[]): string[][] {
  return paths.map((path) => generationsOf(path));
}
