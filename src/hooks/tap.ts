// Watching events as they happen, beside all rules: what nobody watches costs nothing.
import { jsonText } from "../mqtt/json_text.ts";
import type { Hooks } from "./bus.ts";
import { EVENT_NAMES, type EventData, type EventName, isOwnMessage } from "./events.ts";
import { Instant } from "./instant.ts";
import { linesWith } from "./lines.ts";
import type { LineOptions } from "./rules.ts";

/** Bytes of a payload that is shown; of a longer one only its length is. */
const MOST_PAYLOAD = 48 * 1024;

/** Someone who watches. Both are called within the turn: they neither throw nor wait. */
export interface Tap {
  /** Shown each event but those of the broker's own messages; true: {@link take} follows, with its line. */
  wants(event: EventName, data: EventData[EventName]): boolean;
  /** @param line as a rule with the event's name as action would write it, its newline included */
  take(line: string): void;
}

function payloadBytes(data: EventData[EventName]): number {
  if ("message" in data) return data.message.payload.length;
  return "payload" in data ? data.payload.length : 0;
}

/** The same hooks, whose every event `tap` is shown after them. */
export function withTap(hooks: Hooks, tap: Tap, options: LineOptions, now: () => number): Hooks {
  const lines = linesWith(options);
  const withoutPayload = linesWith({ ...options, redactPayload: true });
  const moment = new Instant();
  const tapped = <E extends EventName>(event: E): (data: EventData[E]) => void => {
    const own = hooks[event] as ((data: EventData[E]) => void) | undefined;
    const line: (data: EventData[E], at: Instant) => string = lines[event];
    const short: (data: EventData[E], at: Instant) => string = withoutPayload[event];
    const head = `{"action":${jsonText(event)},`;
    return (data) => {
      own?.(data);
      if (isOwnMessage(data) || !tap.wants(event, data)) return;
      moment.set(now());
      const bytes = payloadBytes(data);
      if (bytes <= MOST_PAYLOAD) tap.take(head + line(data, moment));
      else tap.take(`${head}"payload_omitted":${bytes},${short(data, moment)}`);
    };
  };
  return Object.fromEntries(EVENT_NAMES.map((event) => [event, tapped(event)])) as unknown as Hooks;
}
