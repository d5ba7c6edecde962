// One subscription of one subscriber, and the group that shares one.
import type { SubscriptionOpts } from "../hooks/events.ts";
import type { QoS } from "../mqtt/packets.ts";
import type { Subscriber } from "./subscriber.ts";

export interface Subscription {
  readonly subscriber: Subscriber;
  /** As the client wrote it. */
  readonly topicFilter: string;
  /** Without `$share/<ShareName>/`. */
  readonly filter: string;
  readonly group: string | undefined;
  /** Granted. */
  readonly qos: QoS;
  readonly noLocal: boolean;
  readonly retainAsPublished: boolean;
  /** Subscription Identifier. */
  readonly id: number | undefined;
  /** As the lines show it. */
  readonly opts: SubscriptionOpts;
}

/** The members of `$share/<ShareName>/<filter>`; each message goes to one of them (4.8.2). */
export class SharedGroup {
  readonly #members = new Map<Subscriber, Subscription>();
  #order: Subscription[] = [];
  #next = 0;

  get size(): number {
    return this.#members.size;
  }

  set(subscription: Subscription): void {
    this.#members.set(subscription.subscriber, subscription);
    this.#order = [...this.#members.values()];
  }

  delete(subscriber: Subscriber): void {
    this.#members.delete(subscriber);
    this.#order = [...this.#members.values()];
  }

  /** Whether any member is stored, and gets more than QoS 0. */
  get isStored(): boolean {
    return this.#order.some(({ qos, subscriber }) => qos > 0 && subscriber.isStored);
  }

  /** The next in turn; one whose client is away only where all are. */
  choose(): Subscription | undefined {
    const count = this.#order.length;
    if (count === 0) return undefined;
    const first = this.#next++ % count;
    for (let i = 0; i < count; i++) {
      const member = this.#order[(first + i) % count];
      if (member?.subscriber.present) return member;
    }
    return this.#order[first];
  }
}
