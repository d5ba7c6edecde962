// Reads the segments back, block by block, one after the other, and makes events of their lines.
import { NEWLINE } from "../file/line_bounds.ts";
import { reason } from "../file/reason.ts";
import { clientOf } from "./_client_of.ts";
import type { QueuedEvent } from "./_event.ts";
import { isPlainEvent } from "./_plain_event.ts";
import type { Start } from "./_resume.ts";
import type { Segment, Segments } from "./_segments.ts";

/**
 * Bytes read at once; a longer line is read in more of them. With 256 KiB batches of 500 were 15 % faster, and an
 * outage took 5 MB more.
 */
const BLOCK_BYTES = 64 * 1024;
/** A longer line is skipped, bytes: the largest packet that makes one is 48 MB. */
export const MAX_LINE_BYTES = 64 * 1024 * 1024;
/** A segment that could not be read so many times in a row is put aside. */
const MAX_FAILURES = 5;

export interface Trouble {
  /** Lines were skipped. @param why behind their number */
  lost(lines: number, why: string): void;
  /** Nothing could be read now; `read` is to be called again a little later. */
  again(why: string): void;
}

export class SegmentReader {
  readonly #segments: Segments;
  readonly #trouble: Trouble;
  readonly #withClients: boolean;
  readonly #decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  /** The segment to come, when #segment is none. */
  #number: number;
  #segment: Segment | undefined;
  #file: Deno.FsFile | undefined;
  /** Where the next line starts. */
  #offset: number;
  #index: number;
  /** Bytes behind #offset that were read: a line without its end. */
  #carry = new Uint8Array(0);
  /** The line at #offset is too long, and what was read of it was thrown away. */
  #skipping = false;
  #failures = 0;

  /** @param withClients whether events are to know their Client Identifier */
  constructor(segments: Segments, start: Start, withClients: boolean, trouble: Trouble) {
    this.#segments = segments;
    this.#withClients = withClients;
    this.#trouble = trouble;
    this.#number = start.segment;
    this.#offset = start.offset;
    this.#index = start.done;
  }

