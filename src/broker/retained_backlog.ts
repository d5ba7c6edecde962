// Retained Messages on their way to one client: taken from the tree only as fast as the client takes them, so
// a subscription that matches a million of them costs no more than one that matches ten.
import { LazyMap } from "../base/lazy.ts";
import type { Message } from "./message.ts";
import type { Subscription } from "./subscription.ts";

/** As RetainedTree.match gives them: `undefined` lets others have their turn. */
export type RetainedMessages = Iterator<Message | undefined, void>;

/** What a subscription asked for. */
interface Asked {
  readonly subscription: Subscription;
  readonly messages: RetainedMessages;
  /** False once the subscription was given up or replaced. */
  readonly wanted: () => boolean;
}

/** The next Retained Message, and the subscription that asked for it. */
export interface NextRetained {
  readonly subscription: Subscription;
  readonly message: Message;
}

export class RetainedBacklog {
  /** By Topic Filter, the oldest subscription first. */
  readonly #bySubscription = new LazyMap<string, Asked>();

  get empty(): boolean {
    return this.#bySubscription.size === 0;
  }

  /**
   * Messages that a new subscription asked for; an older one of the same filter is replaced.
   * @param wanted whether the subscription is still there
   */
  add(subscription: Subscription, messages: RetainedMessages, wanted: () => boolean): void {
    this.#bySubscription.set(subscription.topicFilter, { subscription, messages, wanted });
  }

  /**
   * The next message; `"pause"` where others should have their turn first; `undefined` where there is none.
   */
  next(): NextRetained | "pause" | undefined {
    for (const [topicFilter, { subscription, messages, wanted }] of this.#bySubscription) {
      const goesOn = wanted();
      for (let next = messages.next(); goesOn && !next.done; next = messages.next()) {
        const message = next.value;
        if (message === undefined) return "pause";
        const own = subscription.noLocal && message.from.clientId === subscription.subscriber.clientId;
        if (!own) return { subscription, message }; // [MQTT-3.8.3-3]
      }
      this.#bySubscription.delete(topicFilter);
    }
    return undefined;
  }

  clear(): void {
    this.#bySubscription.clear();
  }
}
