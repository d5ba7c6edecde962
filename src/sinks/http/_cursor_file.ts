// cursor.json: where delivery stands, replaced as a whole so that a crash leaves the old one or the new one.
import { reason } from "../file/reason.ts";
import type { SegmentCounts } from "./_segments.ts";

export interface Cursor {
  /** The segment with the oldest event that is not settled, or the one to come. */
  readonly segment: number;
  /** Bytes of that segment before the event. */
  readonly offset: number;
  /** Lines of that segment before the event. */
  readonly done: number;
  /** Bytes and lines of whole segments, by number. */
  readonly segments: Readonly<Record<string, SegmentCounts>>;
}

/** Longest cursor file that is read, bytes. */
const MAX_BYTES = 4 * 1024 * 1024;

export class CursorFile {
  readonly path: string;
  readonly #temp: string;

  constructor(folder: string) {
    this.path = `${folder}/cursor.json`;
    this.#temp = `${folder}/cursor.json.tmp`;
  }

  /** Undefined when there is none. Throws, with a phrase as message, when it cannot be used; it is moved aside then. */
  read(): Cursor | undefined {
    try {
      return this.peek();
    } catch (error) {
      this.#moveAside();
      throw error;
    }
  }

  /** As `read`, and leaves a file that cannot be used where it is. */
  peek(): Cursor | undefined {
    try {
      const { isFile, size } = Deno.lstatSync(this.path);
      if (!isFile) throw new Error("it is not a file");
      if (size > MAX_BYTES) throw new Error(`its ${size} bytes are too many`);
      const cursor = cursorIn(Deno.readTextFileSync(this.path));
      if (cursor === undefined) throw new Error("it does not say where delivery stands");
      return cursor;
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return undefined;
      throw error;
    }
  }

  /** Rejects with what the disk says. Replacing a file may make the disk work: nobody should have to wait for it. */
  async write(cursor: Cursor): Promise<void> {
    await Deno.writeTextFile(this.#temp, `${JSON.stringify(cursor)}\n`, { mode: 0o640 });
    await Deno.rename(this.#temp, this.path);
  }

  /** What stands in the way of the next cursor; people may want to look at it. */
  #moveAside(): void {
    try {
      Deno.renameSync(this.path, `${this.path}.damaged`);
    } catch {
      // Then the next write replaces it, or says why it cannot.
    }
  }
}

function cursorIn(text: string): Cursor | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new Error(`it is not JSON, ${reason(error)}`);
  }
  if (typeof value !== "object" || value === null) return undefined;
  const { segment, offset, done, segments } = value as Record<string, unknown>;
  if (!isCount(segment) || segment === 0 || !isCount(offset) || !isCount(done)) return undefined;
  const counts = typeof segments === "object" && segments !== null ? Object.entries(segments) : [];
  return {
    segment,
    offset,
    done,
    segments: Object.fromEntries(
      counts.filter((entry): entry is [string, SegmentCounts] => isCounts(entry[1])),
    ),
  };
}

function isCounts(value: unknown): value is SegmentCounts {
  return typeof value === "object" && value !== null && "bytes" in value && "lines" in value &&
    isCount(value.bytes) && isCount(value.lines);
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}
