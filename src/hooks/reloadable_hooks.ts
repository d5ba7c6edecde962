// Hooks whose rules can be replaced while the broker runs: one object for its whole life, so that the
// broker's reference stays true and an event still costs one property read.
import { createHooks, type Hooks } from "./bus.ts";
import { EVENT_NAMES, type EventName } from "./events.ts";
import type { PacketIdType, Rules } from "./rules.ts";
import type { Sink } from "../sinks/sink.ts";

export class ReloadableHooks {
  /** What the broker is given, once. */
  readonly hooks: Hooks = Object.fromEntries(EVENT_NAMES.map((event) => [event, undefined])) as Hooks;
  readonly #now: () => number;

  /** @param now the turn's time, Unix milliseconds */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** From here on events follow these rules; within one call, so that no event meets half of them. */
  bind(rules: Rules, sinkOf: (url: string) => Sink, packetIdType: PacketIdType): void {
    const bound = createHooks(rules, sinkOf, this.#now, packetIdType);
    const into = this.hooks as { -readonly [E in EventName]: Hooks[EventName] };
    for (const event of EVENT_NAMES) into[event] = bound[event] as Hooks[EventName];
  }
}
