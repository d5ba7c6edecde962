// One request to the HTTP API, as its endpoints see it.
import type { HttpApiOptions } from "./options.ts";
import type { Query } from "./_query.ts";
import type { StatusSources } from "./sources.ts";
import type { Streams } from "./_streams.ts";
import type { TopicCounts } from "./_topic_counts.ts";

export interface Call {
  readonly request: Request;
  readonly query: Query;
  /** What stands in the place of `{name}` in the path. */
  readonly path: Readonly<Record<string, string>>;
  /** Address and port of whoever asks. */
  readonly peer: string;
  readonly options: HttpApiOptions;
  readonly sources: StatusSources;
  readonly streams: Streams;
  readonly topics: TopicCounts;
  /** When the program started, Unix milliseconds. */
  readonly started: number;
}

export interface EndpointEntry {
  readonly method: "GET" | "POST" | "DELETE";
  /** Behind `/api/v1`: `/clients/{clientid}`. */
  readonly path: string;
  readonly name: string;
  readonly descr: string;
  /** Throws Refused. */
  readonly answer: (call: Call) => Response | Promise<Response>;
}
