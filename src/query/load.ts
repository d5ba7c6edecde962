// Lays the lines of a log's files down as rows, and counts what is none.
import type { LogFile } from "../reading/log_file.ts";
import type { LineBlock } from "../reading/line_blocks.ts";
import { LineScanner } from "./line_scanner.ts";
import { LineTime } from "./line_time.ts";
import type { Places } from "./places.ts";
import { Row } from "./row.ts";
import type { TablePages } from "./table_pages.ts";

const NEWLINE = 10;

/** What the filters may ask of a line. */
export interface ScannedLine {
  /** The text of a key. */
  text(key: string): string | undefined;
  /** Unix milliseconds, where the line has a time. */
  readonly ms: number | undefined;
}
export type Selects = (line: ScannedLine) => boolean;

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
  readonly pages: TablePages;
  readonly places: Places;
  /** Default: every event. */
  readonly selects: Selects | undefined;
  /** The number of the last row that is there. */
  readonly after: number;
}

export async function loadFiles(files: readonly LogFile[], options: LoadOptions): Promise<Loaded> {
  const loader = new Loader(options);
  for (const file of files) {
    const start = options.places.startOf(file);
    if (start !== undefined) await loader.read(file, start);
  }
  return loader;
}

class Loader implements Loaded {
  readonly troubles: Trouble[] = [];
  lines = 0;
  readonly #scanner = new LineScanner();
  readonly #row = new Row();
  readonly #time = new LineTime();
  readonly #options: LoadOptions;
  #number: number;

  constructor(options: LoadOptions) {
    this.#options = options;
    this.#number = options.after;
  }

  get rows(): number {
    return this.#number - this.#options.after;
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
      else if (block.bytes.length > 0 && !this.#line(block.bytes, 0, block.bytes.length)) {
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
      if (end > at && !this.#line(bytes, at, end)) {
        trouble.broken++;
        trouble.firstBroken ??= start + blockStart + at;
      }
      at = end + 1;
    }
  }

  /** False where it is no event. */
  #line(bytes: Uint8Array, start: number, end: number): boolean {
    const scanner = this.#scanner;
    if (!scanner.scan(bytes, start, end)) return false;
    this.lines++;
    const ms = this.#time.of(scanner);
    const { selects, pages } = this.#options;
    if (selects !== undefined && !selects({ text: (key) => scanner.text(key), ms })) return true;
    const row = this.#row;
    row.make(scanner, ms, end - start);
    pages.add(++this.#number, row.bytes, row.start, row.end);
    return true;
  }
}
