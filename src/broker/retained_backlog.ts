// Retained Messages on their way to one client: taken from the store only as fast as the client takes them, so a
// subscription that matches a million of them costs no more than one that matches ten.
import type { QoS } from "../mqtt/packets.ts";
import { Delivery, type Message } from "./message.ts";
import type { Session } from "./session.ts";
import type { Subscription } from "./subscription.ts";

/** As RetainedStore.match gives them: `undefined` is a breath. */
export type RetainedMessages = Iterator<Message | undefined, void>;

export class RetainedBacklog {
  /** By Topic Filter, the oldest subscription first. */
  readonly #bySubscription = new Map<string, { subscription: Subscription; messages: RetainedMessages }>();

  get empty(): boolean {
    return this.#bySubscription.size === 0;
  }

  /** Messages that a new subscription asked for; an older one of the same filter is replaced. */
  add(subscription: Subscription, messages: RetainedMessages): void {
    this.#bySubscription.set(subscription.topicFilter, { subscription, messages });
  }

  /** The next message; `"breath"` where others should have their turn first; `undefined` where there is none. */
  next(session: Session): Delivery | "breath" | undefined {
    for (const [topicFilter, { subscription, messages }] of this.#bySubscription) {
      // One that was given up or replaced since wants nothing any more.
      const current = session.subscriptions.get(topicFilter) === subscription;
      for (let next = messages.next(); current && !next.done; next = messages.next()) {
        const message = next.value;
        if (message === undefined) return "breath";
        if (subscription.noLocal && message.from.clientId === session.clientId) continue; // [MQTT-3.8.3-3]
        const qos = Math.min(subscription.qos, message.qos) as QoS;
        const ids = subscription.id === undefined ? undefined : [subscription.id];
        return new Delivery(message, session.client, qos, true, ids); // [MQTT-3.3.1-8]
      }
      this.#bySubscription.delete(topicFilter);
    }
    return undefined;
  }

  clear(): void {
    this.#bySubscription.clear();
  }
}
