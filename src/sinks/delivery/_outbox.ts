// The events that were read and not yet sent, in the order in which they may leave.
import { Queue } from "../../base/queue.ts";
import type { QueuedEvent } from "../spool/backlog.ts";

export interface Outbox {
  /** Events that could leave now. */
  readonly ready: number;
  /** Puts an event behind the others. */
  add(event: QueuedEvent): void;
  /** Takes what one request may carry: at most `max` events, and `maxBytes` unless the first is larger. */
  take(max: number, maxBytes: number): QueuedEvent[];
  /** These, taken before, are settled. */
  release(events: readonly QueuedEvent[]): void;
  /** The parts of a batch that need not wait for each other. */
  independent(events: readonly QueuedEvent[]): QueuedEvent[][];
}

/** First come, first served. */
export class FifoOutbox implements Outbox {
  readonly #queue = new Queue<QueuedEvent>();

  get ready(): number {
    return this.#queue.length;
  }

  add(event: QueuedEvent): void {
    this.#queue.push(event);
  }

  take(max: number, maxBytes: number): QueuedEvent[] {
    const taken: QueuedEvent[] = [];
    moveTo(taken, this.#queue, max, maxBytes);
    return taken;
  }

  release(): void {}

  independent(events: readonly QueuedEvent[]): QueuedEvent[][] {
    return events.map((event) => [event]);
  }
}

/** The events of one client; they leave one request after the other. */
interface Lane {
  readonly queue: Queue<QueuedEvent>;
  /** Events of it that were taken and are not settled. */
  taken: number;
}

/** An event waits until the last one of its client is settled; clients do not wait for others. */
export class ClientOutbox implements Outbox {
  readonly #lanes = new Map<string, Lane>();
  /** Lanes that have events and none taken; in the order in which they became so. */
  readonly #free = new Set<Lane>();
  #ready = 0;

  get ready(): number {
    return this.#ready;
  }

  add(event: QueuedEvent): void {
    let lane = this.#lanes.get(event.client);
    if (lane === undefined) this.#lanes.set(event.client, lane = { queue: new Queue(), taken: 0 });
    lane.queue.push(event);
    if (lane.taken > 0) return;
    this.#free.add(lane);
    this.#ready++;
  }

  take(max: number, maxBytes: number): QueuedEvent[] {
    const taken: QueuedEvent[] = [];
    let room = maxBytes;
    for (const lane of this.#free) {
      const { length } = lane.queue;
      room -= moveTo(taken, lane.queue, max, room);
      lane.taken = length - lane.queue.length;
      if (lane.taken === 0) break;
      this.#free.delete(lane);
      this.#ready -= length;
    }
    return taken;
  }

  release(events: readonly QueuedEvent[]): void {
    for (const { client } of events) {
      const lane = this.#lanes.get(client);
      if (lane === undefined || --lane.taken > 0) continue;
      if (lane.queue.length === 0) {
        this.#lanes.delete(client);
        continue;
      }
      this.#free.add(lane);
      this.#ready += lane.queue.length;
    }
  }

  independent(events: readonly QueuedEvent[]): QueuedEvent[][] {
    return [...Map.groupBy(events, ({ client }) => client).values()];
  }
}

/** Moves events until `taken` has `max` or the next has no room; the first has. Returns their bytes. */
function moveTo(taken: QueuedEvent[], queue: Queue<QueuedEvent>, max: number, room: number): number {
  let bytes = 0;
  for (let next = queue.peek(); next !== undefined && taken.length < max; next = queue.peek()) {
    if (taken.length > 0 && bytes + next.bytes.length > room) break;
    bytes += next.bytes.length;
    taken.push(next);
    queue.shift();
  }
  return bytes;
}
