// The HTTP sink: a store that keeps events and a deliverer that carries them to the endpoint, tied together.
import { isDeepStrictEqual } from "node:util";
import type { Clock } from "../clock.ts";
import { type Disk, realDisk } from "../file/disk.ts";
import { reason } from "../file/reason.ts";
import type { Tell } from "../file/line_writer.ts";
import type { FileOptions } from "../file/options.ts";
import type { Reconfiguration } from "../scheme.ts";
import { type ReportSink, type Sink, SinkError, type SinkStatus } from "../sink.ts";
import { type Connection, connectionTo } from "./_connection.ts";
import { Deliverer } from "./_deliverer.ts";
import { MemoryStore } from "./_memory_store.ts";
import { Poster } from "./_post.ts";
import { spoolFolderName, SpoolInUse } from "./_spool_folder.ts";
import { SpoolStore } from "./_spool_store.ts";
import type { Store, StoreLimits } from "./_store.ts";
import { type Target, targetOf } from "./_target.ts";
import type { HttpEndpoint, HttpOptions } from "./options.ts";

export interface HttpSinkOptions extends HttpOptions {
  readonly file: Pick<FileOptions, "fsync" | "bufferBytes">;
  readonly endpoint: Partial<HttpEndpoint>;
}

/** What decides how events are kept and in which order they leave: an open sink cannot change it. */
const RESTART_KEYS = [["spool", "spool"], ["spool_dir", "spoolDir"], ["http_order", "order"]] as const;

export class HttpSink implements Sink {
  readonly url: string;
  readonly #store: Store;
  readonly #poster: Poster;
  readonly #deliverer: Deliverer;
  #options: HttpSinkOptions;
  /** What stood in the PEM files. */
  #tls: Target["tls"];
  #disposing: Promise<void> | undefined;

  /** Throws SinkError when the URL, a PEM file or the spool is not usable; a folder that takes nothing now is no error. */
  constructor(
    url: string,
    options: HttpSinkOptions,
    report: ReportSink,
    clock: Clock,
    disk: Disk = realDisk,
  ) {
    const target = targetOf(url, options.endpoint);
    this.url = target.shownUrl;
    this.#options = options;
    this.#tls = target.tls;
    const tell: Tell = (level, text, dropped = 0) =>
      report({ level, url: this.url, text, ...(dropped > 0 ? { dropped } : {}) });
    this.#poster = new Poster(connectionOf(target, options), clock);
    try {
      this.#store = this.#openStore(target, options, tell, clock, disk);
    } catch (error) {
      this.#poster[Symbol.dispose]();
      throw error instanceof SpoolInUse
        ? new SinkError(this.url, `${error.message}.`, { cause: error })
        : error;
    }
    this.#deliverer = new Deliverer(
      this.#store,
      this.#poster,
      deliveryOf(options),
      (level, text, dropped) => tell(level, `The endpoint ${text}`, dropped),
      clock,
    );
    this.#deliverer.wake();
  }

  /** Makes other options ready, PEM files read; undefined for the same. Throws SinkError when they cannot be used. */
  reconfigure(url: string, options: HttpSinkOptions): Reconfiguration | undefined {
    const target = targetOf(url, options.endpoint);
    if (isDeepStrictEqual([options, target.tls], [this.#options, this.#tls])) return undefined;
    const connection = connectionOf(target, options);
    const { spool, spoolDir, order } = this.#options;
    const kept = { spool, spoolDir, order };
    const refused = RESTART_KEYS.filter(([, name]) => options[name] !== kept[name]);
    return {
      apply: () => {
        // What waits for a restart differs, and is told, at the next reload too.
        this.#options = { ...options, ...kept };
        this.#tls = target.tls;
        this.#poster.use(connection);
        this.#store.reconfigure(storeLimitsOf(options));
        this.#deliverer.reconfigure(deliveryOf(options));
      },
      abandon: () => connection.client.close(),
      afterRestart: refused.map(([key]) => key),
    };
  }

  append(line: string): void {
    this.#store.append(line);
  }

  flush(): void {
    this.#store.flush();
  }

  reopen(): void {
    this.#store.reopen();
  }

  status(): SinkStatus {
    const lastError = this.#store.failure ?? this.#deliverer.lastError;
    return {
      state: lastError === undefined ? "ok" : "degraded",
      linesWritten: this.#deliverer.delivered,
      linesWaiting: this.#store.waiting,
      linesDropped: { ...this.#store.dropped },
      ...(lastError === undefined ? {} : { lastError }),
    };
  }

  /** Requests in flight get `shutdown_timeout`; what was not delivered then is sent after the next start. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.#disposing ??= this.#dispose();
  }

  async #dispose(): Promise<void> {
    this.flush();
    await this.#deliverer.stop(this.#options.shutdownTimeout);
    await this.#store.close();
    this.#poster[Symbol.dispose]();
  }

  #openStore(target: Target, options: HttpSinkOptions, tell: Tell, clock: Clock, disk: Disk): Store {
    const more = (): void => this.#deliverer?.wake();
    const withClients = options.order === "client";
    if (!options.spool) return new MemoryStore(options.queueCapacity, withClients, more, tell, clock);
    const spool = {
      folder: `${options.spoolDir}/${spoolFolderName(target.url)}`,
      shownUrl: target.shownUrl,
      withClients,
      ...storeLimitsOf(options),
    };
    return new SpoolStore(spool, more, tell, clock, disk);
  }
}

function storeLimitsOf({ spoolMaxBytes, queueCapacity, file }: HttpSinkOptions): StoreLimits {
  return { maxBytes: spoolMaxBytes, capacity: queueCapacity, file };
}

/** The options of all endpoints with those of this one over them. */
function deliveryOf({ endpoint, ...options }: HttpSinkOptions): HttpOptions {
  return {
    ...options,
    concurrency: endpoint.concurrency ?? options.concurrency,
    batchMax: endpoint.batchMax ?? options.batchMax,
    timeout: endpoint.timeout ?? options.timeout,
  };
}

function connectionOf(target: Target, options: HttpSinkOptions): Connection {
  try {
    return connectionTo(target, deliveryOf(options));
  } catch (error) {
    throw new SinkError(target.shownUrl, `its certificates cannot be used: ${reason(error)}.`, {
      cause: error,
    });
  }
}
