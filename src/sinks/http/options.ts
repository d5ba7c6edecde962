// Options of the HTTP sink: RMQTT's names, meanings and defaults where it has them.
import { optionsFrom, type OptionsOf, optionTable } from "../../base/option.ts";

const SECOND = 1_000;
const HOUR = 3_600 * SECOND;
const KIB = 1024;

export const HTTP_OPTIONS = optionTable({
  timeout: {
    key: "http_timeout",
    kind: "duration",
    min: 1,
    max: HOUR,
    default: 8 * SECOND,
    doc: "For one request, its answer included.",
  },
  retryMaxElapsed: {
    key: "retry_max_elapsed_time",
    kind: "duration",
    min: 0,
    max: 24 * 24 * HOUR,
    default: 60 * SECOND,
    doc: "How long an event is tried for before it is parked in failed.jsonl.",
  },
  retryMultiplier: {
    key: "retry_multiplier",
    kind: "decimal",
    min: 1,
    max: 100,
    default: 2.5,
    doc: "How the waits between the tries grow.",
  },
  concurrency: {
    key: "concurrency_limit",
    kind: "integer",
    min: 1,
    max: 10_000,
    default: 128,
    doc: "Requests in flight to one URL.",
  },
  queueCapacity: {
    key: "queue_capacity",
    kind: "integer",
    min: 1,
    max: 100_000_000,
    default: 300_000,
    doc: "Events that wait for one URL in memory, with spool = false; past it the newest are dropped and " +
      "counted. A spool is bounded by spool_max_bytes alone.",
  },
  spool: {
    key: "spool",
    kind: "boolean",
    default: true,
    doc: "Events wait in files, and so outlive a crash; false: in memory only.",
  },
  spoolDir: {
    key: "spool_dir",
    kind: "path",
    what: "a folder",
    default: "./spool",
    doc: "Has one folder for each URL.",
  },
  spoolMaxBytes: {
    key: "spool_max_bytes",
    kind: "size",
    min: 64 * KIB,
    max: KIB ** 5,
    default: KIB ** 3,
    doc: "Of one URL; past it the oldest events go, counted and logged.",
  },
  order: {
    key: "http_order",
    kind: "choice",
    choices: ["none", "client"],
    default: "none",
    doc: '"client": the events of one Client Identifier arrive in order.',
  },
  batchMax: {
    key: "http_batch_max",
    kind: "integer",
    min: 1,
    max: 100_000,
    default: 1,
    doc: "Events in one request; above 1 the body is newline-delimited JSON.",
  },
  batchWait: {
    key: "http_batch_wait",
    kind: "duration",
    min: 0,
    max: 60 * SECOND,
    default: 20,
    doc: "How long a batch waits to be full.",
  },
  compression: {
    key: "http_compression",
    kind: "choice",
    choices: ["none", "gzip"],
    default: "none",
    doc: '"gzip" compresses bodies.',
  },
  shutdownTimeout: {
    key: "shutdown_timeout",
    kind: "duration",
    min: 0,
    max: HOUR,
    default: 10 * SECOND,
    doc: "What requests in flight get at the end.",
  },
});

export type HttpOptions = OptionsOf<typeof HTTP_OPTIONS>;

export const HTTP_DEFAULTS: HttpOptions = optionsFrom(HTTP_OPTIONS);

/** What a URL that is written as a table may say of itself; where it says nothing, HTTP_OPTIONS hold. */
export const ENDPOINT_OPTIONS = optionTable({
  headers: {
    key: "headers",
    kind: "texts",
    what: 'a table of strings, as in { Authorization = "Bearer ${TOKEN}" }',
    nameProblem: headerNameProblem,
    values: {
      pattern: /^[\t\x20-\x7e\x80-\xff]*$/,
      what: "a string of visible Latin-1 characters, without line ends",
    },
    doc: "Headers of every request, ${NAME} already replaced. Never shown in logs, errors or `check`.",
  },
  caFile: { key: "ca_file", kind: "path", what: "a PEM file", doc: "The endpoint's private CA." },
  certFile: { key: "cert_file", kind: "path", what: "a PEM file", doc: "The client certificate." },
  keyFile: { key: "key_file", kind: "path", what: "a PEM file", doc: "The key of the client certificate." },
  timeout: { key: "timeout", kind: "duration", min: 1, max: HOUR, doc: "Instead of http_timeout." },
  concurrency: {
    key: "concurrency_limit",
    kind: "integer",
    min: 1,
    max: 10_000,
    doc: "Instead of the one of all URLs.",
  },
  batchMax: { key: "batch_max", kind: "integer", min: 1, max: 100_000, doc: "Instead of http_batch_max." },
});

export type HttpEndpoint = OptionsOf<typeof ENDPOINT_OPTIONS>;

/** Set by Hookline for every request. */
const OWN_HEADERS = [
  "content-type",
  "content-encoding",
  "content-length",
  "transfer-encoding",
  "idempotency-key",
];

function headerNameProblem(name: string): string | undefined {
  if (!/^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/.test(name)) return "is not the name of an HTTP header";
  return OWN_HEADERS.includes(name.toLowerCase()) ? "is a header that Hookline sets itself" : undefined;
}
