// From URLs to sinks: the table of schemes, and the set of all open sinks that a turn flushes.
import type { Clock } from "./clock.ts";
import { fileScheme } from "./file/file_scheme.ts";
import { httpScheme } from "./http/http_scheme.ts";
import type { Reconfiguration, Scheme, SinkOptions } from "./scheme.ts";
import { type ReportSink, type Sink, SinkError, type SinkStatus } from "./sink.ts";

export type { SinkOptions } from "./scheme.ts";

/** A new sink is one folder and one line here. */
const SCHEMES: ReadonlyMap<string, Scheme> = new Map([
  ["file", fileScheme],
  ["http", httpScheme],
  ["https", httpScheme],
]);

/** All sinks of a configuration. */
export interface SinkSet extends AsyncDisposable {
  /** The sink of a URL that the set was given; throws SinkError for any other. */
  get(url: string): Sink;
  /** Flushes every sink: the first thing at the end of a turn. */
  flush(): void;
  /** Every sink closes and opens its files again. */
  reopen(): void;
  /** One entry per sink, in the order of the URLs. */
  status(): SinkSetStatus[];
  /**
   * Opens what the URLs of another configuration need besides what is open, and hands over to them with `commit`.
   * Resolves when sinks that were given up before have let go of their places. Throws SinkError when a URL or its
   * options are wrong; the set is then as it was.
   */
  prepare(urls: Iterable<string>, options: SinkOptions): Promise<PreparedSinks>;
}

/** The sinks of another configuration, ready to take the place of those of this one. */
export interface PreparedSinks {
  /**
   * From here on the set has these sinks. Those without a URL are flushed now and disposed of in the background.
   * Returns what only a restart can give to sinks that stay.
   */
  commit(): AfterRestart[];
  /** Closes what was opened for nothing. */
  abandon(): void;
}

/** Keys of the configuration whose new values an open sink cannot take. */
export interface AfterRestart {
  /** Without secrets. */
  readonly url: string;
  readonly keys: readonly string[];
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
  const places = openPlaces(urls, options, new Map(), report, clock);
  return new OpenSinks(places, report, clock);
}

/** What would keep a place from its lines. */
export interface Problem {
  readonly sentence: string;
  /** No sink can be made for the URL: the program would not start. */
  readonly refused: boolean;
}

/** Why lines for `url` could not be kept now; undefined when they could. Leaves nothing behind. */
export function probe(url: string, options: SinkOptions): Problem | undefined {
  try {
    return problemOf(schemeOf(url).probe(url, options));
  } catch (error) {
    return refusalOf(error);
  }
}

/** Whether a URL has a far end, which {@link reach} connects to. */
export function hasFarEnd(url: string): boolean {
  return schemeOf(url).reach !== undefined;
}

/** What keeps the place of `url` from its far end now: it cannot be reached, or another process has the place. */
export async function reach(url: string, options: SinkOptions): Promise<Problem | undefined> {
  try {
    return problemOf(await schemeOf(url).reach?.(url, options));
  } catch (error) {
    return refusalOf(error);
  }
}

function problemOf(sentence: string | undefined): Problem | undefined {
  return sentence === undefined ? undefined : { sentence, refused: false };
}

/** Throws what is no SinkError. */
function refusalOf(error: unknown): Problem {
  if (error instanceof SinkError) return { sentence: error.message, refused: true };
  throw error;
}

interface Places {
  readonly byPlace: ReadonlyMap<string, Sink>;
  readonly byUrl: ReadonlyMap<string, Sink>;
  /** For places that were open already and have other settings now. */
  readonly changes: ReadonlyMap<Sink, Reconfiguration>;
}

/** The sink at each URL's place: one that is `open` already, or a new one. Throws SinkError, and then opens none. */
function openPlaces(
  urls: Iterable<string>,
  options: SinkOptions,
  open: ReadonlyMap<string, Sink>,
  report: ReportSink,
  clock: Clock,
): Places {
  const byPlace = new Map<string, Sink>();
  const byUrl = new Map<string, Sink>();
  const changes = new Map<Sink, Reconfiguration>();
  const places = { byPlace, byUrl, changes };
  try {
    for (const url of urls) {
      const scheme = schemeOf(url);
      const name = scheme.placeOf(url, options);
      let sink = byPlace.get(name);
      if (sink === undefined) {
        const before = open.get(name);
        sink = before ?? scheme.open(url, options, report, clock);
        byPlace.set(name, sink);
        const change = before && scheme.reconfigure(before, url, options);
        if (change !== undefined) changes.set(sink, change);
      }
      byUrl.set(url, sink);
    }
  } catch (error) {
    abandon(places, open);
    throw error;
  }
  return places;
}

class OpenSinks implements SinkSet {
  #places: Places;
  readonly #report: ReportSink;
  readonly #clock: Clock;
  /** Sinks that were given up and have not let go yet. */
  readonly #leaving = new Set<Promise<void>>();

  constructor(places: Places, report: ReportSink, clock: Clock) {
    this.#places = places;
    this.#report = report;
    this.#clock = clock;
  }

  get(url: string): Sink {
    const sink = this.#places.byUrl.get(url);
    if (sink === undefined) throw new SinkError(url, "no sink was opened for this URL.");
    return sink;
  }

  flush(): void {
    for (const sink of this.#places.byPlace.values()) sink.flush();
  }

  reopen(): void {
    for (const sink of this.#places.byPlace.values()) sink.reopen();
  }

  status(): SinkSetStatus[] {
    return Array.from(
      this.#places.byPlace.values(),
      (sink) => ({ url: sink.url, status: sink.status() }),
    );
  }

  async prepare(urls: Iterable<string>, options: SinkOptions): Promise<PreparedSinks> {
    await Promise.all(this.#leaving);
    const before = this.#places;
    const next = openPlaces(urls, options, before.byPlace, this.#report, this.#clock);
    return {
      commit: () => {
        this.#places = next;
        for (const change of next.changes.values()) change.apply();
        for (const sink of without(before.byPlace, next.byPlace)) this.#leave(sink);
        return Array.from(next.changes, ([{ url }, { afterRestart }]) => ({ url, keys: afterRestart }))
          .filter(({ keys }) => keys.length > 0);
      },
      abandon: () => abandon(next, before.byPlace),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const sinks = Array.from(this.#places.byPlace.values(), (sink) => sink[Symbol.asyncDispose]());
    await Promise.all([...sinks, ...this.#leaving]);
  }

  #leave(sink: Sink): void {
    sink.flush();
    const leaving = sink[Symbol.asyncDispose]().finally(() => this.#leaving.delete(leaving));
    this.#leaving.add(leaving);
  }
}

/** The sinks of `places` that `others` has not. */
function without(places: ReadonlyMap<string, Sink>, others: ReadonlyMap<string, Sink>): Sink[] {
  return [...places].filter(([name]) => !others.has(name)).map(([, sink]) => sink);
}

/** Gives up places that were made ready beside those that are `open`. */
function abandon({ byPlace, changes }: Places, open: ReadonlyMap<string, Sink>): void {
  for (const change of changes.values()) change.abandon();
  // Nothing was appended to them, so there is nothing to wait for; a sink's disposal does not reject.
  for (const sink of without(byPlace, open)) void sink[Symbol.asyncDispose]();
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
