// cursor.json: where delivery stands. Read at the start and checked against the segments that are there; kept
// up to date some times a second, replaced as a whole so that a crash leaves the old one or the new one.
import { NEWLINE } from "../../base/bytes.ts";
import type { Clock } from "../../base/clock.ts";
import { errorText } from "../../base/error_text.ts";
import type { Log } from "../../base/log.ts";
import { OnceAMinute } from "../../base/once_a_minute.ts";
import { isTable } from "../../base/table.ts";
import { type SegmentCounts, segmentName } from "./_segments.ts";
import type { FoundSegment } from "./spool_folder.ts";

/** Where delivery goes on. */
export interface Start {
  /** The segment with the oldest event that is not settled, or the one to come. */
  readonly segment: number;
  /** Bytes of that segment before the event. */
  readonly offset: number;
  /** Lines of that segment before the event. */
  readonly done: number;
}

export interface Cursor extends Start {
  /** Bytes and lines of whole segments, by number. */
  readonly segments: Readonly<Record<string, SegmentCounts>>;
}

/** So long after an event was settled the cursor is written, milliseconds: a crash sends as much again. */
const SAVE_MS = 100;
/** Longest cursor file that is read, bytes. */
const MAX_BYTES = 4 * 1024 * 1024;

/** Keeps the cursor of an open spool in its file. */
export class CursorFile {
  readonly #path: string;
  readonly #failed: OnceAMinute<unknown>;
  #stopTimer: (() => void) | undefined;
  #saving: Promise<void> | undefined;
  /** It changed since the last save began. */
  #changed = false;
  #closed = false;

  /**
   * @param current where delivery stands
   * @param saved is called after each attempt to save: what is before the cursor may go
   */
  constructor(
    folder: string,
    private readonly current: () => Cursor,
    private readonly saved: (cursor: Cursor) => void,
    log: Log,
    private readonly clock: Clock,
  ) {
    this.#path = pathIn(folder);
    this.#failed = new OnceAMinute(clock, (_count, error) =>
      log(
        "error",
        `${this.#path} cannot be written, a restart would send events again: ${errorText(error)}.`,
      ));
  }

  /** The cursor moved. */
  saveSoon(): void {
    this.#changed = true;
    if (this.#saving !== undefined || this.#closed) return;
    this.#stopTimer ??= this.clock.setTimer(SAVE_MS, () => this.#start());
  }

  /** Saves a last time. Does not reject. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#stopTimer?.();
    await this.#saving;
    await this.#save();
    this.#failed[Symbol.dispose]();
  }

  #start(): void {
    this.#stopTimer = undefined;
    this.#changed = false;
    this.#saving = this.#save().finally(() => {
      this.#saving = undefined;
      if (this.#changed) this.saveSoon();
    });
  }

  /** In the background: replacing a file may make the disk work, and nobody should have to wait for it. */
  async #save(): Promise<void> {
    const cursor = this.current();
    try {
      await Deno.writeTextFile(`${this.#path}.tmp`, `${JSON.stringify(cursor)}\n`, { mode: 0o640 });
      await Deno.rename(`${this.#path}.tmp`, this.#path);
    } catch (error) {
      this.#failed.add(error);
    }
    this.saved(cursor);
  }
}

/** The cursor in a spool's folder; undefined: there is none. Throws, with a phrase, when it is of no use. */
function readCursor(folder: string): Cursor | undefined {
  try {
    const { size } = Deno.statSync(pathIn(folder));
    if (size > MAX_BYTES) throw new Error(`its ${size} bytes are too many`);
    return cursorIn(Deno.readTextFileSync(pathIn(folder)));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** What is known of a spool when it is opened. */
interface Resumed {
  readonly start: Start;
  /** Of each segment whose lines were counted, by number. */
  readonly counts: Cursor["segments"];
  /** A phrase on a cursor that does not fit. */
  readonly problem?: string;
}

/**
 * Where delivery goes on. In doubt events are sent again, never skipped.
 * @param found oldest first
 */
export function resume(folder: string, found: readonly FoundSegment[]): Resumed {
  let cursor: Cursor | undefined;
  let why = "the cursor is missing";
  try {
    cursor = readCursor(folder);
  } catch (error) {
    why = `cursor.json cannot be used, ${errorText(error)}`;
  }
  if (cursor !== undefined) {
    if (fits(cursor, folder, found)) return { start: cursor, counts: cursor.segments };
    why = `the cursor stands at byte ${cursor.offset} of segment ${cursor.segment}, where no line begins`;
  }
  const { segment = 0, segments: counts = {} } = cursor ?? {};
  const next = found.find(({ number }) => number >= segment) ?? found[0];
  const start = { segment: next?.number ?? segment + 1, offset: 0, done: 0 };
  if (cursor === undefined && next === undefined) return { start, counts };
  return { start, counts, problem: `${why}; all from segment ${start.segment} on is sent, perhaps again` };
}

/** Whether a line begins there, or the segment is the one to come. */
function fits({ segment, offset }: Start, folder: string, found: readonly FoundSegment[]): boolean {
  if (found.some(({ number }) => number === segment)) {
    return offset === 0 || endsLine(`${folder}/${segmentName(segment)}`, offset);
  }
  const last = found.at(-1)?.number ?? segment - 1;
  return offset === 0 && segment === last + 1;
}

/** Whether the byte before `offset` is a newline. */
function endsLine(path: string, offset: number): boolean {
  try {
    using file = Deno.openSync(path);
    file.seekSync(offset - 1, Deno.SeekMode.Start);
    const byte = new Uint8Array(1);
    return file.readSync(byte) === 1 && byte[0] === NEWLINE;
  } catch {
    // Reading it will fail again, and be told then.
    return false;
  }
}

function pathIn(folder: string): string {
  return `${folder}/cursor.json`;
}

/** Throws, with a phrase, when the text is no cursor. */
function cursorIn(text: string): Cursor {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new Error(`it is not JSON, ${errorText(error)}`);
  }
  const { segment, offset, done, segments } = isTable(value) ? value : {};
  if (!isCount(segment) || segment === 0 || !isCount(offset) || !isCount(done)) {
    throw new Error("it does not say where delivery stands");
  }
  const counts: [string, unknown][] = Object.entries(isTable(segments) ? segments : {});
  const usable = counts.filter((entry): entry is [string, SegmentCounts] => isCounts(entry[1]));
  return { segment, offset, done, segments: Object.fromEntries(usable) };
}

function isCounts(value: unknown): value is SegmentCounts {
  return isTable(value) && isCount(value["bytes"]) && isCount(value["lines"]);
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}
