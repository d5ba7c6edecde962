// All subscriptions, by the levels of their filters: finds those that match a topic without looking at the
// rest.
import { SharedGroup, type Subscription } from "./subscription.ts";
import type { Subscriber } from "./subscriber.ts";

class Node {
  readonly children = new Map<string, Node>();
  readonly subscriptions = new Map<Subscriber, Subscription>();
  readonly groups = new Map<string, SharedGroup>();

  get empty(): boolean {
    return this.children.size === 0 && this.subscriptions.size === 0 && this.groups.size === 0;
  }
}

/** Called with what matched; a shared group counts once. */
export interface Matches {
  readonly subscriptions: Subscription[];
  readonly groups: SharedGroup[];
}

export class SubscriptionTrie {
  readonly #root = new Node();

  /** Adds a subscription, or replaces the subscriber's own of the same filter. [MQTT-3.8.4-3] */
  set(subscription: Subscription): void {
    let node = this.#root;
    for (const level of subscription.filter.split("/")) {
      let child = node.children.get(level);
      if (child === undefined) node.children.set(level, child = new Node());
      node = child;
    }
    if (subscription.group === undefined) {
      node.subscriptions.set(subscription.subscriber, subscription);
      return;
    }
    let group = node.groups.get(subscription.group);
    if (group === undefined) node.groups.set(subscription.group, group = new SharedGroup());
    group.set(subscription);
  }

  delete(subscription: Subscription): void {
    const path: [Node, string][] = [];
    let node = this.#root;
    for (const level of subscription.filter.split("/")) {
      const child = node.children.get(level);
      if (child === undefined) return;
      path.push([node, level]);
      node = child;
    }
    if (subscription.group === undefined) node.subscriptions.delete(subscription.subscriber);
    else {
      const group = node.groups.get(subscription.group);
      group?.delete(subscription.subscriber);
      if (group?.size === 0) node.groups.delete(subscription.group);
    }
    for (let step = path.pop(); step !== undefined; step = path.pop()) {
      const [parent, level] = step;
      if (!parent.children.get(level)?.empty) return;
      parent.children.delete(level);
    }
  }

  /** Level by level instead of recursively: a topic may have 32,768 levels. Agrees with `topicMatches`. */
  match(topic: string): Matches {
    const found: Matches = { subscriptions: [], groups: [] };
    let frontier = [this.#root];
    let first = topic.startsWith("$"); // [MQTT-4.7.2-1]
    for (const level of topic.split("/")) {
      const next: Node[] = [];
      for (const node of frontier) {
        const literal = node.children.get(level);
        if (literal !== undefined) next.push(literal);
        if (first) continue;
        const plus = node.children.get("+");
        if (plus !== undefined) next.push(plus);
        collect(node.children.get("#"), found);
      }
      first = false;
      frontier = next;
      if (frontier.length === 0) return found;
    }
    for (const node of frontier) {
      collect(node, found);
      collect(node.children.get("#"), found); // `a/#` matches `a` too
    }
    return found;
  }
}

function collect(node: Node | undefined, into: Matches): void {
  if (node === undefined) return;
  for (const subscription of node.subscriptions.values()) into.subscriptions.push(subscription);
  for (const group of node.groups.values()) into.groups.push(group);
}
