// The spool: events wait in segments on the disk, whatever becomes of endpoint, process or machine.
import type { Clock } from "../../base/clock.ts";
import { errorText } from "../../base/error_text.ts";
import type { Log } from "../../base/log.ts";
import { OnceAMinute } from "../../base/once_a_minute.ts";
import { type Disk, realDisk } from "../lines/disk.ts";
import type { Intake } from "../lines/intake.ts";
import { LineWriter } from "../lines/line_writer.ts";
import { Losses } from "../lines/losses.ts";
import {
  type Backlog,
  type BacklogLimits,
  keyPart,
  type Parked,
  type QueuedEvent,
  type Refusal,
} from "./backlog.ts";
import { backlogText } from "./_backlog_text.ts";
import { type Cursor, CursorFile, resume, type Start } from "./_cursor.ts";
import { ParkedFile } from "./_parked_file.ts";
import { MAX_LINE_BYTES, SegmentReader } from "./_segment_reader.ts";
import { SegmentWriter } from "./_segment_writer.ts";
import { type Segment, type SegmentCounts, Segments } from "./_segments.ts";
import { type FoundSegment, segmentsIn, SpoolFolder, SpoolInUse } from "./spool_folder.ts";

/** A segment is full at so many bytes, or at an eighth of the spool's bound. */
const SEGMENT_BYTES = 8 * 1024 * 1024;
const SEGMENTS_WITHIN_BOUND = 8;
/** Between two tries to read, milliseconds. */
const AGAIN_MS = 1_000;

interface SpoolOptions extends BacklogLimits {
  readonly folder: string;
  /** Written into the folder for people. */
  readonly shownUrl: string;
}

export class Spool implements Backlog {
  readonly #folderPath: string;
  readonly #shownUrl: string;
  #maxBytes: number;
  readonly #segments = new Segments();
  readonly #losses: Losses;
  readonly #segmentWriter: SegmentWriter;
  readonly #writer: LineWriter;
  readonly #parked: ParkedFile;
  readonly #cursor: CursorFile;
  /** Undefined until the folder can be used, and again after the end. */
  #folder: SpoolFolder | undefined;
  #reader: SegmentReader | undefined;
  #nextNumber = 1;
  /** Events that were read and are not settled, oldest first. */
  readonly #inHand = new Set<QueuedEvent>();
  readonly #removing = new Set<Promise<void>>();
  readonly #unreadable: OnceAMinute<string>;
  #stopAgain: (() => void) | undefined;

