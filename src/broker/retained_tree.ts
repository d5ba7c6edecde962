// Retained Messages in memory, by the levels of their topics: a filter looks at no more of them than it must.
import { levelCount } from "../mqtt/topics.ts";
import { type Journal, NoJournal } from "../store/journal.ts";
import { Arena } from "./arena.ts";
import type { Message } from "./message.ts";
import type { BrokerOptions } from "./options.ts";
import { restoredMessage } from "./restored.ts";

/** Levels of a topic that can hold one: each costs some 300 bytes, however short its name. */
const MOST_LEVELS = 128;
/** Topics looked at after which {@link RetainedTree.match} lets others have their turn. */
const MOST_VISITED = 4_096;

class Node {
  message: Message | undefined = undefined;
  /** How many messages the tree had been given when it got this one. */
  number = 0;
  /** Made with the first child: most nodes are leaves. */
  children: Map<string, Node> | undefined = undefined;
}

/** Nodes to visit, and which level of the filter their children are to match. */
interface Step {
  readonly nodes: Iterator<readonly [string, Node]>;
  readonly depth: number;
  /** [MQTT-4.7.2-1] */
  readonly skipDollar: boolean;
}

export class RetainedTree {
  readonly #root = new Node();
  readonly #arena: Arena;
  #journal: Journal;
  #size = 0;
  #given = 0;
  #bytes = 0;

  /** Takes over what the store has. @param limits may be replaced; what is retained already stays */
  constructor(
    public limits: BrokerOptions,
    arena = new Arena(),
    journal: Journal = new NoJournal(),
  ) {
    this.#arena = arena;
    this.#journal = journal;
    this.adopt(journal);
  }

  /** Takes over what the store has. What was retained without it is newer. */
  adopt(journal: Journal): void {
    this.#journal = journal;
    const newer = new Map<string, Message>();
    for (const message of this.#all()) if (message.fromType !== "system") newer.set(message.topic, message);
    const replaced = new Map<string, Message>();
    for (const found of journal.retainedMessages()) {
      const message = restoredMessage(found, new Map());
      if (message === undefined) continue;
      if (newer.has(message.topic)) replaced.set(message.topic, message);
      else this.#put(message);
    }
    for (const [topic, message] of newer) journal.retained(topic, message, replaced.get(topic));
  }

  get size(): number {
    return this.#size;
  }

  /** Payload, topic and property bytes of all of them. */
  get bytes(): number {
    return this.#bytes;
  }

  /**
   * Replaces the topic's message; one with an empty payload removes it.
   * False where a limit forbids keeping it: then the topic has none, for the one before is no longer true.
   */
  set(message: Message): boolean {
    const before = this.#find(message.topic)?.message;
    if (message.payload.length === 0) {
      if (before !== undefined) this.#remove(before); // [MQTT-3.3.1-6] [MQTT-3.3.1-7]
      return true;
    }
    if (levelCount(message.topic) > MOST_LEVELS) return false;
    const count = this.#size + (before === undefined ? 1 : 0);
    const bytes = this.#bytes - (before?.size ?? 0) + message.size;
    if (count > this.limits.maxRetainedMessages || bytes > this.limits.maxRetainedBytes) {
      if (before !== undefined) this.#remove(before);
      return false;
    }
    this.#put(message);
    if (message.fromType !== "system") this.#journal.retained(message.topic, message, before);
    return true;
  }

  /** Takes out the topic's message, which has expired by what the store knows. */
  dropExpired(topic: string): void {
    const message = this.#find(topic)?.message;
    if (message !== undefined) this.#remove(message);
  }

  /**
   * Those whose topic matches a filter and that have not expired, one by one as they are asked for: the tree
   * may change meanwhile, and what it is given after this call is not among them, for the subscription had it
   * already. `undefined` is a pause: so much was looked at that others should have their turn.
   * @param now the turn's monotonic clock
   */
  match(filter: string, now: () => number): Generator<Message | undefined, void> {
    return this.#walk(filter, now, this.#given);
  }

  /** @param until what came later is passed over */
  *#walk(filter: string, now: () => number, until: number): Generator<Message | undefined, void> {
    const levels = filter.split("/");
    const stack: Step[] = [step([["", this.#root] as const].values(), 0, false)];
    let visited = 0;
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const next = top.nodes.next();
      if (next.done) {
        stack.pop();
        continue;
      }
      if (++visited % MOST_VISITED === 0) yield undefined;
      const [name, node] = next.value;
      const { depth } = top;
      if (top.skipDollar && name.startsWith("$")) continue;
      const level = levels[depth];
      if ((level === undefined || level === "#") && node.message !== undefined && node.number <= until) {
        if (node.message.expiresAt > now()) yield node.message;
        else this.#remove(node.message);
      }
      if (level === undefined || node.children === undefined) continue;
      if (level === "#" || level === "+") {
        stack.push(step(node.children.entries(), level === "#" ? depth : depth + 1, node === this.#root));
      } else {
        const child = node.children.get(level);
        if (child !== undefined) stack.push(step([[level, child] as const].values(), depth + 1, false));
      }
    }
  }

  *#all(node = this.#root): Generator<Message, void> {
    if (node.message !== undefined) yield node.message;
    for (const child of node.children?.values() ?? []) yield* this.#all(child);
  }

  #put(message: Message): void {
    message.keepLong(this.#arena);
    const node = this.#make(message.topic);
    if (node.message === undefined) this.#size++;
    this.#bytes += message.size - (node.message?.size ?? 0);
    node.message = message;
    node.number = ++this.#given;
  }

  #find(topic: string): Node | undefined {
    let node: Node | undefined = this.#root;
    for (const level of topic.split("/")) node = node?.children?.get(level);
    return node;
  }

  #make(topic: string): Node {
    let node = this.#root;
    for (const level of topic.split("/")) {
      node.children ??= new Map();
      let child = node.children.get(level);
      if (child === undefined) node.children.set(level, child = new Node());
      node = child;
    }
    return node;
  }

  /** Takes the message out, and the nodes that are empty then. */
  #remove(message: Message): void {
    const path: [Node, string][] = [];
    let node = this.#root;
    for (const level of message.topic.split("/")) {
      const child = node.children?.get(level);
      if (child === undefined) return;
      path.push([node, level]);
      node = child;
    }
    node.message = undefined;
    if (message.fromType !== "system") this.#journal.retained(message.topic, undefined, message);
    this.#size--;
    this.#bytes -= message.size;
    for (let last = path.pop(); last !== undefined; last = path.pop()) {
      const [parent, level] = last;
      const child = parent.children?.get(level);
      if (child === undefined || child.message !== undefined || child.children !== undefined) return;
      parent.children?.delete(level);
      if (parent.children?.size === 0) parent.children = undefined;
    }
  }
}

function step(nodes: Iterator<readonly [string, Node]>, depth: number, skipDollar: boolean): Step {
  return { nodes, depth, skipDollar };
}
