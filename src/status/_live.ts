// What happens while somebody looks: events and log entries as streams, and counts of topics.
import { json } from "./_answers.ts";
import type { EndpointEntry } from "./_call.ts";
import { EventFilter } from "./_event_filter.ts";

export const LIVE_ENDPOINTS: readonly EndpointEntry[] = [
  {
    method: "GET",
    path: "/events",
    name: "stream_events",
    descr: "Events as they happen, as Server-Sent Events",
    answer: ({ query, streams }) => streams.events(new EventFilter(query)),
  },
  {
    method: "GET",
    path: "/log",
    name: "stream_log",
    descr: "Entries of the daemon's log, as Server-Sent Events",
    answer: ({ streams, sources }) => streams.log(sources.entries),
  },
  {
    method: "GET",
    path: "/topics",
    name: "get_topics",
    descr: "Topics, how often they are published to, and their last payload",
    answer: ({ query, topics, options }) => json(topics.ask(query, options.maxRowLimit)),
  },
];
