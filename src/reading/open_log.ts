// Opens all files of one or more logs at once, so that a rotation meanwhile neither hides nor doubles a line.
import { Failure } from "../base/failure.ts";
import { generationsOf } from "./generations.ts";
import { LogFile } from "./log_file.ts";

/** How often the files are opened again because they were renamed meanwhile. */
const MOST_TRIES = 20;

/** The files of a log, the oldest first. */
export class OpenLog implements Disposable {
  private constructor(
    readonly files: readonly LogFile[],
    readonly copies: readonly string[],
    /** A path that had no file: it is being rotated, or was never there. */
    readonly missing: string | undefined,
  ) {}

  /**
   * Opens each path with its generations. Files that begin alike are one file, met twice, and are told as
   * `copies` where the caller named them. Throws Failure for a path that has no file at all.
   */
  static async open(paths: readonly string[]): Promise<OpenLog> {
    for (let tries = 1;; tries++) {
      const before = namesOf(paths);
      const log = await OpenLog.#open(paths, before);
      const after = namesOf(paths);
      const done = tries === MOST_TRIES || before.flat().join("\n") === after.flat().join("\n");
      if (done && log.missing === undefined) return log;
      log[Symbol.dispose]();
      if (done) throw new Failure(`${log.missing} does not exist.`);
    }
  }

  static async #open(paths: readonly string[], names: readonly (readonly string[])[]): Promise<OpenLog> {
    const files: LogFile[] = [];
    const copies: string[] = [];
    let missing: string | undefined;
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
        if (!met) missing = path;
      }
      return new OpenLog(files.reverse(), copies, missing);
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
