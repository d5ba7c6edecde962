// Options of the HTTP sink; the contract's names, meanings and defaults where it has them.

export interface HttpOptions {
  /** `http_timeout`, milliseconds for one request, answer included. */
  readonly timeout: number;
  /** `retry_max_elapsed_time`, milliseconds an event is tried for before it is parked in `failed.jsonl`. */
  readonly retryMaxElapsed: number;
  /** `retry_multiplier` between two waits. */
  readonly retryMultiplier: number;
  /** `concurrency_limit`: requests in flight to one URL. */
  readonly concurrency: number;
  /** `queue_capacity`: events that wait for one URL. */
  readonly queueCapacity: number;
  /** `spool`: events wait in files; false: in memory only, newest dropped past `queue_capacity`. */
  readonly spool: boolean;
  /** `spool_dir`: one folder per URL is made in it. */
  readonly spoolDir: string;
  /** `spool_max_bytes` of one URL; past it the oldest segment goes, counted and logged. */
  readonly spoolMaxBytes: number;
  /** `http_order`: `client` sends the events of one Client Identifier one after the other. */
  readonly order: "none" | "client";
  /** `http_batch_max`: events in one request; above 1 the body is newline-delimited JSON. */
  readonly batchMax: number;
  /** `http_batch_wait`, milliseconds a batch that is not full waits for more. */
  readonly batchWait: number;
  /** `http_compression` of request bodies. */
  readonly compression: "none" | "gzip";
  /** `shutdown_timeout`, milliseconds that requests in flight get at the end. */
  readonly shutdownTimeout: number;
}

export const HTTP_DEFAULTS: HttpOptions = {
  timeout: 8_000,
  retryMaxElapsed: 60_000,
  retryMultiplier: 2.5,
  concurrency: 128,
  queueCapacity: 300_000,
  spool: true,
  spoolDir: "./spool",
  spoolMaxBytes: 1024 * 1024 * 1024,
  order: "none",
  batchMax: 1,
  batchWait: 20,
  compression: "none",
  shutdownTimeout: 10_000,
};

/** An entry of `urls`: a bare URL, or a table that gives this one URL options of its own. */
export interface HttpEndpoint {
  readonly url: string;
  /** Request headers, `${NAME}` already replaced. Never shown in logs, errors or `check`. */
  readonly headers?: Readonly<Record<string, string>>;
  /** PEM files. */
  readonly caFile?: string;
  readonly certFile?: string;
  readonly keyFile?: string;
  /** Instead of `http_timeout`, milliseconds. */
  readonly timeout?: number;
  /** Instead of `concurrency_limit`. */
  readonly concurrency?: number;
  /** Instead of `http_batch_max`. */
  readonly batchMax?: number;
}
