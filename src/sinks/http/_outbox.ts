// The events that were read and not yet sent, in the order in which they may leave.
import type { QueuedEvent } from "./_event.ts";

export interface Outbox {
  /** Events that could leave now. */
  readonly ready: number;
  /** Puts an event behind the others. */
  add(event: QueuedEvent): void;
  /** Takes what one request may carry: at most `max` events, at most `maxBytes` unless one alone is larger. */
  take(max: number, maxBytes: number): QueuedEvent[];
  /** Puts back what was taken, before the others, each to be taken by itself. */
  putBack(events: readonly QueuedEvent[]): void;
  /** These, taken before, are settled. */
  release(events: readonly QueuedEvent[]): void;
}

/** `http_order = "none"`: first come, first served. */
export class FifoOutbox implements Outbox {
  #queue = new Queue();

  get ready(): number {
    return this.#queue.length;
  }

  add(event: QueuedEvent): void {
    this.#queue.push(event);
  }

  take(max: number, maxBytes: number): QueuedEvent[] {
    const taken: QueuedEvent[] = [];
    this.#queue.takeInto(taken, max, maxBytes);
    return taken;
  }

  putBack(events: readonly QueuedEvent[]): void {
    this.#queue.unshift(events);
  }

  release(): void {}
}

/** The events of one client; they leave one request after the other. */
interface Lane {
  readonly queue: Queue;
  /** Events of it are in a request, or wait for another attempt. */
  busy: boolean;
}

/** `http_order = "client"`: an event waits until the last one of its client is settled; clients do not wait for others. */
export class ClientOutbox implements Outbox {
  readonly #lanes = new Map<string, Lane>();
  /** Lanes that have events and are not busy; in the order in which they became so. */
  readonly #free = new Set<Lane>();

  #ready = 0;

  get ready(): number {
    return this.#ready;
  }

  add(event: QueuedEvent): void {
    const lane = this.#lane(event.client);
    lane.queue.push(event);
    if (lane.busy) return;
    this.#free.add(lane);
    this.#ready++;
  }

  take(max: number, maxBytes: number): QueuedEvent[] {
    const taken: QueuedEvent[] = [];
    let room = maxBytes;
    for (const lane of this.#free) {
      if (taken.length >= max) break;
      const before = taken.length;
      lane.queue.takeInto(taken, max, room);
      // Nothing was taken: the lane's first event goes by itself, or there is no room for it here.
      if (taken.length === before) break;
      for (let i = before; i < taken.length; i++) room -= taken[i]?.bytes.length ?? 0;
      lane.busy = true;
      this.#free.delete(lane);
      this.#ready -= taken.length - before + lane.queue.length;
      if (taken[before]?.alone === true) break;
    }
    return taken;
  }

  putBack(events: readonly QueuedEvent[]): void {
    for (const [client, own] of byClient(events)) {
      const lane = this.#lane(client);
      lane.queue.unshift(own);
      this.#freeAgain(lane);
    }
  }

  release(events: readonly QueuedEvent[]): void {
    for (const [client] of byClient(events)) {
      const lane = this.#lanes.get(client);
      if (lane === undefined) continue;
      if (lane.queue.length > 0) this.#freeAgain(lane);
      else this.#lanes.delete(client);
    }
  }

  #freeAgain(lane: Lane): void {
    lane.busy = false;
    this.#free.add(lane);
    this.#ready += lane.queue.length;
  }

  #lane(client: string): Lane {
    let lane = this.#lanes.get(client);
    if (lane === undefined) this.#lanes.set(client, lane = { queue: new Queue(), busy: false });
    return lane;
  }
}

function byClient(events: readonly QueuedEvent[]): Map<string, QueuedEvent[]> {
  return Map.groupBy(events, ({ client }) => client);
}

/** First in, first out, without moving what stays. */
class Queue {
  #items: QueuedEvent[] = [];
  #head = 0;

  get length(): number {
    return this.#items.length - this.#head;
  }

  push(event: QueuedEvent): void {
    this.#items.push(event);
  }

  unshift(events: readonly QueuedEvent[]): void {
    for (const event of events) event.alone = true;
    this.#items = [...events, ...this.#items.slice(this.#head)];
    this.#head = 0;
  }

  /** Adds to `taken` until it has `max`, or there is no room; an event that goes alone only to an empty one. */
  takeInto(taken: QueuedEvent[], max: number, maxBytes: number): void {
    let room = maxBytes;
    while (taken.length < max) {
      const event = this.#items[this.#head];
      if (event === undefined) break;
      room -= event.bytes.length;
      if (taken.length > 0 && (event.alone || room < 0)) break;
      taken.push(event);
      this.#head++;
      if (event.alone) break;
    }
    if (this.#head === this.#items.length) {
      this.#items = [];
      this.#head = 0;
    } else if (this.#head > 1024) {
      this.#items = this.#items.slice(this.#head);
      this.#head = 0;
    }
  }
}
