// cursor.json: where delivery stands. Read at the start and checked against the segments that are there; kept
// up to date some times a second, replaced as a whole so that a crash leaves the old one or the new one.
import type { Clock } from "../../base/clock.ts";
import { errorText } from "../../base/error_text.ts";
import type { Log } from "../../base/log.ts";
import { OnceAMinute } from "../../base/once_a_minute.ts";
import type { SegmentCounts } from "./_segments.ts";
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
export function readCursor(folder: string): Cursor | undefined {
  try {
    const { size } = Deno.statSync(pathIn(folder));
    if (size > MAX_BYTES) throw new Error(`its ${size} bytes are too many`);
    const cursor = cursorIn(Deno.readTextFileSync(pathIn(folder)));
    if (cursor === undefined) throw new Error("it does not say where delivery stands");
    return cursor;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** Puts a cursor that is of no use out of the way; people may want to look at it. */
export function putCursorAside(folder: string): void {
  try {
    Deno.renameSync(pathIn(folder), `${pathIn(folder)}.damaged`);
  } catch {
    // Then the next save replaces it, or says why it cannot.
  }
}

/**
 * Where delivery goes on, and a phrase on what does not fit. In doubt events are sent again, never skipped.
 * @param found oldest first
 * @param startsLine whether a line starts at an offset of a segment
 */
export function resume(
  cursor: Cursor | undefined,
  found: readonly FoundSegment[],
  startsLine: (segment: number, offset: number) => boolean,
): { readonly start: Start; readonly problem?: string } {
  const startOf = (segment: number): Start => ({ segment, offset: 0, done: 0 });
  const [first, last] = [found[0], found.at(-1)];
  if (first === undefined || last === undefined) {
    if (cursor === undefined) return { start: startOf(1) };
    if (cursor.offset === 0) return { start: cursor };
    const problem =
      `segment ${cursor.segment}, which the cursor points into, is missing, and no other is there`;
    return { start: startOf(cursor.segment + 1), problem };
  }
  const sendAll = (why: string) => ({
    start: startOf(first.number),
    problem: `${why}; all ${found.length} segments are sent, some events perhaps again`,
  });
  if (cursor === undefined) return sendAll("the cursor is missing");
  const { segment, offset } = cursor;
  if (segment < first.number) {
    return sendAll(`the cursor is behind, segment ${segment} is not there any more`);
  }
  if (segment > last.number) {
    if (segment === last.number + 1 && offset === 0) return { start: cursor };
    return sendAll(`the cursor is ahead, there is no segment ${segment} yet`);
  }
  const at = found.find(({ number }) => number >= segment) ?? last;
  const start = startOf(at.number);
  if (at.number !== segment) {
    const problem = `segment ${segment}, which the cursor points into, is missing; ${at.number} is next`;
    return { start, problem };
  }
  if (offset > at.bytes) {
    const problem =
      `segment ${segment} ends at byte ${at.bytes}, before the cursor's ${offset}; it is sent again`;
    return { start, problem };
  }
  if (offset > 0 && !startsLine(segment, offset)) {
    const problem = `the cursor points into the middle of a line of segment ${segment}, which is sent again`;
    return { start, problem };
  }
  return { start: cursor };
}

function pathIn(folder: string): string {
  return `${folder}/cursor.json`;
}

function cursorIn(text: string): Cursor | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new Error(`it is not JSON, ${errorText(error)}`);
  }
  if (typeof value !== "object" || value === null) return undefined;
  const { segment, offset, done, segments } = value as Record<string, unknown>;
  if (!isCount(segment) || segment === 0 || !isCount(offset) || !isCount(done)) return undefined;
  const counts: [string, unknown][] = typeof segments === "object" && segments !== null
    ? Object.entries(segments)
    : [];
  const usable = counts.filter((entry): entry is [string, SegmentCounts] => isCounts(entry[1]));
  return { segment, offset, done, segments: Object.fromEntries(usable) };
}

function isCounts(value: unknown): value is SegmentCounts {
  return typeof value === "object" && value !== null && "bytes" in value && "lines" in value &&
    isCount(value.bytes) && isCount(value.lines);
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}
