// What waits for one session: first in, first out, bounded by number and bytes, QoS 0 given up first.
import { Queue } from "../base/queue.ts";
import type { Delivery } from "./message.ts";

/** Messages in a queue from which its publishers are held, or half its limit. */
const LONG = 1_000;

export interface QueueLimits {
  readonly maxQueuedMessages: number;
  readonly maxQueuedBytes: number;
}

interface Entry {
  readonly delivery: Delivery;
  readonly sequence: number;
}

/** Two queues, so that the oldest QoS 0 message can go in constant time; a sequence number keeps them one. */
export class MessageQueue {
  readonly #qos0 = new Queue<Entry>();
  readonly #qos12 = new Queue<Entry>();
  #sequence = 0;
  #bytes = 0;

  get length(): number {
    return this.#qos0.length + this.#qos12.length;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** From 1 on it is full enough for its publishers to be held. */
  fullness({ maxQueuedMessages, maxQueuedBytes }: QueueLimits): number {
    return Math.max(this.length / Math.min(LONG, maxQueuedMessages / 2), this.#bytes / (maxQueuedBytes / 2));
  }

  /**
   * Adds `delivery` and gives up what must go for it: the newcomer itself when it is QoS 0, else the oldest
   * QoS 0, else the oldest. One that no queue of these limits could hold is given up alone.
   * @param evict is told each delivery that is given up, the newcomer included
   */
  push(delivery: Delivery, limits: QueueLimits, evict: (delivery: Delivery) => void): void {
    const size = delivery.message.size;
    if (limits.maxQueuedMessages < 1 || size > limits.maxQueuedBytes) return evict(delivery);
    const overfull = (): boolean =>
      this.length >= limits.maxQueuedMessages || this.#bytes + size > limits.maxQueuedBytes;
    while (overfull()) {
      if (delivery.qos === 0) return evict(delivery);
      const oldest = this.giveUpOldest();
      if (oldest === undefined) break;
      evict(oldest);
    }
    (delivery.qos === 0 ? this.#qos0 : this.#qos12).push({ delivery, sequence: this.#sequence++ });
    this.#bytes += size;
  }

  /** Takes out the oldest QoS 0, else the oldest. */
  giveUpOldest(): Delivery | undefined {
    const oldest = (this.#qos0.shift() ?? this.#qos12.shift())?.delivery;
    if (oldest !== undefined) this.#bytes -= oldest.message.size;
    return oldest;
  }

  peek(): Delivery | undefined {
    return this.#next()?.peek()?.delivery;
  }

  shift(): Delivery | undefined {
    const entry = this.#next()?.shift();
    if (entry === undefined) return undefined;
    this.#bytes -= entry.delivery.message.size;
    return entry.delivery;
  }

  /** Takes out, and returns, what is unwanted; the rest stays in its order. */
  takeOut(isUnwanted: (delivery: Delivery) => boolean): Delivery[] {
    const taken: Delivery[] = [];
    for (const queue of [this.#qos0, this.#qos12]) {
      for (let left = queue.length; left > 0; left--) {
        const entry = queue.shift();
        if (entry === undefined) continue;
        if (isUnwanted(entry.delivery)) taken.push(entry.delivery);
        else queue.push(entry);
      }
    }
    for (const { message } of taken) this.#bytes -= message.size;
    return taken;
  }

  #next(): Queue<Entry> | undefined {
    const a = this.#qos0.peek();
    const b = this.#qos12.peek();
    if (a === undefined) return this.#qos12;
    if (b === undefined) return this.#qos0;
    return a.sequence < b.sequence ? this.#qos0 : this.#qos12;
  }
}
