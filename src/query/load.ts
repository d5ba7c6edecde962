// Inserts the lines of a log's files as rows, and counts what is none.
import type { LogFile } from "../reading/log_file.ts";
import type { LineBlock } from "../reading/line_blocks.ts";
import { type Keys, keysOf } from "./line_keys.ts";
import { LineTime } from "./line_time.ts";
import type { Places } from "./places.ts";
import type { RowInsert } from "./row_insert.ts";

const NEWLINE = 10;

/** What the filters may ask of a line. */
export interface ReadLine {
  /** The text of a key. */
  text(key: string): string | undefined;
  /** Unix milliseconds, where the line has a time. */
  readonly ms: number | undefined;
}
export type Selects = (line: ReadLine) => boolean;

/** What was wrong in one file. */
export interface Trouble {
  readonly path: string;
  /** Lines that are no event. */
  broken: number;
  /** Where the first of them begins, bytes. */
  firstBroken: number | undefined;
  /** Lines longer than what is read of one. */
  tooLong: number;
  /** The last line has no newline and is no event: its writer is not done, or was cut off. */
  unfinished: boolean;
  /** Why the rest could not be read. */
  problem: string | undefined;
}

export interface Loaded {
  /** Rows added. */
  readonly rows: number;
  /** Lines read, whether they were wanted or not. */
  readonly lines: number;
  readonly troubles: readonly Trouble[];
}

export interface LoadOptions {
  readonly rows: RowInsert;
  readonly places: Places;
  /** Default: every event. */
  readonly selects: Selects | undefined;
}

export async function loadFiles(files: readonly LogFile[], options: LoadOptions): Promise<Loaded> {
  const loader = new Loader(options);
  for (const file of files) {
    const start = options.places.startOf(file);
    if (start !== undefined) await loader.read(file, start);
  }
  options.rows.finish();
  return loader;
}

class Loader implements Loaded {
  readonly troubles: Trouble[] = [];
  rows = 0;
  lines = 0;
  readonly #decoder = new TextDecoder();
  readonly #time = new LineTime();
  readonly #options: LoadOptions;

  constructor(options: LoadOptions) {
    this.#options = options;
  }

  async read(file: LogFile, start: number): Promise<void> {
    const trouble: Trouble = {
      path: file.path,
      broken: 0,
      firstBroken: undefined,
      tooLong: 0,
      unfinished: false,
      problem: undefined,
    };
    let reached = start;
    for await (const block of file.blocks(start)) {
      trouble.tooLong += block.tooLong;
      if (block.finished) this.#take(block, start, trouble);
      else if (block.bytes.length > 0 && !this.#line(block.bytes)) {
        trouble.unfinished = true;
        break;
      }
      reached = start + block.start + block.bytes.length;
    }
    trouble.problem = file.problem;
    this.#options.places.reached(file, reached);
    if (trouble.broken + trouble.tooLong > 0 || trouble.unfinished || trouble.problem !== undefined) {
      this.troubles.push(trouble);
    }
  }

  #take({ bytes, start: blockStart }: LineBlock, start: number, trouble: Trouble): void {
    for (let at = 0; at < bytes.length;) {
      const end = bytes.indexOf(NEWLINE, at);
      // An empty line is what a newline alone leaves behind a last line that was read without it.
      if (end > at && !this.#line(bytes.subarray(at, end))) {
        trouble.broken++;
        trouble.firstBroken ??= start + blockStart + at;
      }
      at = end + 1;
    }
  }

  /** False where it is no event. */
  #line(bytes: Uint8Array): boolean {
    const keys = keysOf(this.#decoder.decode(bytes));
    if (keys === undefined) return false;
    this.lines++;
    const ms = this.#time.of(keys);
    const { selects, rows } = this.#options;
    if (selects !== undefined && !selects({ text: (key) => textOf(keys, key), ms })) return true;
    rows.add(keys, ms);
    this.rows++;
    return true;
  }
}

function textOf(keys: Keys, key: string): string | undefined {
  const value = keys[key];
  return typeof value === "string" ? value : undefined;
}
