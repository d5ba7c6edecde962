// What the deliveries of all sessions share.
import type { Clock } from "../base/clock.ts";
import type { Hooks } from "../hooks/bus.ts";
import type { Journal } from "../store/journal.ts";
import type { Arena } from "./arena.ts";
import type { Counters } from "./counters.ts";
import type { QueueTotal } from "./queue_total.ts";
import type { Turn } from "./turn.ts";

export interface DeliveryContext {
  readonly hooks: Hooks;
  readonly turn: Turn;
  readonly clock: Clock;
  readonly arena: Arena;
  readonly counters: Counters;
  readonly journal: Journal;
  /** What memory keeps. */
  readonly total: QueueTotal;
  /** What the store keeps. */
  readonly stored: QueueTotal;
}
