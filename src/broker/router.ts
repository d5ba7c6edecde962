// Where a message goes: the subscribers whose subscriptions match its topic, each once.
import type { QoS } from "../mqtt/packets.ts";
import type { TopicName } from "../mqtt/topic_cache.ts";
import type { Message } from "./message.ts";
import type { Publisher } from "./publisher_hold.ts";
import { type Recipient, recipientsOf } from "./recipients.ts";
import type { SharedGroup, Subscription } from "./subscription.ts";
import { SubscriptionTrie } from "./subscription_trie.ts";

/** What remembered routes may take together, bytes by {@link bytesOf}: a flood of topics must not add up. */
const MOST_REMEMBERED = 32 * 1024 * 1024;

/** What a topic resolved to, remembered with it (TopicName.memo) until any subscription changes. */
class Route {
  constructor(readonly recipients: readonly Recipient[], readonly groups: readonly SharedGroup[]) {}
}

export class Router {
  readonly #trie = new SubscriptionTrie();
  /**
   * Topics with a route: it is taken from them at once, for a forgotten one would keep sessions that are
   * gone.
   */
  #remembered: TopicName[] = [];
  #rememberedBytes = 0;
  #size = 0;
  #shared = 0;
  readonly #mostRemembered: number;

  /** @param mostRemembered bytes that remembered routes may take, roughly */
  constructor(mostRemembered = MOST_REMEMBERED) {
    this.#mostRemembered = mostRemembered;
  }

  /** Bytes that remembered routes take, roughly. */
  get rememberedBytes(): number {
    return this.#rememberedBytes;
  }

  /** Subscriptions there are, shared ones included. */
  get size(): number {
    return this.#size;
  }

  /** Shared subscriptions there are. */
  get shared(): number {
    return this.#shared;
  }

  /**
   * Adds a subscription, or replaces the subscriber's own of the same filter.
   * @param isNew false where it replaces one
   */
  add(subscription: Subscription, isNew = true): void {
    this.#trie.set(subscription);
    if (isNew) this.#count(subscription, 1);
    this.#forget();
  }

  remove(subscription: Subscription): void {
    this.#trie.delete(subscription);
    this.#count(subscription, -1);
    this.#forget();
  }

  /** Hands the message to every subscriber it is for. Returns to how many. @param from who published it */
  route(message: Message, from?: Publisher): number {
    const route = this.#resolve(message.name);
    let count = 0;
    for (const recipient of route.recipients) {
      let to: Recipient = recipient;
      if (recipient.ownMessages !== undefined && message.from.clientId === recipient.subscriber.clientId) {
        if (recipient.ownMessages === "none") continue;
        to = recipient.ownMessages;
      }
      count++;
      const retain = to.retainAsPublished && message.retain;
      to.subscriber.deliver(message, lower(to.qos, message.qos), retain, to.ids, from);
    }
    for (const group of route.groups) {
      const member = group.choose();
      if (member === undefined) continue;
      count++;
      const retain = member.retainAsPublished && message.retain;
      const ids = member.id === undefined ? undefined : [member.id];
      member.subscriber.deliver(message, lower(member.qos, message.qos), retain, ids, from);
    }
    return count;
  }

  /** Whether a message of QoS 1 or 2 to this topic would have to be stored for anyone. */
  leadsToStore(name: TopicName): boolean {
    const { recipients, groups } = this.#resolve(name);
    return recipients.some(({ qos, subscriber }) => qos > 0 && subscriber.isStored) ||
      groups.some(({ isStored }) => isStored);
  }

  #resolve(name: TopicName): Route {
    if (name.memo instanceof Route) return name.memo;
    const { subscriptions, groups } = this.#trie.match(name.text);
    const route = new Route(recipientsOf(subscriptions), groups);
    this.#remember(name, route);
    return route;
  }

  #remember(name: TopicName, route: Route): void {
    const bytes = bytesOf(name, route);
    if (this.#rememberedBytes + bytes > this.#mostRemembered) this.#forget();
    if (bytes > this.#mostRemembered) return;
    name.memo = route;
    this.#remembered.push(name);
    this.#rememberedBytes += bytes;
  }

  #count({ group }: Subscription, change: 1 | -1): void {
    this.#size += change;
    if (group !== undefined) this.#shared += change;
  }

  #forget(): void {
    for (const name of this.#remembered) name.memo = undefined;
    this.#remembered = [];
    this.#rememberedBytes = 0;
  }
}

/** Roughly: the objects of a route, and the topic's name as bytes, text and JSON. */
function bytesOf(name: TopicName, { recipients, groups }: Route): number {
  return 300 + 3 * name.wire.length + 100 * (recipients.length + groups.length);
}

/** [MQTT-3.8.4-8] */
function lower(a: QoS, b: QoS): QoS {
  return a < b ? a : b;
}
