// Reads the segments back, block by block, one after the other, and makes events of their lines.
import { fill, NEWLINE } from "../../base/bytes.ts";
import { errorText } from "../../base/error_text.ts";
import type { QueuedEvent } from "./backlog.ts";
import { clientOf } from "./client_of.ts";
import type { Start } from "./_cursor.ts";
import type { Segment, Segments } from "./_segments.ts";

/** Bytes read at once; a longer line is read in more of them. */
const BLOCK_BYTES = 64 * 1024;
/** A longer line is skipped, bytes: the largest packet that makes one is 48 MB. */
export const MAX_LINE_BYTES = 64 * 1024 * 1024;
/** A segment that could not be read so many times in a row is put aside. */
const MAX_FAILURES = 5;

/** What the reader tells its spool. */
interface ReaderNews {
  /** Lines were skipped. @param why behind their number */
  skipped(lines: number, why: string): void;
  /** A segment is of no use and was put aside. @param why behind the number of its events */
  gaveUp(segment: Segment, why: string): void;
  /** Nothing could be read now; `read` is to be called again a little later. */
  again(why: string): void;
}

export class SegmentReader {
  readonly #decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  /** The segment to come, when #segment is none. */
  #number: number;
  #segment: Segment | undefined;
  #file: Deno.FsFile | undefined;
  /** Where the next line starts, and how many lines are before it. */
  #offset: number;
  #index: number;
  /** Bytes behind #offset that were read: a line without its end. */
  #carry = new Uint8Array(0);
  /** The line at #offset is too long, and what was read of it was thrown away. */
  #skipping = false;
  #failures = 0;

  constructor(private readonly segments: Segments, start: Start, private readonly news: ReaderNews) {
    this.#number = start.segment;
    this.#offset = start.offset;
    this.#index = start.done;
  }

