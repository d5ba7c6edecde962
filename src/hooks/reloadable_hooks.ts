// Hooks whose rules can be replaced, and which can be watched, while the broker runs: one object for its
// whole life, so that the broker's reference stays true and an event still costs one property read.
import { optionsFrom } from "../base/option.ts";
import { nothingToPrepare, type Prepared, type Reloadable } from "../base/prepared.ts";
import { createHooks, type Hooks } from "./bus.ts";
import { EVENT_NAMES, type EventData, type EventName } from "./events.ts";
import { LINE_OPTIONS, type LineOptions, type Rules } from "./rules.ts";
import type { Sink } from "../sinks/sink.ts";
import { type Tap, withTap } from "./tap.ts";

interface HooksOptions extends LineOptions {
  readonly rules: Rules;
}

/** Events of every message, which the broker counts anyway. */
const COUNTED_BY_BROKER = [
  "message_publish",
  "message_delivered",
  "message_acked",
  "message_dropped",
] as const;

/** How often each of the other events happened, whether a rule selects it or not. */
export type EventCounts = { [E in Exclude<EventName, (typeof COUNTED_BY_BROKER)[number]>]: number };

export class ReloadableHooks implements Reloadable<HooksOptions> {
  /** What the broker is given, once. */
  readonly hooks: Hooks = Object.fromEntries(EVENT_NAMES.map((event) => [event, undefined])) as Hooks;
  /** Since the start. */
  readonly counts: Readonly<EventCounts>;
  readonly #counts: EventCounts;
  readonly #now: () => number;
  readonly #sinkOf: (url: string) => Sink;
  #bound: Hooks = { ...this.hooks };
  #lines: LineOptions = optionsFrom(LINE_OPTIONS);
  #tap: Tap | undefined = undefined;

  /**
   * No event makes a line yet.
   * @param now the turn's time, Unix milliseconds
   * @param sinkOf the open sink of a rule's URL
   */
  constructor(now: () => number, sinkOf: (url: string) => Sink) {
    this.#now = now;
    this.#sinkOf = sinkOf;
    const counted = EVENT_NAMES.filter((event) => !COUNTED_BY_BROKER.some((other) => other === event));
    this.counts = this.#counts = Object.fromEntries(counted.map((event) => [event, 0])) as EventCounts;
  }

  /** How lines are written now. */
  get lineOptions(): LineOptions {
    return this.#lines;
  }

  /** The sinks of the rules need to be open at `commit` only. */
  prepare({ rules, ...lines }: HooksOptions): Prepared {
    return nothingToPrepare(() => {
      this.#lines = lines;
      this.#bound = createHooks(rules, this.#sinkOf, this.#now, lines);
      this.#install();
    });
  }

  /** Shows every event to `tap` from here on, to nobody else, and to nobody where it is undefined. */
  watch(tap: Tap | undefined): void {
    this.#tap = tap;
    this.#install();
  }

  #install(): void {
    const counts = this.#counts;
    const counted = (event: keyof EventCounts): Hooks[EventName] => {
      const own = this.#bound[event] as ((data: EventData[EventName]) => void) | undefined;
      return (data: EventData[EventName]) => {
        counts[event]++;
        own?.(data);
      };
    };
    const names = Object.keys(counts) as (keyof EventCounts)[];
    const all = {
      ...this.#bound,
      ...Object.fromEntries(names.map((event) => [event, counted(event)])),
    } as Hooks;
    const tapped = this.#tap === undefined ? all : withTap(all, this.#tap, this.#lines, this.#now);
    Object.assign(this.hooks, tapped);
  }
}
