// Where a message goes: the sessions whose subscriptions match its topic, each once.
import type { QoS } from "../mqtt/packets.ts";
import type { TopicName } from "../mqtt/topic_cache.ts";
import type { Message } from "./message.ts";
import type { Session } from "./session.ts";
import type { SharedGroup, Subscription } from "./subscription.ts";
import { SubscriptionTrie } from "./subscription_trie.ts";

/** What remembered routes may take together, bytes by {@link weigh}: a flood of topics to many clients must not add up. */
const MOST_REMEMBERED = 32 * 1024 * 1024;

/** What a topic resolved to, remembered with it (TopicName.memo) until any subscription changes. */
export interface Route {
  readonly targets: readonly Target[];
  readonly groups: readonly SharedGroup[];
}

/** The matching subscriptions of one session, taken together (overlapping subscriptions, 3.3.4). */
interface Target {
  readonly session: Session;
  /** The highest of them. [MQTT-3.3.4-2] */
  readonly qos: QoS;
  readonly retainAsPublished: boolean;
  /** [MQTT-3.3.4-4] */
  readonly ids: readonly number[] | undefined;
  /** Those that also want the session's own messages; `undefined`: all of them do. [MQTT-3.8.3-3] */
  readonly ownMessages: Target | "none" | undefined;
}

export class Router {
  readonly #trie = new SubscriptionTrie();
  /** Those with a memo: it is taken from them at once, for a forgotten one would keep sessions alive that are gone. */
  #remembered: TopicName<Route>[] = [];
  #weight = 0;
  readonly #mostRemembered: number;

  /** @param mostRemembered bytes that remembered routes may take, roughly */
  constructor(mostRemembered = MOST_REMEMBERED) {
    this.#mostRemembered = mostRemembered;
  }

  /** Bytes that remembered routes take, roughly. */
  get weight(): number {
    return this.#weight;
  }

  subscribe(subscription: Subscription): void {
    const { session, topicFilter } = subscription;
    session.subscriptions.set(topicFilter, subscription);
    this.#trie.set(subscription);
    this.#forget();
  }

  /** False where the session has no such subscription. [MQTT-3.10.4-1] */
  unsubscribe(session: Session, topicFilter: string): Subscription | undefined {
    const subscription = session.subscriptions.get(topicFilter);
    if (subscription === undefined) return undefined;
    session.subscriptions.delete(topicFilter);
    this.#trie.delete(subscription);
    this.#forget();
    return subscription;
  }

  /** Hands the message to every session it is for. Returns to how many. */
  route(message: Message): number {
    const route = this.#resolve(message.name);
    let count = 0;
    for (const target of route.targets) {
      let to: Target = target;
      if (target.ownMessages !== undefined && message.from.clientId === target.session.clientId) {
        if (target.ownMessages === "none") continue;
        to = target.ownMessages;
      }
      count++;
      to.session.deliver(message, lower(to.qos, message.qos), to.retainAsPublished && message.retain, to.ids);
    }
    for (const group of route.groups) {
      const member = group.choose();
      if (member === undefined) continue;
      count++;
      member.session.deliver(
        message,
        lower(member.qos, message.qos),
        member.retainAsPublished && message.retain,
        member.id === undefined ? undefined : [member.id],
      );
    }
    return count;
  }

  #resolve(name: TopicName<Route>): Route {
    if (name.memo !== undefined) return name.memo;
    const { subscriptions, groups } = this.#trie.match(name.text);
    const bySession = new Map<Session, Subscription[]>();
    for (const subscription of subscriptions) {
      const several = bySession.get(subscription.session);
      if (several === undefined) bySession.set(subscription.session, [subscription]);
      else several.push(subscription);
    }
    const targets = [...bySession.values()].map(target);
    const route = { targets, groups };
    this.#remember(name, route);
    return route;
  }

  #remember(name: TopicName<Route>, route: Route): void {
    const weight = weigh(name, route);
    if (this.#weight + weight > this.#mostRemembered) this.#forget();
    if (weight > this.#mostRemembered) return;
    name.memo = route;
    this.#remembered.push(name);
    this.#weight += weight;
  }

  #forget(): void {
    for (const name of this.#remembered) name.memo = undefined;
    this.#remembered = [];
    this.#weight = 0;
  }
}

/** Bytes, roughly: the objects of a route, and the topic's name as bytes, text and JSON. */
function weigh(name: TopicName<Route>, { targets, groups }: Route): number {
  return 300 + 3 * name.wire.length + 100 * (targets.length + groups.length);
}

function target(subscriptions: readonly Subscription[]): Target {
  const own = subscriptions.filter((s) => !s.noLocal);
  return {
    ...merge(subscriptions),
    ownMessages: own.length === subscriptions.length
      ? undefined
      : own.length === 0
      ? "none"
      : { ...merge(own), ownMessages: undefined },
  };
}

function merge(subscriptions: readonly Subscription[]): Omit<Target, "ownMessages"> {
  const [first] = subscriptions;
  if (first === undefined) throw new Error("a target without a subscription");
  const ids = subscriptions.flatMap((s) => s.id === undefined ? [] : [s.id]);
  return {
    session: first.session,
    qos: Math.max(...subscriptions.map((s) => s.qos)) as QoS,
    retainAsPublished: subscriptions.some((s) => s.retainAsPublished),
    ids: ids.length === 0 ? undefined : ids,
  };
}

/** [MQTT-3.8.4-8] */
function lower(a: QoS, b: QoS): QoS {
  return a < b ? a : b;
}
