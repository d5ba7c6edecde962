// The events that were read and not yet sent, in the order in which they may leave.
import { Queue } from "../../base/queue.ts";
import type { QueuedEvent } from "../spool/backlog.ts";

/** Events that leave one request after the other. */
interface Lane {
  readonly queue: Queue<QueuedEvent>;
  /** Events of it that were taken and are not settled. */
  taken: number;
}

export class Outbox {
  readonly #lanes = new Map<unknown, Lane>();
  /** Lanes that have events and none taken; in the order in which they became so. */
  readonly #free = new Set<Lane>();
  #ready = 0;

  /** @param order `client`: an event waits until the last one of its client is settled; `none`: for nobody */
  constructor(private readonly order: "none" | "client") {}

  /** Events that could leave now. */
  get ready(): number {
    return this.#ready;
  }

  /** Puts an event behind the others. */
  add(event: QueuedEvent): void {
    const key = this.#laneOf(event);
    let lane = this.#lanes.get(key);
    if (lane === undefined) this.#lanes.set(key, lane = { queue: new Queue(), taken: 0 });
    lane.queue.push(event);
    if (lane.taken > 0) return;
    this.#free.add(lane);
    this.#ready++;
  }

  /** Takes what one request may carry: at most `max` events, and `maxBytes` unless the first is larger. */
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

  /** These, taken before, are settled. */
  release(events: readonly QueuedEvent[]): void {
    for (const event of events) {
      const key = this.#laneOf(event);
      const lane = this.#lanes.get(key);
      if (lane === undefined || --lane.taken > 0) continue;
      if (lane.queue.length === 0) {
        this.#lanes.delete(key);
        continue;
      }
      this.#free.add(lane);
      this.#ready += lane.queue.length;
    }
  }

  /** The parts of a batch that need not wait for each other. */
  independent(events: readonly QueuedEvent[]): QueuedEvent[][] {
    return [...Map.groupBy(events, (event) => this.#laneOf(event)).values()];
  }

  #laneOf(event: QueuedEvent): unknown {
    return this.order === "client" ? event.client : event;
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
