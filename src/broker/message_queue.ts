// What waits for one session: first in, first out, bounded by number and bytes, QoS 0 given up first.
//
// Its newest part may be on a shelf, the disk, and comes back in pages as the rest goes.
import { Queue } from "../base/queue.ts";
import type { WaitingCount } from "../store/journal.ts";
import type { Delivery } from "./message.ts";

/** Messages in a queue from which its publishers are held, or half its limit. */
const LONG = 1_000;

export interface QueueLimits {
  readonly maxQueuedMessages: number;
  readonly maxQueuedBytes: number;
}

/** Where deliveries are that are not in memory. */
export interface Shelf {
  /** The oldest behind `sequence`, in their order; `undefined`: not now. */
  page(sequence: number): Delivery[] | undefined;
  /** The oldest of QoS 0 behind `sequence`. */
  oldestQos0(sequence: number): Delivery | undefined;
  /** Is told each that comes into memory, before the queue gives it to anyone. */
  loaded(delivery: Delivery): void;
  /** So many that were counted are not there. */
  lost(messages: number): void;
}

/** Two queues, so that the oldest QoS 0 message can go in constant time; sequence numbers keep them one. */
export class MessageQueue {
  readonly #qos0 = new Queue<Delivery>();
  readonly #qos12 = new Queue<Delivery>();
  readonly #shelf: Shelf | undefined;
  #bytes: number;
  /** On the shelf, and how many of QoS 0 among them: all of them behind what is in memory. */
  #shelved: number;
  #shelvedQos0: number;
  /** Of the last that was in memory. */
  #sequence = 0;

  /** @param found what is on the shelf */
  constructor(shelf?: Shelf, found: WaitingCount = { messages: 0, bytes: 0, qos0: 0 }) {
    this.#shelf = shelf;
    this.#bytes = found.bytes;
    this.#shelved = found.messages;
    this.#shelvedQos0 = found.qos0;
  }

  get length(): number {
    return this.inMemory + this.#shelved;
  }

  get inMemory(): number {
    return this.#qos0.length + this.#qos12.length;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Whether the next to come must be shelved, for others before it are. */
  get shelves(): boolean {
    return this.#shelved > 0;
  }

  /** From 1 on it is full enough for its publishers to be held. */
  fullness({ maxQueuedMessages, maxQueuedBytes }: QueueLimits): number {
    return Math.max(this.length / Math.min(LONG, maxQueuedMessages / 2), this.#bytes / (maxQueuedBytes / 2));
  }

  /**
   * Adds `delivery` and gives up what must go for it: the newcomer itself when it is QoS 0, else the oldest
   * QoS 0, else the oldest. One that no queue of these limits could hold is given up alone.
   * @param evict is told each delivery that is given up, the newcomer included
   * @param shelve it is on the shelf, and not kept here
   */
  push(
    delivery: Delivery,
    limits: QueueLimits,
    evict: (delivery: Delivery) => void,
    shelve = false,
  ): void {
    const { size } = delivery;
    if (limits.maxQueuedMessages < 1 || size > limits.maxQueuedBytes) return evict(delivery);
    const overfull = (): boolean =>
      this.length >= limits.maxQueuedMessages || this.#bytes + size > limits.maxQueuedBytes;
    while (overfull()) {
      if (delivery.qos === 0) return evict(delivery);
      const oldest = this.giveUpOldest();
      if (oldest === undefined) break;
      evict(oldest);
    }
    this.#bytes += size;
    if (shelve) {
      this.#shelved++;
      if (delivery.qos === 0) this.#shelvedQos0++;
    } else this.#take(delivery);
  }

  /** Takes out the oldest QoS 0, else the oldest. */
  giveUpOldest(): Delivery | undefined {
    const oldest = this.#qos0.shift();
    if (oldest === undefined) return this.#giveUpShelved() ?? this.shift();
    this.#bytes -= oldest.size;
    return oldest;
  }

  peek(): Delivery | undefined {
    return this.#next()?.peek();
  }

  shift(): Delivery | undefined {
    const delivery = this.#next()?.shift();
    if (delivery !== undefined) this.#bytes -= delivery.size;
    return delivery;
  }

  /** Takes out, and returns, what is unwanted; the rest stays in its order. */
  *takeOut(isUnwanted: (delivery: Delivery) => boolean): Generator<Delivery, void> {
    for (const queue of [this.#qos0, this.#qos12]) yield* this.#takeFrom(queue, isUnwanted);
    let sequence = this.#sequence;
    while (this.#shelved > 0) {
      const page = this.#shelf?.page(sequence) ?? [];
      if (page.length === 0) return;
      for (const delivery of page) {
        sequence = delivery.sequence;
        if (isUnwanted(delivery)) yield this.#unshelve(delivery);
      }
    }
  }

  /** Takes out one that was found on the disk, and returns it; `undefined` where it waits no longer. */
  takeOne(found: Delivery): Delivery | undefined {
    if (found.sequence > this.#sequence) return this.#unshelve(found);
    const isIt = ({ sequence }: Delivery): boolean => sequence === found.sequence;
    return this.#takeFrom(found.qos === 0 ? this.#qos0 : this.#qos12, isIt)[0];
  }

  #takeFrom(queue: Queue<Delivery>, isUnwanted: (delivery: Delivery) => boolean): Delivery[] {
    const taken: Delivery[] = [];
    for (let left = queue.length; left > 0; left--) {
      const delivery = queue.shift();
      if (delivery === undefined) continue;
      if (isUnwanted(delivery)) taken.push(delivery);
      else queue.push(delivery);
    }
    for (const { size } of taken) this.#bytes -= size;
    return taken;
  }

  #take(delivery: Delivery): void {
    this.#sequence = delivery.sequence;
    (delivery.qos === 0 ? this.#qos0 : this.#qos12).push(delivery);
  }

  #giveUpShelved(): Delivery | undefined {
    if (this.#shelvedQos0 === 0) return undefined;
    const oldest = this.#shelf?.oldestQos0(this.#sequence);
    return oldest && this.#unshelve(oldest);
  }

  /** It is on the shelf, and waits no longer. */
  #unshelve(delivery: Delivery): Delivery {
    this.#shelf?.loaded(delivery);
    this.#shelved--;
    if (delivery.qos === 0) this.#shelvedQos0--;
    this.#bytes -= delivery.size;
    return delivery;
  }

  #next(): Queue<Delivery> | undefined {
    if (this.#shelved > 0 && this.inMemory === 0) this.#fetch();
    const a = this.#qos0.peek();
    const b = this.#qos12.peek();
    if (a === undefined) return this.#qos12;
    if (b === undefined) return this.#qos0;
    return a.sequence < b.sequence ? this.#qos0 : this.#qos12;
  }

  #fetch(): void {
    const page = this.#shelf?.page(this.#sequence);
    if (page === undefined) return;
    for (const delivery of page) {
      this.#shelf?.loaded(delivery);
      this.#shelved--;
      if (delivery.qos === 0) this.#shelvedQos0--;
      this.#take(delivery);
    }
    if (page.length > 0) return;
    this.#shelf?.lost(this.#shelved);
    this.#bytes = this.#shelved = this.#shelvedQos0 = 0;
  }
}
