// `spool = false`: events wait in memory, bounded by `queue_capacity`; past it the newest are dropped and counted.
import { crc32 } from "node:zlib";
import type { Clock } from "../clock.ts";
import type { Tell } from "../file/line_writer.ts";
import { clientOf } from "./_client_of.ts";
import { Drops } from "./_drops.ts";
import type { QueuedEvent } from "./_event.ts";
import type { Store, StoreLimits } from "./_store.ts";

/** Events handed out at once. */
const READ_EVENTS = 512;

export class MemoryStore implements Store {
  #capacity: number;
  readonly #more: () => void;
  readonly #withClients: boolean;
  readonly #drops: Drops;
  readonly #encoder = new TextEncoder();
  readonly #id = crypto.randomUUID().slice(0, 8);
  #lines: string[] = [];
  /** Lines of #lines that were handed out. */
  #head = 0;
  /** Lines handed out so far. */
  #read = 0;
  #waiting = 0;
  #closed = false;

  /**
   * @param withClients whether events are to know their Client Identifier
   * @param more is called when events can be read
   */
  constructor(capacity: number, withClients: boolean, more: () => void, tell: Tell, clock: Clock) {
    this.#more = more;
    this.#capacity = capacity;
    this.#withClients = withClients;
    this.#drops = new Drops(tell, clock);
  }

  readonly volatile = true;
  readonly failure = undefined;

  get waiting(): number {
    return this.#waiting;
  }

  get dropped(): Readonly<Record<string, number>> {
    return this.#drops.counts;
  }

  append(line: string): void {
    if (this.#closed) return this.#drops.add("Closed", 1, "came after the end and were lost.");
    if (this.#waiting >= this.#capacity) {
      return this.#drops.add("QueueFull", 1, `were lost: queue_capacity, ${this.#capacity}, was reached.`);
    }
    this.#lines.push(line);
    this.#waiting++;
  }

  reconfigure({ capacity }: StoreLimits): void {
    this.#capacity = capacity;
  }

  flush(): void {
    if (this.#head < this.#lines.length) this.#more();
  }

  reopen(): void {}

  read(): Promise<QueuedEvent[]> {
    const lines = this.#lines.slice(this.#head, this.#head + READ_EVENTS);
    this.#head += lines.length;
    // Moved rarely, so that a long queue is not copied for each read.
    if (this.#head * 2 >= this.#lines.length) {
      this.#lines = this.#lines.slice(this.#head);
      this.#head = 0;
    }
    return Promise.resolve(lines.map((line) => this.#event(line.slice(0, -1))));
  }

  settle(event: QueuedEvent): void {
    if (event.settled) return;
    event.settled = true;
    this.#waiting--;
  }

  keyOf(events: readonly QueuedEvent[], body: Uint8Array): string {
    return `${this.#id}-0-${events[0]?.offset ?? 0}-${crc32(body).toString(16)}`;
  }

  park(event: QueuedEvent): boolean {
    this.#drops.add(
      "Refused",
      1,
      "were refused to the end and lost; with spool = true they would be parked.",
    );
    this.settle(event);
    return true;
  }

  close(): Promise<void> {
    this.#closed = true;
    this.#drops.add(
      "Closed",
      this.#waiting,
      "were not delivered before the end and are lost: spool is false.",
    );
    this.#waiting = 0;
    this.#lines = [];
    this.#drops.close();
    return Promise.resolve();
  }

  #event(line: string): QueuedEvent {
    const offset = this.#read++;
    return {
      bytes: this.#encoder.encode(line),
      client: this.#withClients ? clientOf(line) ?? "" : "",
      offset,
      index: offset,
      settled: false,
      alone: false,
    };
  }
}
