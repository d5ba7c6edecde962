// The set of all open sinks, which a turn flushes, and how it becomes that of another configuration.
import type { Clock } from "../base/clock.ts";
import type { Log } from "../base/log.ts";
import { OnceAMinute } from "../base/once_a_minute.ts";
import type { Outcome } from "./delivery/send_again.ts";
import type { Prepared } from "../base/prepared.ts";
import type { SinkOptions } from "./options.ts";
import { schemeOf } from "./schemes.ts";
import { maskUrl } from "./mask_url.ts";
import { type Sink, SinkError, type SinkStatus } from "./sink.ts";

export type { SinkOptions } from "./options.ts";

/** All sinks of a configuration. */
export interface SinkSet extends AsyncDisposable {
  /** The sink of a URL that the set was given; throws SinkError for any other. */
  get(url: string): Sink;
  /**
   * Flushes every sink: the first thing at the end of a turn. False where one that is required began to take
   * no lines in this turn: nothing may leave that stands for one.
   */
  flush(): boolean;
  /** Why one that is required takes no lines now, as a sentence. */
  readonly trouble: string | undefined;
  /** Lines that required ones never got. */
  readonly lost: number;
  /** Every sink closes and opens its files again. */
  reopen(): void;
  /** One entry per sink, in the order of the URLs. */
  status(): SinkSetStatus[];
  /**
   * Sends parked events of a sink again; undefined where it parks none.
   * @param index among those of `status`
   */
  redeliver(index: number, signal: AbortSignal): Promise<Outcome> | undefined;
  /**
   * Opens what the URLs of another configuration need besides what is open. `commit` hands over to them:
   * sinks without a URL are flushed, and end in the background. Resolves when sinks that were given up before
   * have let go of their places. Rejects with SinkError when a URL or its options are wrong.
   */
  prepare(urls: Iterable<string>, options: SinkOptions): Promise<Prepared>;
}

export interface SinkSetStatus {
  readonly url: string;
  readonly status: SinkStatus;
}

/**
 * Opens one sink per place. A place that takes no lines now is no error: its sink tells and tries again.
 * Throws SinkError when a URL or its options are wrong; nothing stays open then.
 */
export function openSinks(urls: Iterable<string>, options: SinkOptions, log: Log, clock: Clock): SinkSet {
  return new OpenSinks(openPlaces(urls, options, new Map(), log, clock), log, clock);
}

interface Places {
  readonly byPlace: ReadonlyMap<string, Sink>;
  readonly byUrl: ReadonlyMap<string, Sink>;
  /** Those without whose lines nothing may be acknowledged. */
  readonly required: ReadonlySet<Sink>;
  /** For places that were open already and have other options now. */
  readonly changes: ReadonlyMap<Sink, Prepared>;
}

/** The sink at each URL's place, one that is `open` or a new one. Throws SinkError, and then opens none. */
function openPlaces(
  urls: Iterable<string>,
  options: SinkOptions,
  open: ReadonlyMap<string, Sink>,
  log: Log,
  clock: Clock,
): Places {
  const byPlace = new Map<string, Sink>();
  const byUrl = new Map<string, Sink>();
  const changes = new Map<Sink, Prepared>();
  const required = new Set<Sink>();
  const places = { byPlace, byUrl, required, changes };
  try {
    for (const url of urls) {
      const scheme = schemeOf(url);
      const name = scheme.placeOf(url, options.cwd);
      let sink = byPlace.get(name);
      if (sink === undefined) {
        const before = open.get(name);
        sink = before ?? scheme.open(url, options, log, clock);
        byPlace.set(name, sink);
        const change = before?.prepare(url, options);
        if (change !== undefined) changes.set(sink, change);
      }
      byUrl.set(url, sink);
      if (options.endpoints.get(url)?.required) required.add(sink);
    }
  } catch (error) {
    abandon(places, open);
    throw error;
  }
  return places;
}

const REFUSING = "lines that are required are not written: QoS 1 and 2 messages, CONNECT and SUBSCRIBE are " +
  "refused until they are";

