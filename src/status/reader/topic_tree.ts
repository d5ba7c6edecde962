// Topics as a tree of levels, with counts and the last message of each: bounded, and it says what it left out.
import type { TopicInfo, TopicsInfo } from "../api_types.ts";

/** Levels that are told apart; what is deeper is one level. */
const DEEPEST = 32;

export class TopicNode {
  /** By the level's name, in the order they came. */
  readonly children = new Map<string, TopicNode>();
  /** The topic itself; `undefined` where messages were only below. */
  info: TopicInfo | undefined = undefined;
  /** Messages of this topic and all below. */
  total = 0;
  /** Of them, a second, lately. */
  rate = 0;
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
  #at = 0;

  /** @param limit levels it may have */
  constructor(readonly limit = 20_000) {}

  /**
   * Takes what the broker counted; topics that are not in the answer stay as they are.
   * @param at milliseconds on a clock that never goes back
   */
  take({ watching_since, left_out, topics }: TopicsInfo, at: number): void {
    if (watching_since !== this.#since) this.clear();
    this.#since = watching_since;
    this.leftOut = left_out;
    calm(this.root);
    const seconds = Math.max(0.1, (at - this.#at) / 1_000);
    this.#at = at;
    for (const info of topics) this.#set(info, seconds);
  }

  clear(): void {
    this.root = new TopicNode("", "");
    this.size = this.leftOut = 0;
  }

  #set(info: TopicInfo, seconds: number): void {
    const path = this.#path(info.topic);
    const leaf = path?.at(-1);
    if (path === undefined || leaf === undefined) {
      this.leftOut += info.count;
      return;
    }
    const grown = info.count - (leaf.info?.count ?? 0);
    leaf.info = info;
    for (const node of path) {
      node.total += grown;
      node.rate += grown / seconds;
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

function calm(node: TopicNode): void {
  node.rate = 0;
  for (const child of node.children.values()) calm(child);
}

function levelsOf(topic: string): string[] {
  const levels = topic.split("/");
  if (levels.length <= DEEPEST) return levels;
  return [...levels.slice(0, DEEPEST - 1), levels.slice(DEEPEST - 1).join("/")];
}
