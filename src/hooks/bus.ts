// The bus: turns events into lines, one for each matching rule and URL, and hands them to the sinks.
import { optionsFrom } from "../base/option.ts";
import { jsonText } from "../mqtt/json_text.ts";
import { topicMatches } from "../mqtt/topics.ts";
import type { Sink } from "../sinks/sink.ts";
import {
  EVENT_NAMES,
  type EventData,
  eventHasTopic,
  eventIsOfDelivery,
  type EventName,
  isOwnMessage,
} from "./events.ts";
import { Instant } from "./instant.ts";
import { joined } from "./joined.ts";
import { type Lines, linesWith } from "./lines.ts";
import { LINE_OPTIONS, type LineOptions, type Rule, type Rules } from "./rules.ts";

/**
 * What the broker calls. An event without a rule is `undefined`: `hooks.message_publish?.(message)` costs a
 * test.
 */
export type Hooks = { readonly [E in EventName]: ((data: EventData[E]) => void) | undefined };

/** A rule with its URLs opened. */
interface BoundRule {
  /** `{"action":"…",` */
  readonly head: string;
  readonly topics: readonly string[] | undefined;
  readonly sinks: readonly Sink[];
}

/**
 * Binds rules to their sinks.
 * @param sinkOf the open sink of a rule's URL
 * @param now the turn's time, Unix milliseconds
 * @param options how lines are written
 */
export function createHooks(
  rules: Rules,
  sinkOf: (url: string) => Sink,
  now: () => number,
  options: LineOptions = optionsFrom(LINE_OPTIONS),
): Hooks {
  const lines = linesWith(options);
  const moment = new Instant();
  const instant = (): Instant => {
    moment.set(now());
    return moment;
  };
  const bound: { [E in EventName]?: (data: EventData[E]) => void } = {};
  for (const event of EVENT_NAMES) bindEvent(bound, event, rules[event] ?? [], lines, sinkOf, instant);
  return bound as Hooks;
}

function bindEvent<E extends EventName>(
  into: { [K in E]?: (data: EventData[K]) => void },
  event: E,
  rules: readonly Rule[],
  lines: Lines,
  sinkOf: (url: string) => Sink,
  instant: () => Instant,
): void {
  const bound = rules.map((rule) => bindRule(rule, sinkOf)).filter((rule) => rule.sinks.length > 0);
  if (bound.length === 0) return;
  const line: (data: EventData[E], at: Instant) => string = lines[event];
  const isDelivery = eventIsOfDelivery(event);
  const topicOf = eventHasTopic(event) ? eventTopic : undefined;
  into[event] = (data) => {
    if (isDelivery && isOwnMessage(data)) return;
    let rest: string | undefined;
    for (const rule of bound) {
      if (rule.topics !== undefined && topicOf !== undefined && !selects(rule.topics, topicOf(data))) {
        continue;
      }
      rest ??= line(data, instant());
      for (const sink of rule.sinks) sink.append(rule.head + rest);
    }
  };
}

function bindRule(rule: Rule, sinkOf: (url: string) => Sink): BoundRule {
  return {
    head: joined('{"action":', jsonText(rule.action), ","),
    topics: rule.topics,
    // Two URLs of one place still make two lines there, as two URLs of two places would.
    sinks: rule.urls.map(sinkOf),
  };
}

function selects(filters: readonly string[], topic: string): boolean {
  return filters.some((filter) => topicMatches(filter, topic));
}

/** The topic of an event that has one: its own (for subscriptions the filter), or its message's. */
function eventTopic(data: EventData[EventName]): string {
  if ("topic" in data) return data.topic;
  return "message" in data ? data.message.topic : "";
}