class OpenSinks implements SinkSet {
  /** Sinks that were given up and have not let go yet. */
  readonly #leaving = new Set<Promise<void>>();
  readonly #refusing: OnceAMinute<void>;
  /** How often required ones had begun to take no lines when the last turn ended. */
  #failures: number;

  constructor(private places: Places, private readonly log: Log, private readonly clock: Clock) {
    this.#failures = failuresOf(places);
    this.#refusing = new OnceAMinute(clock, () => log("error", REFUSING));
  }

  get(url: string): Sink {
    const sink = this.places.byUrl.get(url);
    if (sink === undefined) throw new SinkError(url, "no sink was opened for this URL.");
    return sink;
  }

  flush(): boolean {
    for (const sink of this.places.byPlace.values()) sink.flush();
    const before = this.#failures;
    this.#failures = failuresOf(this.places);
    if (this.#failures === before) return true;
    this.#refusing.add(undefined);
    return false;
  }

  get trouble(): string | undefined {
    for (const { intake: { failure } } of this.places.required) if (failure !== undefined) return failure;
    return undefined;
  }

  get lost(): number {
    let lost = 0;
    for (const { intake } of this.places.required) {
      for (const lines of Object.values(intake.dropped)) lost += lines;
    }
    return lost;
  }

  reopen(): void {
    for (const sink of this.places.byPlace.values()) sink.reopen();
  }

  status(): SinkSetStatus[] {
    return Array.from(
      this.places.byPlace.values(),
      (sink) => ({ url: sink.url, status: sink.status() }),
    );
  }

  redeliver(index: number, signal: AbortSignal): Promise<Outcome> | undefined {
    return [...this.places.byPlace.values()][index]?.redeliver?.(signal);
  }

  async prepare(urls: Iterable<string>, options: SinkOptions): Promise<Prepared> {
    await Promise.all(this.#leaving);
    const before = this.places;
    const next = openPlaces(urls, options, before.byPlace, this.log, this.clock);
    return {
      commit: () => {
        this.places = next;
        this.#failures = failuresOf(next);
        for (const change of next.changes.values()) change.commit();
        for (const { url } of without(next.byPlace, before.byPlace)) {
          this.log("info", `events go to ${maskUrl(url)}`);
        }
        for (const sink of without(before.byPlace, next.byPlace)) this.#leave(sink);
      },
      abandon: () => abandon(next, before.byPlace),
      afterRestart: [...next.changes.values()].flatMap(({ afterRestart }) => afterRestart),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const sinks = Array.from(this.places.byPlace.values(), (sink) => sink[Symbol.asyncDispose]());
    await Promise.all([...sinks, ...this.#leaving]);
    this.#refusing[Symbol.dispose]();
  }

  #leave(sink: Sink): void {
    sink.flush();
    const { linesWaiting: waiting } = sink.status();
    this.log("info", `events no longer go to ${maskUrl(sink.url)}`, waiting > 0 ? { waiting } : {});
    const leaving = sink[Symbol.asyncDispose]().finally(() => this.#leaving.delete(leaving));
    this.#leaving.add(leaving);
  }
}

/** How often they began to take no lines. */
function failuresOf({ required }: Places): number {
  let failures = 0;
  for (const { intake } of required) failures += intake.failures;
  return failures;
}

/** The sinks of `places` that `others` has not. */
function without(places: ReadonlyMap<string, Sink>, others: ReadonlyMap<string, Sink>): Sink[] {
  return [...places].filter(([name]) => !others.has(name)).map(([, sink]) => sink);
}

/** Gives up places that were made ready beside those that are `open`. */
function abandon({ byPlace, changes }: Places, open: ReadonlyMap<string, Sink>): void {
  for (const change of changes.values()) void change.abandon();
  // Nothing was appended to them, so there is nothing to wait for; a sink's disposal does not reject.
  for (const sink of without(byPlace, open)) void sink[Symbol.asyncDispose]();
}