  /** The first line that was not read. */
  get position(): Start {
    const segment = this.#segment?.number ?? this.#number;
    return { segment, offset: this.#offset, done: this.#index };
  }

  /** The next events, a block at most; none when all were read, or when it said `again`. Does not reject. */
  async read(): Promise<QueuedEvent[]> {
    for (;;) {
      const segment = this.#segment ??= this.#find();
      if (segment === undefined) return [];
      if (segment.gone) {
        this.#leave(segment);
        continue;
      }
      const unread = segment.bytes - this.#offset - this.#carry.length;
      if (unread <= 0 && !segment.sealed) return [];
      const events = unread <= 0 ? this.#finish(segment) : await this.#readBlock(segment, unread);
      if (events === undefined) return [];
      if (events.length > 0) return events;
    }
  }

  close(): void {
    this.#file?.close();
    this.#file = undefined;
  }

  #find(): Segment | undefined {
    const segment = this.segments.from(this.#number);
    if (segment !== undefined && segment.number !== this.#number) this.#offset = this.#index = 0;
    return segment;
  }

  /** Events of one block; undefined when it cannot be read now. */
  async #readBlock(segment: Segment, unread: number): Promise<QueuedEvent[] | undefined> {
    const carried = this.#carry.length;
    // Doubled with each block, so that a long line is not copied once for each of them.
    const block = new Uint8Array(carried + Math.min(unread, Math.max(BLOCK_BYTES, carried)));
    block.set(this.#carry);
    let length: number;
    try {
      this.#file ??= await openAt(segment.path, this.#offset + carried);
      length = carried + await fill(this.#file, block.subarray(carried));
      this.#failures = 0;
    } catch (error) {
      return this.#failed(segment, error);
    }
    // The bound of the spool took it meanwhile.
    if (segment.gone) return [];
    // Someone cut it off: it is shorter than what was written.
    this.segments.grow(segment, length - block.length, 0);
    this.#carry = block.subarray(0, length);
    return this.#takeLines(segment);
  }

  #failed(segment: Segment, error: unknown): QueuedEvent[] | undefined {
    this.close();
    const removed = error instanceof Deno.errors.NotFound;
    if (!removed && ++this.#failures < MAX_FAILURES) {
      this.news.again(`${segment.path} cannot be read, tried again: ${errorText(error)}.`);
      return undefined;
    }
    const aside = `${segment.path}.unreadable`;
    try {
      Deno.renameSync(segment.path, aside);
    } catch {
      // It is not there, or the folder takes no change; it is left in either case.
    }
    const why = removed ? "was removed by someone else" : `cannot be read and was put aside, ${aside}`;
    this.news.gaveUp(segment, `were lost: ${segment.path} ${why}: ${errorText(error)}.`);
    this.#leave(segment);
    return [];
  }

  #takeLines(segment: Segment): QueuedEvent[] {
    const bytes = this.#carry;
    const end = bytes.lastIndexOf(NEWLINE) + 1;
    if (end === 0) {
      this.#skipWhenTooLong();
      return [];
    }
    // Decoding them together is faster; where that fails, some line is damaged: each is then decoded alone.
    const texts = this.#textOf(bytes.subarray(0, end))?.split("\n");
    const events: QueuedEvent[] = [];
    const bad: number[] = [];
    for (let from = 0, to = 0, i = 0; from < end; from = to + 1, i++) {
      to = bytes.indexOf(NEWLINE, from);
      const event = this.#eventOf(segment, bytes.subarray(from, to), this.#offset + from, texts?.[i]);
      if (event === undefined) bad.push(this.#offset + from);
      else events.push(event);
    }
    this.#skip(segment, bad);
    this.#offset += end;
    this.#carry = bytes.slice(end);
    return events;
  }

  #skipWhenTooLong(): void {
    if (!this.#skipping && this.#carry.length < MAX_LINE_BYTES) return;
    this.#skipping = true;
    this.#offset += this.#carry.length;
    this.#carry = new Uint8Array(0);
  }

  /** The end of a segment's bytes. A last line without its newline is an event when it is whole. */
  #finish(segment: Segment): QueuedEvent[] {
    const events: QueuedEvent[] = [];
    if (this.#carry.length > 0 || this.#skipping) {
      const event = this.#eventOf(segment, this.#carry, this.#offset);
      if (event === undefined) this.#skip(segment, [this.#offset]);
      else events.push(event);
    }
    const missing = segment.counted ? segment.lines - this.#index : 0;
    this.segments.recount(segment, this.#index);
    this.news.skipped(missing, `of ${segment.path} are lost: it is shorter than it was.`);
    this.#leave(segment);
    return events;
  }

  /** The event of the next line; undefined when the line is none. */
  #eventOf(
    segment: Segment,
    bytes: Uint8Array<ArrayBuffer>,
    offset: number,
    text = this.#textOf(bytes),
  ): QueuedEvent | undefined {
    const tooLong = this.#skipping || bytes.length >= MAX_LINE_BYTES;
    const index = this.#index++;
    this.#skipping = false;
    const client = tooLong || text === undefined ? undefined : clientOf(text);
    return client === undefined ? undefined : { bytes, client, segment, offset, index };
  }

  /** Undefined when the bytes are not UTF-8 throughout. */
  #textOf(bytes: Uint8Array): string | undefined {
    try {
      return this.#decoder.decode(bytes);
    } catch {
      // That is the answer.
      return undefined;
    }
  }

  /** @param offsets of the lines */
  #skip(segment: Segment, offsets: readonly number[]): void {
    this.segments.settle(segment, offsets.length);
    const why = `in ${segment.path} could not be read and were skipped, the first at byte ${offsets[0]}.`;
    this.news.skipped(offsets.length, why);
  }

  #leave(segment: Segment): void {
    this.close();
    this.#segment = undefined;
    this.#number = segment.number + 1;
    this.#offset = this.#index = this.#failures = 0;
    this.#carry = new Uint8Array(0);
    this.#skipping = false;
  }
}

async function openAt(path: string, offset: number): Promise<Deno.FsFile> {
  const file = await Deno.open(path, { read: true });
  await file.seek(offset, Deno.SeekMode.Start);
  return file;
}
