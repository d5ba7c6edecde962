// The HTTP sink: a backlog that keeps events, and a deliverer that carries them to the endpoint.
import { isDeepStrictEqual } from "node:util";
import type { Clock } from "../../base/clock.ts";
import { type Log, withFields } from "../../base/log.ts";
import type { Prepared } from "../../base/prepared.ts";
import type { Outcome } from "../delivery/send_again.ts";
import { Deliverer } from "../delivery/deliverer.ts";
import { type Disk, realDisk } from "../lines/disk.ts";
import type { Intake } from "../lines/intake.ts";
import type { SinkOptions, UrlOptions } from "../options.ts";
import { type Sink, SinkError, type SinkStatus } from "../sink.ts";
import type { Backlog, BacklogLimits } from "../spool/backlog.ts";
import { redeliverParked } from "../spool/redeliver_parked.ts";
import { MemoryQueue } from "../spool/memory_queue.ts";
import { Spool } from "../spool/spool.ts";
import { spoolFolderName, SpoolInUse } from "../spool/spool_folder.ts";
import { connectionTo, Poster } from "./_poster.ts";
import { type Target, targetOf } from "./_target.ts";
import { HTTP_OPTIONS, type HttpOptions } from "./options.ts";

/** Decide how events are kept and in which order they leave: an open sink cannot change them. */
const AFTER_RESTART = ["spool", "spoolDir", "order"] as const;

/** Parked events that are on their way at once, beside those that were never refused. */
const MOST_AGAIN = 4;

/** The options of one endpoint: those of all, and what its own table says. */
interface Options {
  readonly http: HttpOptions;
  readonly limits: BacklogLimits;
  /** With what stood in the PEM files. */
  readonly target: Target;
}

export class HttpSink implements Sink {
  readonly url: string;
  readonly #backlog: Backlog;
  readonly #poster: Poster;
  readonly #deliverer: Deliverer;
  #options: Options;
  readonly #log: Log;
  readonly #ending = new AbortController();
  #redelivering: Promise<Outcome> | undefined;
  #disposing: Promise<void> | undefined;

  /** Throws SinkError when the URL, a PEM file or the spool is of no use; a full disk is no error. */
  constructor(url: string, options: SinkOptions, log: Log, clock: Clock, disk: Disk = realDisk) {
    this.#options = optionsOf(url, options);
    const { http, target } = this.#options;
    this.url = target.shownUrl;
    const own = this.#log = withFields(log, { url: this.url });
    this.#poster = new Poster(connectionTo(target, http), clock);
    try {
      this.#backlog = this.#openBacklog(own, clock, disk);
    } catch (error) {
      this.#poster[Symbol.dispose]();
      throw error instanceof SpoolInUse
        ? new SinkError(this.url, `${error.message}.`, { cause: error })
        : error;
    }
    this.#deliverer = new Deliverer(this.#backlog, this.#poster, http, own, clock);
    this.#deliverer.wake();
  }

  append(line: string): void {
    this.#backlog.append(line);
  }

  flush(): void {
    this.#backlog.flush();
  }

  reopen(): void {
    this.#backlog.reopen();
  }

  get intake(): Intake {
    return this.#backlog.intake;
  }

  status(): SinkStatus {
    const { oldest, bytes, parked } = this.#backlog;
    const lastError = this.#backlog.intake.failure ?? this.#deliverer.lastError;
    return {
      state: lastError === undefined ? "ok" : "degraded",
      linesWritten: this.#deliverer.delivered,
      linesWaiting: this.#backlog.waiting,
      linesDropped: { ...this.#backlog.dropped },
      ...oldest !== undefined && { oldestWaiting: oldest },
      ...bytes !== undefined && { spoolBytes: bytes },
      ...parked !== undefined && { parkedBytes: parked.bytes },
      ...(lastError === undefined ? {} : { lastError }),
    };
  }

  redeliver(signal: AbortSignal): Promise<Outcome> | undefined {
    const { parked } = this.#backlog;
    if (parked === undefined) return undefined;
    const concurrency = Math.min(MOST_AGAIN, this.#options.http.concurrency);
    const until = AbortSignal.any([signal, this.#ending.signal]);
    this.#redelivering ??= redeliverParked(parked, this.#poster, concurrency, until, this.#log)
      .finally(() => this.#redelivering = undefined);
    return this.#redelivering;
  }

  prepare(url: string, options: SinkOptions): Prepared | undefined {
    const next = optionsOf(url, options);
    const before = this.#options;
    if (isDeepStrictEqual(next, before)) return undefined;
    const connection = connectionTo(next.target, next.http);
    const late = AFTER_RESTART.filter((name) => next.http[name] !== before.http[name])
      .map((name) => HTTP_OPTIONS[name].key);
    const kept = Object.fromEntries(AFTER_RESTART.map((name) => [name, before.http[name]]));
    return {
      commit: () => {
        // What waits for a restart differs, and is told, at the next reload too.
        this.#options = { ...next, http: { ...next.http, ...kept } };
        this.#poster.use(connection);
        this.#backlog.reconfigure(next.limits);
        this.#deliverer.reconfigure(next.http);
      },
      abandon: () => connection[Symbol.dispose](),
      afterRestart: late.length === 0
        ? []
        : [`${this.url}: its new ${late.join(", ")} take effect after a restart`],
    };
  }

  /** Requests in flight get `shutdown_timeout`; what was not delivered then is sent after the next start. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.#disposing ??= this.#dispose();
  }

  async #dispose(): Promise<void> {
    this.flush();
    this.#ending.abort();
    await this.#redelivering;
    await this.#deliverer.stop(this.#options.http.shutdownTimeout);
    await this.#backlog.close();
    this.#poster[Symbol.dispose]();
  }

  #openBacklog(log: Log, clock: Clock, disk: Disk): Backlog {
    const { http, limits, target } = this.#options;
    const onMore = (): void => this.#deliverer?.wake();
    if (!http.spool) return new MemoryQueue(limits.capacity, onMore, log, clock);
    const folder = `${http.spoolDir}/${spoolFolderName(target.url)}`;
    return new Spool({ folder, shownUrl: target.shownUrl, ...limits }, onMore, log, clock, disk);
  }
}

function optionsOf(url: string, { http, file: { fsync, bufferBytes }, endpoints }: SinkOptions): Options {
  const { required: _, timeout, concurrency, batchMax, ...endpoint }: UrlOptions = endpoints.get(url) ?? {};
  return {
    http: {
      ...http,
      timeout: timeout ?? http.timeout,
      concurrency: concurrency ?? http.concurrency,
      batchMax: batchMax ?? http.batchMax,
    },
    limits: { maxBytes: http.spoolMaxBytes, capacity: http.queueCapacity, fsync, bufferBytes },
    target: targetOf(url, endpoint),
  };
}
