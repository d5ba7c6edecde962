// The spool: events wait in segments on the disk, whatever becomes of the endpoint, the process or the machine.
import { crc32 } from "node:zlib";
import type { Clock } from "../clock.ts";
import { type Disk, realDisk } from "../file/disk.ts";
import { NEWLINE } from "../file/line_bounds.ts";
import { reason } from "../file/reason.ts";
import { LineWriter, type Tell } from "../file/line_writer.ts";
import { backlogText } from "./_backlog.ts";
import { type Cursor, CursorFile } from "./_cursor_file.ts";
import { CursorSaver } from "./_cursor_saver.ts";
import { Drops } from "./_drops.ts";
import type { QueuedEvent } from "./_event.ts";
import { ParkedFile } from "./_parked_file.ts";
import { resume } from "./_resume.ts";
import { MAX_LINE_BYTES, SegmentReader } from "./_segment_reader.ts";
import { type SegmentLimits, SegmentWriter } from "./_segment_writer.ts";
import { type Segment, type SegmentCounts, segmentNumber, Segments } from "./_segments.ts";
import { SpoolFolder, SpoolInUse } from "./_spool_folder.ts";
import type { Refusal, Store, StoreLimits } from "./_store.ts";

/** A segment is full at so many bytes, or at an eighth of a bound of the spool. */
const SEGMENT_BYTES = 8 * 1024 * 1024;
const SEGMENTS_WITHIN_BOUND = 8;
/** So many settled events at least are forgotten at once. */
const FORGET_EVENTS = 128;
/** Between two tries to read, and between two reports of one trouble, milliseconds. */
const AGAIN_MS = 1_000;
const REPORT_MS = 60_000;

export interface SpoolOptions extends StoreLimits {
  readonly folder: string;
  /** Written into the folder for people. */
  readonly shownUrl: string;
  /** Whether events are to know their Client Identifier. */
  readonly withClients: boolean;
}

export class SpoolStore implements Store {
  #options: SpoolOptions;
  readonly #tell: Tell;
  readonly #clock: Clock;
  readonly #more: () => void;
  readonly #segments = new Segments();
  readonly #drops: Drops;
  readonly #target: SegmentWriter;
  readonly #writer: LineWriter;
  readonly #parked: ParkedFile;
  readonly #saver: CursorSaver;
  readonly #cursorFile: CursorFile;
  #folder: SpoolFolder | undefined;
  #reader: SegmentReader | undefined;
  /** The lowest number that the next segment may have. */
  #nextNumber = 1;
  /** Events that were read, oldest first; #settled of them are settled, and forgotten when those are the most. */
  #inHand: QueuedEvent[] = [];
  #settled = 0;
  readonly #removing = new Set<Promise<void>>();
  #stopAgain: (() => void) | undefined;
  #tellAgainAt = -Infinity;

