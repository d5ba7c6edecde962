// From URLs to sinks: the table of schemes, and the set of all open sinks that a turn flushes.
import type { Clock } from "./clock.ts";
import { fileScheme } from "./file/file_scheme.ts";
import type { Scheme, SinkOptions } from "./scheme.ts";
import { type ReportSink, type Sink, SinkError, type SinkStatus } from "./sink.ts";

export type { SinkOptions } from "./scheme.ts";

/** A new sink is one folder and one line here. */
const SCHEMES: ReadonlyMap<string, Scheme> = new Map([
  ["file", fileScheme],
  ["http", notYet("http")],
  ["https", notYet("https")],
]);

/** All sinks of a configuration. */
export interface SinkSet extends AsyncDisposable {
  /** The sink of a URL that `openSinks` was given; throws SinkError for any other. */
  get(url: string): Sink;
  /** Flushes every sink: the first thing at the end of a turn. */
  flush(): void;
  /** Every sink closes and opens its files again. */
  reopen(): void;
  /** One entry per sink, in the order of the URLs. */
  status(): SinkSetStatus[];
}

export interface SinkSetStatus {
  readonly url: string;
  readonly status: SinkStatus;
}

/**
 * Opens one sink per place. A place that takes no lines now is no error: its sink reports itself and tries again.
 * Throws SinkError when a URL or its options are wrong; nothing stays open then.
 */
export function openSinks(
  urls: Iterable<string>,
  options: SinkOptions,
  report: ReportSink,
  clock: Clock,
): SinkSet {
  const byPlace = new Map<string, Sink>();
  const byUrl = new Map<string, Sink>();
  const set = new OpenSinks(byPlace, byUrl);
  try {
    for (const url of urls) {
      const scheme = schemeOf(url);
      const place = scheme.placeOf(url, options);
      const sink = byPlace.get(place) ?? scheme.open(url, options, report, clock);
      byPlace.set(place, sink);
      byUrl.set(url, sink);
    }
  } catch (error) {
    // Nothing was appended yet, so there is nothing to wait for; a sink's disposal does not reject.
    void set[Symbol.asyncDispose]();
    throw error;
  }
  return set;
}

/** Why lines for `url` could not be kept now, as a sentence; undefined when they could. Leaves nothing behind. */
export function probe(url: string, options: SinkOptions): string | undefined {
  try {
    return schemeOf(url).probe(url, options);
  } catch (error) {
    if (error instanceof SinkError) return error.message;
    throw error;
  }
}

class OpenSinks implements SinkSet {
  constructor(
    private readonly byPlace: ReadonlyMap<string, Sink>,
    private readonly byUrl: ReadonlyMap<string, Sink>,
  ) {}

  get(url: string): Sink {
    const sink = this.byUrl.get(url);
    if (sink === undefined) throw new SinkError(url, "no sink was opened for this URL.");
    return sink;
  }

  flush(): void {
    for (const sink of this.byPlace.values()) sink.flush();
  }

  reopen(): void {
    for (const sink of this.byPlace.values()) sink.reopen();
  }

  status(): SinkSetStatus[] {
    return Array.from(this.byPlace.values(), (sink) => ({ url: sink.url, status: sink.status() }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(Array.from(this.byPlace.values(), (sink) => sink[Symbol.asyncDispose]()));
  }
}

function schemeOf(url: string): Scheme {
  const name = /^([a-z][a-z0-9+.-]*):/i.exec(url)?.[1]?.toLowerCase();
  const scheme = name === undefined ? undefined : SCHEMES.get(name);
  if (scheme !== undefined) return scheme;
  const allowed = Array.from(SCHEMES.keys(), (key) => `${key}:`).join(", ");
  throw new SinkError(
    url,
    name === undefined
      ? `this is not a URL; it must start with one of ${allowed}.`
      : `there is no sink for ${name}: URLs; allowed are ${allowed}.`,
  );
}

function notYet(name: string): Scheme {
  const refuse = (url: string): never => {
    throw new SinkError(url, `${name}: sinks are not available in this build yet; use a file: URL.`);
  };
  return { placeOf: refuse, open: refuse, probe: refuse };
}
