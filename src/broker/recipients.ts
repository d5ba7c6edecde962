// Who receives what matches a topic: each subscriber once, its matching subscriptions taken together.
import type { QoS } from "../mqtt/packets.ts";
import type { Subscriber } from "./subscriber.ts";
import type { Subscription } from "./subscription.ts";

/** The matching subscriptions of one subscriber, taken together (overlapping subscriptions, 3.3.4). */
export interface Recipient {
  readonly subscriber: Subscriber;
  /** The highest of them. [MQTT-3.3.4-2] */
  readonly qos: QoS;
  readonly retainAsPublished: boolean;
  /** [MQTT-3.3.4-4] */
  readonly ids: readonly number[] | undefined;
  /** Those that also want the subscriber's own messages; `undefined`: all of them do. [MQTT-3.8.3-3] */
  readonly ownMessages: Recipient | "none" | undefined;
}

/** The subscribers, each once. */
export function recipientsOf(subscriptions: readonly Subscription[]): Recipient[] {
  const [first] = subscriptions;
  if (first !== undefined && subscriptions.length === 1) return [recipientAlone(first)];
  const bySubscriber = Map.groupBy(subscriptions, ({ subscriber }) => subscriber);
  return [...bySubscriber.values()].map(recipientOf);
}

/** What {@link recipientOf} makes of one subscription, as most topics have. */
export function recipientAlone(subscription: Subscription): Recipient {
  const { subscriber, qos, retainAsPublished, id, noLocal } = subscription;
  const ids = id === undefined ? undefined : [id];
  return { subscriber, qos, retainAsPublished, ids, ownMessages: noLocal ? "none" : undefined };
}

/** The subscriptions are of one subscriber. */
export function recipientOf(subscriptions: readonly Subscription[]): Recipient {
  const own = subscriptions.filter((s) => !s.noLocal);
  const { subscriber, qos, retainAsPublished, ids } = merge(subscriptions);
  return {
    subscriber,
    qos,
    retainAsPublished,
    ids,
    ownMessages: own.length === subscriptions.length
      ? undefined
      : own.length === 0
      ? "none"
      : { ...merge(own), ownMessages: undefined },
  };
}

function merge(subscriptions: readonly Subscription[]): Omit<Recipient, "ownMessages"> {
  const [first] = subscriptions;
  if (first === undefined) throw new Error("a recipient without a subscription");
  const ids = subscriptions.flatMap((s) => s.id === undefined ? [] : [s.id]);
  return {
    subscriber: first.subscriber,
    qos: Math.max(...subscriptions.map((s) => s.qos)) as QoS,
    retainAsPublished: subscriptions.some((s) => s.retainAsPublished),
    ids: ids.length === 0 ? undefined : ids,
  };
}