  /**
   * Throws SpoolInUse; of any other trouble it tells, and tries again until the folder can be used.
   * @param more is called when events can be read
   */
  constructor(options: SpoolOptions, more: () => void, tell: Tell, clock: Clock, disk: Disk = realDisk) {
    const { folder, file } = options;
    this.#options = options;
    this.#more = more;
    this.#tell = tell;
    this.#clock = clock;
    this.#drops = new Drops(tell, clock);
    this.#cursorFile = new CursorFile(folder);
    this.#saver = new CursorSaver(
      this.#cursorFile,
      () => this.#cursor(),
      ({ segment }) => this.#removeBefore(segment),
      tell,
      clock,
    );
    this.#parked = new ParkedFile(folder, file.fsync, tell, clock, disk);
    const places = {
      prepare: () => this.#prepare(),
      next: (least: number) => this.#next(least),
      changed: () => this.#changed(),
    };
    try {
      this.#prepare();
    } catch (error) {
      if (error instanceof SpoolInUse) throw error;
      // The writer meets it again at once, tells, and goes on trying.
    }
    const limits = segmentLimits(options);
    this.#target = new SegmentWriter(folder, this.#segments, limits, places, file.fsync, tell, clock, disk);
    this.#writer = new LineWriter(this.#target, file.bufferBytes, tell, clock);
  }

  readonly volatile = false;

  get waiting(): number {
    return this.#writer.waiting + this.#segments.waiting;
  }

  get dropped(): Readonly<Record<string, number>> {
    return { ...this.#writer.dropped, ...this.#drops.counts };
  }

  get failure(): string | undefined {
    return this.#writer.failure;
  }

  append(line: string): void {
    // A character is at most three bytes; only huge lines are measured.
    if (line.length * 3 > MAX_LINE_BYTES && new TextEncoder().encode(line).length > MAX_LINE_BYTES) {
      return this.#drops.add("TooLong", 1, `were lost: longer than ${MAX_LINE_BYTES} bytes.`);
    }
    this.#writer.append(line);
  }

  flush(): void {
    this.#writer.flush();
  }

  reopen(): void {
    this.#writer.reopen();
  }

  reconfigure(limits: StoreLimits): void {
    this.#options = { ...this.#options, ...limits };
    this.#target.reconfigure(segmentLimits(limits), limits.file.fsync);
    this.#writer.bufferBytes = limits.file.bufferBytes;
    this.#enforceBounds();
  }

  async read(): Promise<QueuedEvent[]> {
    if (this.#reader === undefined) return [];
    const events = await this.#reader.read();
    for (const event of events) this.#inHand.push(event);
    // Damaged lines move the cursor too.
    if (events.length === 0) this.#saver.soon();
    return events;
  }

  settle(event: QueuedEvent): void {
    const { segment } = event;
    if (event.settled || segment === undefined) return;
    event.settled = true;
    segment.inHand--;
    this.#segments.settle(segment, 1);
    // An event that is refused for long must not keep those behind it in memory.
    if (++this.#settled * 2 > this.#inHand.length + FORGET_EVENTS) {
      this.#inHand = this.#inHand.filter(({ settled }) => !settled);
      this.#settled = 0;
    }
    this.#saver.soon();
  }

  /** A power cut may give a position to another line, and so to another key: the checksum tells them apart. */
  keyOf(events: readonly QueuedEvent[], body: Uint8Array): string {
    const { segment, offset = 0 } = events[0] ?? {};
    return `${this.#folder?.id ?? ""}-${segment?.number ?? 0}-${offset}-${crc32(body).toString(16)}`;
  }

  park(event: QueuedEvent, refusal: Refusal): boolean {
    if (!this.#parked.add(event, refusal)) return false;
    const last = refusal.status === undefined ? refusal.answer : `status ${refusal.status}`;
    this.#drops.add(
      "Parked",
      1,
      `refused to the end, parked in ${this.#options.folder}/failed.jsonl; the last: ${last}.`,
    );
    this.settle(event);
    return true;
  }

  /** What the disk does not take now is lost, counted and reported; the rest is sent after the next start. */
  async close(): Promise<void> {
    await this.#writer.close();
    this.#stopAgain?.();
    this.#reader?.close();
    const folder = this.#folder;
    this.#folder = undefined;
    if (folder !== undefined) await this.#saver.close();
    await Promise.all(this.#removing);
    await this.#parked.close();
    this.#drops.close();
    folder?.[Symbol.dispose]();
    this.#reader = undefined;
  }

  /** Opens the folder and finds out where delivery stands. Throws SpoolInUse and what the disk says. */
  #prepare(): void {
    if (this.#folder !== undefined) return;
    const folder = new SpoolFolder(this.#options.folder, this.#options.shownUrl);
    try {
      this.#load(folder);
    } catch (error) {
      folder[Symbol.dispose]();
      throw error;
    }
    this.#folder = folder;
    // Without it a crash before the first delivery would look like a cursor that was lost.
    this.#saver.soon();
    this.#enforceBounds();
    this.#more();
  }

  #load(folder: SpoolFolder): void {
    const found = folder.segments();
    const problems = folder.idProblem === undefined ? [] : [folder.idProblem];
    let cursor: Cursor | undefined;
    let damage: string | undefined;
    try {
      cursor = this.#cursorFile.read();
    } catch (error) {
      damage = `cursor.json cannot be used, ${reason(error)}`;
    }
    const { start, problem } = resume(cursor, found, (number, at) => startsLine(folder.pathOf(number), at));
    const what = [damage, problem].filter((text) => text !== undefined).join(": ");
    if (what !== "") problems.push(what);
    const impostors = folder.impostors();
    if (impostors.length > 0) problems.push(`${impostors.join(", ")} is no file and is left alone`);
    for (const [i, { number }] of found.entries()) {
      const before = found[i - 1]?.number;
      if (before !== undefined && number > before + 1) problems.push(`segments are missing before ${number}`);
    }
    for (const { number, bytes } of found) {
      const segment = this.#segments.addFound(number, folder.pathOf(number), bytes, cursor?.segments[number]);
      if (number === start.segment) this.#segments.settle(segment, start.done);
    }
    const taken = [
      ...found.map(({ number }) => number),
      ...impostors.map((name) => segmentNumber(name) ?? 0),
    ];
    this.#nextNumber = Math.max(
      start.segment + (start.offset > 0 ? 1 : 0),
      ...taken.map((number) => number + 1),
    );
    this.#removeBefore(start.segment);
    this.#reader = new SegmentReader(this.#segments, start, this.#options.withClients, {
      lost: (lines, why) => this.#drops.add("Corrupt", lines, why),
      again: (why) => this.#readAgain(why),
    });
    for (const each of problems) this.#tell("warn", `The spool ${folder.path} was damaged: ${each}.`);
    const backlog = backlogText(folder.path, this.#segments, start, Date.now());
    if (backlog !== undefined) this.#tell("info", backlog);
  }

  #next(least: number): { number: number; path: string } {
    const number = Math.max(least, this.#nextNumber);
    if (this.#folder === undefined) throw new Error("The spool is closed");
    return { number, path: this.#folder.pathOf(number) };
  }

  #changed(): void {
    this.#enforceBounds();
    this.#more();
    if (this.#segments.last?.sealed === true) this.#saver.soon();
  }

  /** Past a bound the oldest segment goes. */
  #enforceBounds(): void {
    const { maxBytes, capacity, folder } = this.#options;
    for (;;) {
      const [tooLarge, tooMany] = [this.#segments.bytes > maxBytes, this.#segments.waiting > capacity];
      const oldest = this.#segments.first;
      if (!(tooLarge || tooMany) || oldest === undefined || oldest === this.#segments.last) return;
      const lost = this.#segments.remove(oldest);
      this.#removeFile(oldest);
      const bound = tooLarge ? `spool_max_bytes, ${maxBytes}` : `queue_capacity, ${capacity}`;
      this.#drops.add("SpoolFull", lost, `were lost, the oldest first: ${folder} reached ${bound}.`);
    }
  }

  #cursor(): Cursor {
    const at = this.#position();
    const segments: Record<string, SegmentCounts> = {};
    for (const { sealed, counted, number, bytes, lines } of this.#segments) {
      if (sealed && counted && number >= at.segment) segments[number] = { bytes, lines };
    }
    return { ...at, segments };
  }

  /** The oldest event that is not settled; where there is none, the first that was not read. */
  #position(): { segment: number; offset: number; done: number } {
    for (const { segment, offset, index, settled } of this.#inHand) {
      if (segment === undefined || segment.gone || settled) continue;
      return { segment: segment.number, offset, done: index };
    }
    const at = this.#reader?.position ?? { segment: 1, offset: 0, done: 0 };
    const first = this.#segments.first;
    if (first !== undefined && at.segment < first.number) {
      return { segment: first.number, offset: 0, done: 0 };
    }
    const segment = [...this.#segments].find(({ number }) => number === at.segment);
    const over = segment?.sealed === true && at.offset >= segment.bytes;
    return over ? { segment: at.segment + 1, offset: 0, done: 0 } : at;
  }

  #removeBefore(number: number): void {
    for (const segment of [...this.#segments]) {
      if (segment.number >= number) return;
      this.#segments.remove(segment);
      this.#removeFile(segment);
    }
  }

  #removeFile({ path }: Segment): void {
    const removing = Deno.remove(path).catch((error) => {
      if (error instanceof Deno.errors.NotFound) return;
      this.#tell("warn", `${path} is done and cannot be removed: ${reason(error)}.`);
    }).finally(() => this.#removing.delete(removing));
    this.#removing.add(removing);
  }

  #readAgain(why: string): void {
    if (this.#clock.now() >= this.#tellAgainAt) {
      this.#tellAgainAt = this.#clock.now() + REPORT_MS;
      this.#tell("error", why);
    }
    this.#stopAgain ??= this.#clock.setTimer(AGAIN_MS, () => {
      this.#stopAgain = undefined;
      this.#more();
    });
  }
}

function segmentLimits({ maxBytes, capacity }: StoreLimits): SegmentLimits {
  return {
    bytes: Math.min(SEGMENT_BYTES, Math.ceil(maxBytes / SEGMENTS_WITHIN_BOUND)),
    lines: Math.ceil(capacity / SEGMENTS_WITHIN_BOUND),
  };
}

function startsLine(path: string, offset: number): boolean {
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
