// What the store gives back, as the broker's own objects.
import { ClientIdentity } from "../hooks/client_identity.ts";
import { MqttError } from "../mqtt/error.ts";
import { TopicName } from "../mqtt/topic_cache.ts";
import { parseFilter } from "../mqtt/topics.ts";
import type { LoadedDelivery, LoadedMessage, PersonRecord, SubscriptionRecord } from "../store/journal.ts";
import { Delivery, Message } from "./message.ts";
import type { Subscriber } from "./subscriber.ts";
import type { Subscription } from "./subscription.ts";

/** Topics of what was read together: each is made once. */
export type KnownTopics = Map<string, TopicName>;

/** `undefined` where a damaged file made a topic of it that is none. */
export function restoredMessage(found: LoadedMessage, known: KnownTopics): Message | undefined {
  try {
    const { from, fromType, topic, receivedAt, expiresAt, stored } = found;
    let name = known.get(topic);
    if (name === undefined) known.set(topic, name = new TopicName(topic));
    const message = new Message(identityOf(from), fromType, name, found, receivedAt, expiresAt);
    message.stored = stored;
    return message;
  } catch (error) {
    if (!(error instanceof MqttError)) throw error;
    return undefined;
  }
}

/** Likewise. @param identity whose it is */
export function restoredDelivery(
  found: LoadedDelivery,
  identity: ClientIdentity,
  known: KnownTopics,
): Delivery | undefined {
  const message = restoredMessage(found.message, known);
  if (message === undefined) return undefined;
  message.own();
  const { qos, retain, subscriptionIdentifiers, session, sequence, packetId, released } = found;
  const delivery = new Delivery(message, identity, qos, retain, subscriptionIdentifiers, session);
  delivery.sequence = sequence;
  delivery.packetId = packetId;
  delivery.released = released;
  delivery.inStore = delivery.kept = true;
  return delivery;
}

/** Likewise, of a filter. */
export function restoredSubscription(
  subscriber: Subscriber,
  { topicFilter, qos, noLocal, retainAsPublished, id, opts }: SubscriptionRecord,
): Subscription | undefined {
  const parsed = parseFilter(topicFilter);
  if (typeof parsed === "string") return undefined;
  const { filter, group } = parsed;
  return {
    subscriber,
    topicFilter,
    filter,
    group,
    qos,
    noLocal,
    retainAsPublished,
    id,
    opts: { ...opts, qos },
  };
}

export function identityOf({ node, ipaddress, clientId, username }: PersonRecord): ClientIdentity {
  return new ClientIdentity(node, ipaddress, clientId, username);
}
