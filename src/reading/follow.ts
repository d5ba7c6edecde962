// Follows a file of lines: across rotation, truncation, removal and coming back, in bounded blocks.
import { setTimeout as sleep } from "node:timers/promises";
import { errorText } from "../base/error_text.ts";
import { findLastLines } from "./last_lines.ts";
import { openRegular } from "./open_regular.ts";
import { type Line, MAX_LINE_BYTES } from "./line.ts";
import { LineSplitter } from "./line_splitter.ts";

const BLOCK_BYTES = 64 * 1024;

export interface FollowOptions {
  /** Selected lines to give of what the file holds already. */
  readonly lines: number;
  /** Which lines count for `lines`; everything is given all the same. */
  readonly selects: (line: Line) => boolean;
  /** false: end at the end of the file, its unfinished last line included. */
  readonly follow: boolean;
  /** Ends following. */
  readonly signal: AbortSignal;
  /** Told what happens to the file, as whole sentences. */
  readonly notice: (text: string) => void;
  /** Milliseconds between two looks at the file; default 200. */
  readonly interval?: number;
}

/**
 * Gives the last lines of the file at `path`, then each line that is added, in batches. The file may be
 * missing: it is waited for, and read from its beginning. Files that come and go between two looks are not
 * seen. Throws when the file cannot be opened at first for another reason, or is missing and not to be
 * followed; Failure when it is none.
 */
export async function* follow(path: string, options: FollowOptions): AsyncGenerator<readonly Line[]> {
  const { signal, notice } = options;
  const interval = options.interval ?? 200;
  using followed = await Followed.open(path, options.follow);
  if (followed.isOpen) await followed.skipToLast(options);
  else notice(`${path} does not exist; waiting for it.`);
  let missing = !followed.isOpen;
  while (!signal.aborted) {
    if (followed.isOpen) {
      yield* followed.readOn(signal, options.follow ? "again" : "keep");
      if (!options.follow) break;
      if (await followed.restart()) notice(`${path} was truncated; reading it from its beginning.`);
    }
    const change = signal.aborted ? "same" : await followed.compare();
    if (change === "missing") {
      if (!missing) notice(`${path} is gone; waiting for it to come back.`);
      missing = true;
    } else if (change === "replaced") {
      // Whoever writes the new file has finished with the old one: nothing more will come in it.
      yield* followed.readOn(signal, "keep");
      yield followed.flush();
      if (await followed.reopen(notice)) {
        notice(missing ? `${path} is there; reading it.` : `${path} was replaced; reading the new one.`);
        missing = false;
        continue;
      }
    } else if (followed.isOpen) {
      missing = false;
    }
    // Rejects when the signal comes, and then the loop ends.
    await sleep(interval, undefined, { signal }).catch(() => {});
  }
  yield followed.flush();
}

/** The open file behind the path, and how far it is read. */
class Followed implements Disposable {
  readonly #path: string;
  readonly #splitter = new LineSplitter();
  readonly #block = new Uint8Array(BLOCK_BYTES);
  #file: Deno.FsFile | undefined;
  #position = 0;
  #openFailure = "";

  private constructor(path: string) {
    this.#path = path;
  }

  static async open(path: string, mayBeMissing: boolean): Promise<Followed> {
    const followed = new Followed(path);
    try {
      followed.#file = await openRegular(path);
    } catch (error) {
      if (!(mayBeMissing && error instanceof Deno.errors.NotFound)) throw error;
    }
    return followed;
  }

  get isOpen(): boolean {
    return this.#file !== undefined;
  }

  async skipToLast(options: FollowOptions): Promise<void> {
    if (this.#file === undefined) return;
    this.#position = await findLastLines(this.#file, {
      count: options.lines,
      selects: options.selects,
      signal: options.signal,
    });
    await this.#file.seek(this.#position, Deno.SeekMode.Start);
  }

  /**
   * The lines from here to the end of the file. An unfinished line at the end is kept, or read again from its
   * beginning next time: a writer that starts again after a crash may have another in its place.
   */
  async *readOn(signal: AbortSignal, unfinished: "keep" | "again"): AsyncGenerator<readonly Line[]> {
    while (this.#file !== undefined && !signal.aborted) {
      const n = await this.#file.read(this.#block) ?? 0;
      this.#position += n;
      const lines = this.#splitter.push(this.#block.subarray(0, n));
      const atEnd = n < BLOCK_BYTES;
      // Before the lines are handed out, for whoever takes them may take long.
      if (atEnd && unfinished === "again") await this.#forgetUnfinished(this.#file);
      if (lines.length > 0) yield lines;
      if (atEnd) return;
    }
  }

  async #forgetUnfinished(file: Deno.FsFile): Promise<void> {
    const pending = this.#splitter.pendingBytes;
    // An endless line is not read again and again; what is kept of it is enough.
    if (pending === 0 || pending > MAX_LINE_BYTES) return;
    this.#splitter.reset();
    this.#position = await file.seek(this.#position - pending, Deno.SeekMode.Start);
  }

  /** Goes back to the beginning, and says true, when the file ends before what was read of it. */
  async restart(): Promise<boolean> {
    if (this.#file === undefined || (await this.#file.stat()).size >= this.#position) return false;
    this.#splitter.reset();
    this.#position = await this.#file.seek(0, Deno.SeekMode.Start);
    return true;
  }

  /**
   * What the path names now. A new file counts only once something is in it: until then its writer may still
   * be adding to the old one, as after logrotate's `create`.
   */
  async compare(): Promise<"same" | "missing" | "replaced"> {
    let now: Deno.FileInfo;
    try {
      now = await Deno.stat(this.#path);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return "missing";
      throw error;
    }
    if (this.#file === undefined) return "replaced";
    const ours = await this.#file.stat();
    return (ours.dev === now.dev && ours.ino === now.ino) || now.size === 0 ? "same" : "replaced";
  }

  /** Changes over to the file that the path names now; false when it cannot be opened yet, said once. */
  async reopen(notice: (text: string) => void): Promise<boolean> {
    let file: Deno.FsFile;
    try {
      file = await openRegular(this.#path);
    } catch (error) {
      const failure = errorText(error).replace(/\.$/, "");
      if (failure !== this.#openFailure) notice(`${failure}; trying again.`);
      this.#openFailure = failure;
      return false;
    }
    this.#openFailure = "";
    this.#file?.close();
    this.#file = file;
    this.#position = 0;
    return true;
  }

  /** The unfinished last line. */
  flush(): readonly Line[] {
    return this.#splitter.flush();
  }

  [Symbol.dispose](): void {
    this.#file?.close();
    this.#file = undefined;
  }
}
