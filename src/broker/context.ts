// What everything in the broker shares: plain data, made once.
import type { Access } from "../access/access.ts";
import type { Clock } from "../base/clock.ts";
import type { Log } from "../base/log.ts";
import type { Hooks } from "../hooks/bus.ts";
import { TopicCache } from "../mqtt/topic_cache.ts";
import type { Journal } from "../store/journal.ts";
import { Arena } from "./arena.ts";
import { Counters } from "./counters.ts";
import { Durability, type RequiredLines } from "./durability.ts";
import type { BrokerOptions } from "./options.ts";
import { QueueTotal } from "./queue_total.ts";
import { RetainedTree } from "./retained_tree.ts";
import { Router } from "./router.ts";
import { Tally } from "./tally.ts";
import { TrafficOfListeners } from "./traffic.ts";
import type { Turn } from "./turn.ts";

/** What the broker is made of and does not make itself. */
export interface BrokerParts {
  readonly options: BrokerOptions;
  readonly hooks: Hooks;
  readonly turn: Turn;
  readonly clock: Clock;
  readonly access: Access;
  /** What makes sessions and Retained Messages survive; its commit belongs to the turn. */
  readonly journal: Journal;
  /** Their flush belongs to the turn, too. */
  readonly requiredLines: RequiredLines;
  readonly log: Log;
}

export interface BrokerContext extends BrokerParts {
  /** Replaced when the configuration is reloaded. */
  options: BrokerOptions;
  /** Replaced when the store can be opened after all. */
  journal: Journal;
  readonly arena: Arena;
  readonly counters: Counters;
  readonly durability: Durability;
  /** Connections that did not become clients. */
  readonly refusals: Tally;
  /** Clients that sent more than they may. */
  readonly throttled: Tally;
  /** What memory keeps of messages. */
  readonly total: QueueTotal;
  /** What the store keeps of them. */
  readonly stored: QueueTotal;
  readonly topics: TopicCache;
  readonly traffic: TrafficOfListeners;
  readonly router: Router;
  readonly retained: RetainedTree;
}

export function createContext(parts: BrokerParts): BrokerContext {
  const arena = new Arena();
  const counters = new Counters();
  return {
    ...parts,
    arena,
    counters,
    durability: new Durability(parts.journal, parts.requiredLines),
    refusals: new Tally(
      "connections were refused",
      (reason) => counters.countRefused(reason),
      parts.log,
    ),
    throttled: new Tally(
      "clients sent messages faster than their listener allows",
      (reason) => counters.countThrottled(reason),
      parts.log,
    ),
    total: new QueueTotal(parts.options.maxQueuedBytesTotal, parts.log),
    stored: new QueueTotal(parts.journal.maxBytes, parts.log, "store.max_bytes"),
    topics: new TopicCache(undefined, undefined, (length) => arena.roomLong(length)),
    router: new Router(),
    traffic: new TrafficOfListeners(),
    retained: new RetainedTree(parts.options, arena, parts.journal),
  };
}