  /** The first line that was not read. */
  get position(): Start {
    const segment = this.#segment?.number ?? this.#number;
    return { segment, offset: this.#offset, done: this.#index };
  }

  /** The next events, at most a block of them; none when all lines were read, or when trouble said so. Does not reject. */
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
      const events = unread <= 0 ? this.#finish(segment) : await this.#readSome(segment, unread);
      if (events === undefined) return [];
      if (events.length > 0) return events;
    }
  }

  close(): void {
    this.#file?.close();
    this.#file = undefined;
  }

  #find(): Segment | undefined {
    const segment = this.#segments.after(this.#number - 1);
    if (segment !== undefined && segment.number !== this.#number) this.#offset = this.#index = 0;
    return segment;
  }

  /** Events of one block; undefined when it cannot be read now. */
  async #readSome(segment: Segment, unread: number): Promise<QueuedEvent[] | undefined> {
    const carried = this.#carry.length;
    // Doubled with each block, so that a long line is not copied once for each of them.
    const block = new Uint8Array(carried + Math.min(unread, Math.max(BLOCK_BYTES, carried)));
    block.set(this.#carry);
    let length: number;
    try {
      this.#file ??= await this.#open(segment);
      length = carried + await fill(this.#file, block.subarray(carried));
      this.#failures = 0;
    } catch (error) {
      return this.#failed(segment, error);
    }
    // The bound of the spool took it meanwhile.
    if (segment.gone) return [];
    this.#carry = block.subarray(0, length);
    const missing = block.length - length;
    this.#segments.grow(segment, -missing, 0);
    return this.#takeLines(segment);
  }

  async #open(segment: Segment): Promise<Deno.FsFile> {
    const file = await Deno.open(segment.path, { read: true });
    await file.seek(this.#offset + this.#carry.length, Deno.SeekMode.Start);
    return file;
  }

  #failed(segment: Segment, error: unknown): QueuedEvent[] | undefined {
    this.close();
    if (error instanceof Deno.errors.NotFound) {
      this.#giveUp(segment, "was removed by someone else");
      return [];
    }
    if (++this.#failures < MAX_FAILURES) {
      this.#trouble.again(`${segment.path} cannot be read, tried again: ${reason(error)}.`);
      return undefined;
    }
    this.#giveUp(segment, `cannot be read and was put aside, ${asideName(segment.path)}: ${reason(error)}`);
    return [];
  }

  #takeLines(segment: Segment): QueuedEvent[] {
    const bytes = this.#carry;
    const end = bytes.lastIndexOf(NEWLINE) + 1;
    if (end === 0) {
      this.#skipWhenTooLong();
      return [];
    }
    const texts = this.#withClients ? this.#textsOf(bytes.subarray(0, end)) : undefined;
    const events: QueuedEvent[] = [];
    let bad = 0;
    let firstBad = 0;
    for (let i = 0, from = 0, to = 0; from < end; i++, from = to + 1) {
      to = bytes.indexOf(NEWLINE, from);
      const tooLong = this.#skipping || to - from >= MAX_LINE_BYTES;
      const client = tooLong ? undefined : this.#clientIn(texts?.[i], bytes, from, to);
      this.#skipping = false;
      const offset = this.#offset + from;
      if (client === undefined) {
        if (bad++ === 0) firstBad = offset;
      } else {
        events.push(event(segment, bytes.subarray(from, to), client, offset, this.#index));
      }
      this.#index++;
    }
    segment.inHand += events.length;
    this.#lose(segment, bad, firstBad);
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

  /** Undefined when the bytes are not UTF-8 throughout. */
  #textsOf(bytes: Uint8Array<ArrayBuffer>): string[] | undefined {
    try {
      return this.#decoder.decode(bytes).split("\n");
    } catch {
      // Some line is damaged; each is then looked at by itself.
      return undefined;
    }
  }

  /** The client of a line; undefined when it is no event. */
  #clientIn(
    text: string | undefined,
    bytes: Uint8Array<ArrayBuffer>,
    from: number,
    to: number,
  ): string | undefined {
    if (text !== undefined) return clientOf(text);
    if (!this.#withClients && isPlainEvent(bytes, from, to)) return "";
    try {
      return clientOf(this.#decoder.decode(bytes.subarray(from, to)));
    } catch {
      // Not UTF-8.
      return undefined;
    }
  }

  /** The end of a segment's bytes. A last line without its newline is an event when it is whole. */
  #finish(segment: Segment): QueuedEvent[] {
    const tail = this.#carry;
    const events: QueuedEvent[] = [];
    if (tail.length > 0 || this.#skipping) {
      const client = this.#skipping ? undefined : this.#clientIn(undefined, tail, 0, tail.length);
      if (client === undefined) this.#lose(segment, 1, this.#offset);
      else events.push(event(segment, tail, client, this.#offset, this.#index));
      segment.inHand += events.length;
      this.#index++;
    }
    const missing = segment.counted ? segment.lines - this.#index : 0;
    this.#segments.recount(segment, this.#index);
    this.#trouble.lost(missing, `of ${segment.path} are lost: it is shorter than it was.`);
    this.#leave(segment);
    return events;
  }

  /** Its file is no use. */
  #giveUp(segment: Segment, why: string): void {
    try {
      Deno.renameSync(segment.path, asideName(segment.path));
    } catch {
      // It is not there, or the folder takes no change; it is left in either case.
    }
    const lost = this.#segments.remove(segment);
    this.#trouble.lost(lost, `were lost: ${segment.path} ${why}.`);
    this.#leave(segment);
  }

  #leave(segment: Segment): void {
    this.close();
    this.#segment = undefined;
    this.#number = segment.number + 1;
    this.#offset = this.#index = this.#failures = 0;
    this.#carry = new Uint8Array(0);
    this.#skipping = false;
  }

  #lose(segment: Segment, lines: number, firstOffset: number): void {
    if (lines === 0) return;
    this.#segments.settle(segment, lines);
    this.#trouble.lost(
      lines,
      `in ${segment.path} could not be read and were skipped, the first at byte ${firstOffset}.`,
    );
  }
}

function event(
  segment: Segment,
  bytes: Uint8Array<ArrayBuffer>,
  client: string,
  offset: number,
  index: number,
): QueuedEvent {
  return { bytes, client, segment, offset, index, settled: false, alone: false };
}

/** Reads until the buffer is full or the file ends. */
async function fill(file: Deno.FsFile, into: Uint8Array): Promise<number> {
  let done = 0;
  while (done < into.length) {
    const count = await file.read(into.subarray(done));
    if (count === null || count === 0) break;
    done += count;
  }
  return done;
}

function asideName(path: string): string {
  return `${path}.unreadable`;
}
