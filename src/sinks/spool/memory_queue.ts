// `spool = false`: events wait in memory, at most `queue_capacity`; the newest are dropped and counted.
import type { Clock } from "../../base/clock.ts";
import type { Log } from "../../base/log.ts";
import { Queue } from "../../base/queue.ts";
import type { Intake } from "../lines/intake.ts";
import { Losses } from "../lines/losses.ts";
import { type Backlog, type BacklogLimits, keyPart, type QueuedEvent } from "./backlog.ts";
import { clientOf } from "./client_of.ts";

/** Events handed out at once. */
const READ_EVENTS = 512;

export class MemoryQueue implements Backlog {
  readonly #losses: Losses;
  readonly #encoder = new TextEncoder();
  readonly #id = crypto.randomUUID().slice(0, 8);
  readonly #lines = new Queue<string>();
  #read = 0;
  #waiting = 0;
  #closed = false;

  /** @param onMore is called when events can be read */
  constructor(private capacity: number, private readonly onMore: () => void, log: Log, clock: Clock) {
    this.#losses = new Losses("event", log, clock);
  }

  readonly volatile = true;
  readonly intake: Intake = { failure: undefined, failures: 0, dropped: {} };
  readonly oldest = undefined;
  readonly bytes = undefined;
  readonly parked = undefined;

  get waiting(): number {
    return this.#waiting;
  }

  get dropped(): Readonly<Record<string, number>> {
    return this.#losses.counts;
  }

  append(line: string): void {
    if (this.#closed) return this.#losses.add("Closed", 1, "came after the end and were lost.");
    if (this.#waiting >= this.capacity) {
      return this.#losses.add("QueueFull", 1, `were lost: queue_capacity, ${this.capacity}, was reached.`);
    }
    this.#lines.push(line);
    this.#waiting++;
  }

  reconfigure({ capacity }: BacklogLimits): void {
    this.capacity = capacity;
  }

  flush(): void {
    if (this.#lines.length > 0) this.onMore();
  }

  reopen(): void {}

  read(): Promise<QueuedEvent[]> {
    const events: QueuedEvent[] = [];
    while (events.length < READ_EVENTS) {
      const line = this.#lines.shift()?.slice(0, -1);
      if (line === undefined) break;
      const number = this.#read++;
      const bytes = this.#encoder.encode(line);
      events.push({ bytes, client: clientOf(line) ?? "", offset: number, index: number });
    }
    return Promise.resolve(events);
  }

  settle(): void {
    this.#waiting--;
  }

  keyOf(events: readonly QueuedEvent[]): string {
    return `${this.#id}-${keyPart(events)}`;
  }

  park(): boolean {
    this.#losses.add(
      "Refused",
      1,
      "were refused to the end and lost; with spool = true they would be parked.",
    );
    this.settle();
    return true;
  }

  close(): Promise<void> {
    this.#closed = true;
    this.#losses.add(
      "Closed",
      this.#waiting,
      "were not delivered before the end and are lost: spool is false.",
    );
    this.#waiting = 0;
    this.#losses[Symbol.dispose]();
    return Promise.resolve();
  }
}
