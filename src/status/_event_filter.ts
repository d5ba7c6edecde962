// Which events a reader of the stream wants: as `hookline tail` selects lines, but of events that have no
// line yet.
import { EVENT_NAMES, type EventData, eventHasTopic, type EventName } from "../hooks/events.ts";
import { topicMatches } from "../mqtt/topics.ts";
import { Refused } from "./_answers.ts";
import type { Query } from "./_query.ts";

export class EventFilter {
  readonly #events: readonly string[];
  readonly #topic: string | undefined;
  readonly #client: string | undefined;

  /** Throws Refused for what is no event or no Topic Filter. */
  constructor(query: Query) {
    this.#events = query.texts("event");
    const unknown = this.#events.find((name) => !EVENT_NAMES.some((event) => event === name));
    if (unknown !== undefined) throw new Refused(400, `event must be one of ${EVENT_NAMES.join(", ")}.`);
    this.#topic = query.topicFilter("topic");
    this.#client = query.text("client");
  }

  selects(event: EventName, data: EventData[EventName]): boolean {
    if (this.#events.length > 0 && !this.#events.includes(event)) return false;
    if (this.#topic !== undefined && !(eventHasTopic(event) && topicMatches(this.#topic, topicOf(data)))) {
      return false;
    }
    return this.#client === undefined || isAbout(data, this.#client);
  }
}

function topicOf(data: EventData[EventName]): string {
  if ("topic" in data) return data.topic;
  return "message" in data ? data.message.topic : "";
}

/** The event is about the client, or about a message that it published. */
function isAbout(data: EventData[EventName], client: string): boolean {
  if ("identity" in data && data.identity?.clientId === client) return true;
  if ("message" in data) return data.message.from.clientId === client;
  return "from" in data && data.from.clientId === client;
}
