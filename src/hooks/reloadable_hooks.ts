// Hooks whose rules can be replaced while the broker runs: one object for its whole life, so that the
// broker's reference stays true and an event still costs one property read.
import { nothingToPrepare, type Prepared, type Reloadable } from "../base/prepared.ts";
import { createHooks, type Hooks } from "./bus.ts";
import { EVENT_NAMES, type EventName } from "./events.ts";
import type { LineOptions, Rules } from "./rules.ts";
import type { Sink } from "../sinks/sink.ts";

interface HooksOptions extends LineOptions {
  readonly rules: Rules;
}

export class ReloadableHooks implements Reloadable<HooksOptions> {
  /** What the broker is given, once. */
  readonly hooks: Hooks = Object.fromEntries(EVENT_NAMES.map((event) => [event, undefined])) as Hooks;
  readonly #now: () => number;
  readonly #sinkOf: (url: string) => Sink;

  /**
   * No event makes a line yet.
   * @param now the turn's time, Unix milliseconds
   * @param sinkOf the open sink of a rule's URL
   */
  constructor(now: () => number, sinkOf: (url: string) => Sink) {
    this.#now = now;
    this.#sinkOf = sinkOf;
  }

  /** The sinks of the rules need to be open at `commit` only. */
  prepare({ rules, ...lines }: HooksOptions): Prepared {
    return nothingToPrepare(() => {
      const bound = createHooks(rules, this.#sinkOf, this.#now, lines);
      const into = this.hooks as { -readonly [E in EventName]: Hooks[EventName] };
      for (const event of EVENT_NAMES) into[event] = bound[event] as Hooks[EventName];
    });
  }
}
