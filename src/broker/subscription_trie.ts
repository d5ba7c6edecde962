// All subscriptions, by the levels of their filters: finds those that match a topic without looking at the
// rest.
//
// A subscription stands where its filter parts from all others, however many levels it has left, and gets a
// path of its own only when another one comes that far with it: of a million filters most have none.
import { topicMatches } from "../mqtt/topics.ts";
import { SharedGroup, type Subscription } from "./subscription.ts";
import type { Subscriber } from "./subscriber.ts";

/**
 * What stands behind a level: where filters meet, or the only subscription, not a shared one, from there on.
 */
type Child = Node | Subscription | undefined;

/** Where filters meet. What it does not have is not made. */
class Node {
  /** Behind `+` and `#`, which every topic asks for. */
  #plus: Child = undefined;
  #hash: Child = undefined;
  /** Behind every other level. */
  #others: Map<string, Node | Subscription> | undefined = undefined;
  /** Whose filter ends here. */
  #subscriptions: Map<Subscriber, Subscription> | undefined = undefined;
  #groups: Map<string, SharedGroup> | undefined = undefined;

  get empty(): boolean {
    return this.#plus === undefined && this.#hash === undefined && this.#others === undefined &&
      this.#subscriptions === undefined && this.#groups === undefined;
  }

  get plus(): Child {
    return this.#plus;
  }

  get hash(): Child {
    return this.#hash;
  }

  /** What stands behind a level of a topic. */
  literal(level: string): Child {
    return this.#others?.get(level);
  }

  /** What stands behind a level of a filter. */
  get(level: string): Child {
    return level === "+" ? this.#plus : level === "#" ? this.#hash : this.literal(level);
  }

  put(level: string, child: Node | Subscription): void {
    if (level === "+") this.#plus = child;
    else if (level === "#") this.#hash = child;
    else (this.#others ??= new Map()).set(level, child);
  }

  remove(level: string): void {
    if (level === "+") this.#plus = undefined;
    else if (level === "#") this.#hash = undefined;
    else {
      this.#others?.delete(level);
      if (this.#others?.size === 0) this.#others = undefined;
    }
  }

  /** Adds a subscription whose filter ends here, or replaces the subscriber's own. */
  subscribe(subscription: Subscription): void {
    const { subscriber, group: name } = subscription;
    if (name === undefined) {
      (this.#subscriptions ??= new Map()).set(subscriber, subscription);
      return;
    }
    const groups = this.#groups ??= new Map();
    let group = groups.get(name);
    if (group === undefined) groups.set(name, group = new SharedGroup());
    group.set(subscription);
  }

  unsubscribe({ subscriber, group: name }: Subscription): void {
    if (name === undefined) {
      this.#subscriptions?.delete(subscriber);
      if (this.#subscriptions?.size === 0) this.#subscriptions = undefined;
      return;
    }
    const group = this.#groups?.get(name);
    group?.delete(subscriber);
    if (group?.size === 0) this.#groups?.delete(name);
    if (this.#groups?.size === 0) this.#groups = undefined;
  }

  /** Adds all whose filter ends here. */
  collect(into: Matches): void {
    for (const subscription of this.#subscriptions?.values() ?? []) into.subscriptions.push(subscription);
    for (const group of this.#groups?.values() ?? []) into.groups.push(group);
  }
}

/** What matched; a shared group counts once. */
export interface Matches {
  readonly subscriptions: Subscription[];
  readonly groups: SharedGroup[];
}

export class SubscriptionTrie {
  readonly #root = new Node();

  /** Adds a subscription, or replaces the subscriber's own of the same filter. [MQTT-3.8.4-3] */
  set(subscription: Subscription): void {
    let node = this.#root;
    let othersLevels: readonly string[] | undefined;
    for (const [depth, level] of subscription.filter.split("/").entries()) {
      const child = node.get(level);
      if (child instanceof Node) {
        node = child;
        continue;
      }
      if (subscription.group === undefined && (child === undefined || isSameOne(child, subscription))) {
        return node.put(level, subscription);
      }
      const meeting = new Node();
      if (child !== undefined) {
        othersLevels ??= child.filter.split("/");
        const next = othersLevels[depth + 1];
        if (next === undefined) meeting.subscribe(child);
        else meeting.put(next, child);
      }
      node.put(level, meeting);
      node = meeting;
    }
    node.subscribe(subscription);
  }

  delete(subscription: Subscription): void {
    const path: [Node, string][] = [];
    let node = this.#root;
    for (const level of subscription.filter.split("/")) {
      const child = node.get(level);
      if (child === undefined) return;
      path.push([node, level]);
      if (!(child instanceof Node)) return isSameOne(child, subscription) ? prune(path) : undefined;
      node = child;
    }
    node.unsubscribe(subscription);
    if (node.empty) prune(path);
  }

  /** Level by level instead of recursively: a topic may have 32,768 levels. Agrees with `topicMatches`. */
  match(topic: string): Matches {
    const found: Matches = { subscriptions: [], groups: [] };
    const reached = [this.#root];
    let from = 0;
    let first = topic.startsWith("$"); // [MQTT-4.7.2-1]
    for (const level of topic.split("/")) {
      const to = reached.length;
      if (from === to) return found;
      for (; from < to; from++) {
        const node = reached[from] as Node;
        follow(node.literal(level), topic, reached, found);
        if (first) continue;
        follow(node.plus, topic, reached, found);
        collect(node.hash, found);
      }
      first = false;
    }
    for (const node of reached.slice(from)) {
      node.collect(found);
      collect(node.hash, found); // `a/#` matches `a` too
    }
    return found;
  }
}

/** Goes on with the next level where filters meet; a subscription alone is compared with the whole topic. */
function follow(child: Child, topic: string, reached: Node[], found: Matches): void {
  if (child === undefined) return;
  if (child instanceof Node) reached.push(child);
  else if (topicMatches(child.filter, topic)) found.subscriptions.push(child);
}

/** Adds what stands behind a `#`, which is the last level. */
function collect(child: Child, found: Matches): void {
  if (child === undefined) return;
  if (child instanceof Node) child.collect(found);
  else found.subscriptions.push(child);
}

/** Of a subscription that stands alone, and one whose filter leads to it. */
function isSameOne(alone: Subscription, { subscriber, filter, group }: Subscription): boolean {
  return group === undefined && alone.subscriber === subscriber && alone.filter === filter;
}

/** Removes the end of the path, and each node that is empty without it. */
function prune(path: [Node, string][]): void {
  for (let step = path.pop(); step !== undefined; step = path.pop()) {
    const [node, level] = step;
    node.remove(level);
    if (!node.empty) return;
  }
}