  /**
   * Throws SpoolInUse; of any other trouble it tells, and tries again until the folder can be used.
   * @param onMore is called when events can be read
   */
  constructor(
    options: SpoolOptions,
    private readonly onMore: () => void,
    private readonly log: Log,
    private readonly clock: Clock,
    disk: Disk = realDisk,
  ) {
    const { folder, shownUrl, maxBytes, fsync, bufferBytes } = options;
    this.#folderPath = folder;
    this.#shownUrl = shownUrl;
    this.#maxBytes = maxBytes;
    this.#losses = new Losses("event", log, clock);
    this.#unreadable = new OnceAMinute(clock, (_count, why) => log("error", why));
    const saved = ({ segment }: Cursor): void => this.#removeBefore(segment);
    this.#cursor = new CursorFile(folder, () => this.#cursorNow(), saved, log, clock);
    this.#parked = new ParkedFile(folder, fsync, log, clock, disk);
    try {
      this.#prepare();
    } catch (error) {
      if (error instanceof SpoolInUse) throw error;
      // The writer meets it again at once, tells, and goes on trying.
    }
    const places = {
      prepare: () => this.#prepare(),
      next: () => this.#next(),
      changed: () => this.#changed(),
    };
    this.#segmentWriter = new SegmentWriter(
      folder,
      this.#segments,
      places,
      segmentBytes(maxBytes),
      fsync,
      log,
      clock,
      disk,
    );
    this.#writer = new LineWriter(this.#segmentWriter, bufferBytes, log, clock);
  }

  readonly volatile = false;

  get waiting(): number {
    return this.#writer.waiting + this.#segments.waiting;
  }

  get dropped(): Readonly<Record<string, number>> {
    return { ...this.#writer.dropped, ...this.#losses.counts };
  }

  get oldest(): number | undefined {
    for (const { bytes } of this.#inHand) return timeOf(bytes);
    return undefined;
  }

  get bytes(): number {
    return this.#segments.bytes;
  }

  get parked(): Parked {
    return this.#parked;
  }

  get intake(): Intake {
    return this.#writer;
  }

  append(line: string): void {
    // A character is at most three bytes; only huge lines are measured.
    if (line.length * 3 > MAX_LINE_BYTES && new TextEncoder().encode(line).length > MAX_LINE_BYTES) {
      return this.#losses.add("TooLong", 1, `were lost: longer than ${MAX_LINE_BYTES} bytes.`);
    }
    this.#writer.append(line);
  }

  flush(): void {
    this.#writer.flush();
  }

  reopen(): void {
    this.#writer.reopen();
  }

  reconfigure({ maxBytes, fsync, bufferBytes }: BacklogLimits): void {
    this.#maxBytes = maxBytes;
    this.#segmentWriter.segmentBytes = segmentBytes(maxBytes);
    this.#segmentWriter.fsync = fsync;
    this.#writer.bufferBytes = bufferBytes;
    this.#enforceBound();
  }

  async read(): Promise<QueuedEvent[]> {
    const events = await this.#reader?.read() ?? [];
    for (const event of events) this.#inHand.add(event);
    // Damaged lines move the cursor too.
    if (events.length === 0 && this.#folder !== undefined) this.#cursor.saveSoon();
    return events;
  }

  settle(event: QueuedEvent): void {
    if (!this.#inHand.delete(event) || event.segment === undefined) return;
    this.#segments.settle(event.segment, 1);
    this.#cursor.saveSoon();
  }

  keyOf(events: readonly QueuedEvent[]): string {
    return `${this.#folder?.id ?? ""}-${keyPart(events)}`;
  }

  park(event: QueuedEvent, refusal: Refusal): boolean {
    if (!this.#parked.add(event, refusal)) return false;
    const last = refusal.status === undefined ? refusal.answer : `status ${refusal.status}`;
    const where = `${this.#folderPath}/failed.jsonl`;
    this.#losses.add("Parked", 1, `refused to the end, parked in ${where}; the last: ${last}.`);
    this.settle(event);
    return true;
  }

  /** What the disk does not take now is lost, counted and told; the rest is sent after the next start. */
  async close(): Promise<void> {
    await this.#writer.close();
    this.#stopAgain?.();
    this.#reader?.close();
    const folder = this.#folder;
    this.#folder = undefined;
    if (folder !== undefined) await this.#cursor.close();
    await Promise.all(this.#removing);
    await this.#parked.close();
    this.#losses[Symbol.dispose]();
    this.#unreadable[Symbol.dispose]();
    folder?.[Symbol.dispose]();
    this.#reader = undefined;
  }

  /** Opens the folder and finds out where delivery stands. Throws SpoolInUse and what the disk says. */
  #prepare(): void {
    if (this.#folder !== undefined) return;
    const folder = new SpoolFolder(this.#folderPath, this.#shownUrl);
    try {
      this.#load(folder);
    } catch (error) {
      folder[Symbol.dispose]();
      throw error;
    }
    this.#folder = folder;
    // Without it a crash before the first delivery would look like a cursor that was lost.
    this.#cursor.saveSoon();
    this.#enforceBound();
    this.onMore();
  }

  #load(folder: SpoolFolder): void {
    const found = segmentsIn(folder.path);
    const { start, counts, problem } = resume(folder.path, found);
    for (const each of [...(problem === undefined ? [] : [problem]), ...problemsOf(folder, found)]) {
      this.log("warn", `The spool ${folder.path} was damaged: ${each}.`);
    }
    for (const { number, bytes } of found) {
      const segment = this.#segments.addFound(number, folder.pathOf(number), bytes, counts[number]);
      if (number === start.segment) this.#segments.settle(segment, start.done);
    }
    const news = backlogText(folder.path, this.#segments, start, this.clock.now());
    if (news !== undefined) this.log("info", news);
    this.#nextNumber = Math.max(start.segment, (found.at(-1)?.number ?? 0) + 1);
    this.#removeBefore(start.segment);
    this.#reader = new SegmentReader(this.#segments, start, {
      skipped: (lines, why) => this.#losses.add("Corrupt", lines, why),
      gaveUp: (segment, why) => this.#losses.add("Corrupt", this.#forget(segment), why),
      again: (why) => this.#readAgain(why),
    });
  }

  #next(): { number: number; path: string } {
    if (this.#folder === undefined) throw new Error("The spool is closed");
    const number = this.#nextNumber++;
    return { number, path: this.#folder.pathOf(number) };
  }

  #changed(): void {
    this.#enforceBound();
    this.onMore();
    if (this.#segments.last?.sealed === true) this.#cursor.saveSoon();
  }

  /** Past the bound the oldest segment goes. */
  #enforceBound(): void {
    for (;;) {
      const { first, last, bytes } = this.#segments;
      if (bytes <= this.#maxBytes || first === undefined || first === last) return;
      const lost = this.#forget(first);
      this.#removeFile(first);
      const bound = `${this.#folderPath} reached spool_max_bytes, ${this.#maxBytes}`;
      this.#losses.add("SpoolFull", lost, `were lost, the oldest first: ${bound}.`);
    }
  }

  #cursorNow(): Cursor {
    const at = this.#position();
    const segments: Record<string, SegmentCounts> = {};
    for (const { sealed, counted, number, bytes, lines } of this.#segments) {
      if (sealed && counted && number >= at.segment) segments[number] = { bytes, lines };
    }
    const { segment, offset, done } = at;
    return { segment, offset, done, segments };
  }

  /** The oldest event that is not settled; where there is none, the first that was not read. */
  #position(): Start {
    for (const { segment, offset, index } of this.#inHand) {
      if (segment?.gone === false) return { segment: segment.number, offset, done: index };
    }
    const at = this.#reader?.position ?? { segment: 1, offset: 0, done: 0 };
    const { first } = this.#segments;
    if (first !== undefined && at.segment < first.number) {
      return { segment: first.number, offset: 0, done: 0 };
    }
    const segment = this.#segments.from(at.segment);
    const over = segment?.number === at.segment && segment.sealed && at.offset >= segment.bytes;
    return over ? { segment: at.segment + 1, offset: 0, done: 0 } : at;
  }

  #removeBefore(number: number): void {
    for (const segment of [...this.#segments]) {
      if (segment.number >= number) return;
      this.#forget(segment);
      this.#removeFile(segment);
    }
  }

  /** Returns how many events that were not read are given up. */
  #forget(segment: Segment): number {
    const inHand = this.#inHand.values().filter((event) => event.segment === segment).toArray().length;
    return this.#segments.remove(segment, inHand);
  }

  #removeFile({ path }: Segment): void {
    const removing = Deno.remove(path).catch((error) => {
      if (error instanceof Deno.errors.NotFound) return;
      this.log("warn", `${path} is done and cannot be removed: ${errorText(error)}.`);
    }).finally(() => this.#removing.delete(removing));
    this.#removing.add(removing);
  }

  #readAgain(why: string): void {
    this.#unreadable.add(why);
    this.#stopAgain ??= this.clock.setTimer(AGAIN_MS, () => {
      this.#stopAgain = undefined;
      this.onMore();
    });
  }
}

/** Every line ends with its `time`. */
function timeOf(line: Uint8Array): number | undefined {
  const end = new TextDecoder().decode(line.subarray(-40));
  const time = Date.parse(/"time":"([^"]*)"\}$/.exec(end)?.[1] ?? "");
  return Number.isNaN(time) ? undefined : time;
}

function segmentBytes(maxBytes: number): number {
  return Math.min(SEGMENT_BYTES, Math.ceil(maxBytes / SEGMENTS_WITHIN_BOUND));
}

/** Phrases on what is missing in a spool's folder. */
function problemsOf({ isNew }: SpoolFolder, found: readonly FoundSegment[]): string[] {
  const problems = found
    .filter(({ number }, i) => i > 0 && number !== (found[i - 1]?.number ?? 0) + 1)
    .map(({ number }) => `segments are missing before ${number}`);
  return isNew && found.length > 0
    ? [
      "its id was missing or damaged; events that were sent and not settled have a new Idempotency-Key",
      ...problems,
    ]
    : problems;
}
