// One subscription of one session, and the group that shares one.
import type { SubscriptionOpts } from "../hooks/events.ts";
import type { QoS } from "../mqtt/packets.ts";
import type { Session } from "./session.ts";

export interface Subscription {
  readonly session: Session;
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
  readonly #members = new Map<Session, Subscription>();
  #order: Subscription[] = [];
  #next = 0;

  get size(): number {
    return this.#members.size;
  }

  set(subscription: Subscription): void {
    this.#members.set(subscription.session, subscription);
    this.#order = [...this.#members.values()];
  }

  delete(session: Session): void {
    this.#members.delete(session);
    this.#order = [...this.#members.values()];
  }

  /** The next in turn; one whose client is away only where all are. */
  choose(): Subscription | undefined {
    const count = this.#order.length;
    if (count === 0) return undefined;
    const first = this.#next++ % count;
    for (let i = 0; i < count; i++) {
      const member = this.#order[(first + i) % count];
      if (member?.session.present) return member;
    }
    return this.#order[first];
  }
}
