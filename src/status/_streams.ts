// Server-Sent Events: events and log entries as they happen, to readers who may be slower than they.
import type { Clock } from "../base/clock.ts";
import type { EventData, EventName } from "../hooks/events.ts";
import { answer, Refused } from "./_answers.ts";
import type { LogEntry, StreamHello, StreamMissed } from "./api_types.ts";
import type { EventFilter } from "./_event_filter.ts";
import type { LogEntries } from "./sources.ts";

/** Readers of all streams at once. */
const MOST_READERS = 32;
/** Lines a second that one reader gets, and how many at once. */
const PER_SECOND = 200;
const BURST = 50;
/** Bytes that wait for a reader who does not read. */
const MOST_WAITING = 1024 * 1024;
/** Between two writes to a reader, milliseconds. */
const FLUSH_AFTER = 100;
/** Between two tellings of what was missed, milliseconds. */
const TELL_AFTER = 1_000;
/**
 * A comment goes to a reader who heard nothing for so long, so that a reader who is gone is noticed;
 * milliseconds.
 */
const PING_AFTER = 15_000;

export class Streams {
  readonly #clock: Clock;
  readonly #changed: () => void;
  readonly #all = new Set<Reader>();
  readonly #ofEvents = new Map<Reader, EventFilter>();

  /** @param changed is called when there is a first reader of events, and when the last one goes */
  constructor(clock: Clock, changed: () => void) {
    this.#clock = clock;
    this.#changed = changed;
  }

  /** Readers of all streams. */
  get size(): number {
    return this.#all.size;
  }

  /** Whether anybody reads events. */
  get watching(): boolean {
    return this.#ofEvents.size > 0;
  }

  /** See Tap: which readers get the line that follows is remembered until then. */
  wants(event: EventName, data: EventData[EventName]): boolean {
    let wanted = false;
    for (const [reader, filter] of this.#ofEvents) {
      reader.wants = filter.selects(event, data) && reader.mayHaveLine();
      wanted ||= reader.wants;
    }
    return wanted;
  }

  take(line: string): void {
    for (const reader of this.#ofEvents.keys()) if (reader.wants) reader.put(`data: ${line}\n`);
  }

  events(filter: EventFilter): Response {
    const reader = this.#open((gone) => {
      this.#ofEvents.delete(gone);
      if (this.#ofEvents.size === 0) this.#changed();
    });
    this.#ofEvents.set(reader, filter);
    if (this.#ofEvents.size === 1) this.#changed();
    return reader.response();
  }

  log(entries: LogEntries): Response {
    let unwatch = (): void => {};
    const reader = this.#open(() => unwatch());
    const put = (entry: LogEntry): void => reader.put(`data: ${JSON.stringify(entry)}\n\n`);
    for (const entry of entries.recent) put(entry);
    unwatch = entries.watch(put);
    return reader.response();
  }

  /** Ends all of them. */
  close(): void {
    for (const reader of [...this.#all]) reader.close();
  }

  #open(onGone: (reader: Reader) => void): Reader {
    if (this.#all.size >= MOST_READERS) {
      throw new Refused(503, `${MOST_READERS} streams are read already.`);
    }
    const reader: Reader = new Reader(this.#clock, () => {
      this.#all.delete(reader);
      onGone(reader);
    });
    this.#all.add(reader);
    return reader;
  }
}

/** One reader of a stream: what it gets is gathered for a moment, bounded, and what it misses is counted. */
class Reader {
  /** Whether the line that comes next is for it. */
  wants = false;
  readonly #clock: Clock;
  readonly #onGone: () => void;
  readonly #encoder = new TextEncoder();
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined = undefined;
  #pending = "";
  #allowance = BURST;
  #countedAt: number;
  #sampled = 0;
  #slow = 0;
  #toldAt = -Infinity;
  #stopTimer: (() => void) | undefined = undefined;
  /** When it is written to next, on the clock that never goes back. */
  #dueAt = Infinity;
  #gone = false;

  constructor(clock: Clock, onGone: () => void) {
    this.#clock = clock;
    this.#onGone = onGone;
    this.#countedAt = clock.monotonic();
    const hello: StreamHello = { most_per_second: PER_SECOND };
    this.#pending = `event: hello\ndata: ${JSON.stringify(hello)}\n\n`;
  }

  response(): Response {
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        this.#controller = controller;
        this.#flush();
      },
      cancel: () => this.#end(),
    }, new ByteLengthQueuingStrategy({ highWaterMark: MOST_WAITING }));
    return answer(body, "text/event-stream", 200, { "X-Accel-Buffering": "no" });
  }

  /** Whether a line more fits the rate; one that does not is counted. */
  mayHaveLine(): boolean {
    const now = this.#clock.monotonic();
    this.#allowance = Math.min(BURST, this.#allowance + (now - this.#countedAt) * PER_SECOND / 1000);
    this.#countedAt = now;
    if (this.#allowance >= 1) {
      this.#allowance--;
      return true;
    }
    this.#sampled++;
    this.#plan(TELL_AFTER);
    return false;
  }

  /** @param message a whole one, with the empty line that ends it */
  put(message: string): void {
    if (this.#gone) return;
    if (this.#pending.length + message.length > (this.#controller?.desiredSize ?? MOST_WAITING)) this.#slow++;
    else this.#pending += message;
    this.#plan(FLUSH_AFTER);
  }

  close(): void {
    if (this.#gone) return;
    this.#controller?.close();
    this.#end();
  }

  /** Writes within so many milliseconds. */
  #plan(ms: number): void {
    const at = this.#clock.monotonic() + ms;
    if (at >= this.#dueAt) return;
    this.#dueAt = at;
    this.#stopTimer?.();
    this.#stopTimer = this.#clock.setTimer(ms, () => this.#flush());
  }

  #flush(): void {
    this.#dueAt = Infinity;
    if (this.#pending === "" && this.#sampled + this.#slow === 0) this.#pending = ": ping\n\n";
    this.#tellMissed();
    if (this.#pending !== "") this.#controller?.enqueue(this.#encoder.encode(this.#pending));
    this.#pending = "";
    this.#plan(this.#sampled + this.#slow > 0 ? TELL_AFTER : PING_AFTER);
  }

  #tellMissed(): void {
    const now = this.#clock.monotonic();
    if (this.#sampled + this.#slow === 0 || now - this.#toldAt < TELL_AFTER) return;
    if ((this.#controller?.desiredSize ?? 0) <= 0) return;
    const missed: StreamMissed = { sampled: this.#sampled, slow: this.#slow };
    this.#pending += `event: missed\ndata: ${JSON.stringify(missed)}\n\n`;
    this.#toldAt = now;
    this.#sampled = this.#slow = 0;
  }

  #end(): void {
    if (this.#gone) return;
    this.#gone = true;
    this.#stopTimer?.();
    this.#onGone();
  }
}
