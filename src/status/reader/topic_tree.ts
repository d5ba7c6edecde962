// Topics as a tree of levels, with counts and the last message of each: bounded, with what it left out.
import type { TopicInfo, TopicsInfo } from "../api_types.ts";

/** Levels that are told apart; what is deeper is one level. */
const DEEPEST = 32;
/** How long a rate holds, milliseconds. */
const LATELY = 5_000;

export class TopicNode {
  /** By the level's name, in the order they came. */
  readonly children = new Map<string, TopicNode>();
  /** The topic itself; `undefined` where messages were only below. */
  info: TopicInfo | undefined = undefined;
  /** Messages of this topic and all below. */
  total = 0;
  /** Of them, a second, lately. */
  rate = 0;
  /** Messages of this very topic a second, and when that was worked out, on the tree's clock. */
  ownRate = 0;
  seenAt = -Infinity;
  /** When the last of them came, Unix milliseconds. */
  last = 0;

  /** @param topic from the first level to this one; "" for the root */
  constructor(readonly name: string, readonly topic: string) {}
}

export class TopicTree {
  root = new TopicNode("", "");
  /** Levels below the root. */
  size = 0;
  /** Messages that no topic was kept for, here or in the broker. */
  leftOut = 0;
  #since = 0;
  /**
   * When the last answer came, where it had all topics: one that is new in the next began at nothing then.
   */
  #completeAt: number | undefined = undefined;

  /** @param limit levels it may have */
  constructor(readonly limit = 20_000) {}

  /**
   * Takes what the broker counted; topics that are not in the answer stay as they are.
   * @param at milliseconds on a clock that never goes back
   */
  take({ watching_since, left_out, total, topics }: TopicsInfo, at: number): void {
    if (watching_since !== this.#since) {
      this.clear();
      this.#completeAt = undefined;
    }
    this.#since = watching_since;
    this.leftOut = left_out;
    for (const info of topics) this.#set(info, at);
    this.#completeAt = total <= topics.length ? at : undefined;
    sumRates(this.root, at);
  }

  clear(): void {
    this.root = new TopicNode("", "");
    this.size = this.leftOut = 0;
  }

  #set(info: TopicInfo, at: number): void {
    const path = this.#path(info.topic);
    const leaf = path?.at(-1);
    if (path === undefined || leaf === undefined) {
      this.leftOut += info.count;
      return;
    }
    const grown = info.count - (leaf.info?.count ?? 0);
    const since = leaf.info === undefined ? this.#completeAt : leaf.seenAt;
    leaf.ownRate = since === undefined || at <= since ? 0 : grown * 1_000 / (at - since);
    leaf.seenAt = at;
    leaf.info = info;
    for (const node of path) {
      node.total += grown;
      node.last = Math.max(node.last, info.last);
    }
  }

  /** The nodes from the root to the topic, made where there is room for all of them. */
  #path(topic: string): TopicNode[] | undefined {
    const levels = levelsOf(topic);
    const path = [this.root];
    let node = this.root;
    for (const [i, level] of levels.entries()) {
      let child = node.children.get(level);
      if (child === undefined) {
        if (this.size + levels.length - i > this.limit) return undefined;
        child = new TopicNode(level, levels.slice(0, i + 1).join("/"));
        node.children.set(level, child);
        this.size++;
      }
      path.push(child);
      node = child;
    }
    return path;
  }
}

/** Of a topic that no answer had lately, nothing came. */
function sumRates(node: TopicNode, at: number): number {
  node.rate = at - node.seenAt > LATELY ? 0 : node.ownRate;
  for (const child of node.children.values()) node.rate += sumRates(child, at);
  return node.rate;
}

function levelsOf(topic: string): string[] {
  const levels = topic.split("/");
  if (levels.length <= DEEPEST) return levels;
  return [...levels.slice(0, DEEPEST - 1), levels.slice(DEEPEST - 1).join("/")];
}
