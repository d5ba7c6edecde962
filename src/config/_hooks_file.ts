// The hooks file, rmqtt-web-hook.toml by its key names: rules, and the options of the sinks.
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { EVENT_NAMES } from "../hooks/events.ts";
import { FILE_DEFAULTS, type FileOptions } from "../sinks/file/options.ts";
import { HTTP_DEFAULTS, type HttpOptions } from "../sinks/http/options.ts";
import type { Document } from "./_document.ts";
import { Endpoints } from "./_endpoints.ts";
import { anything, boolean, decimal, duration, fileMode, integer, oneOf, size, text } from "./_fields.ts";
import { FOREIGN_IN_HOOKS } from "./_rmqtt_keys.ts";
import { readRules } from "./_rules.ts";
import { readTable, type Values } from "./_table.ts";
import type { HooksConfig } from "./config.ts";

const FIELDS = {
  urls: anything(),
  http_urls: anything(),
  rule: anything(),
  packet_id_type: oneOf("string", "number"),
  file_max_size: size("1KB", "1024TB", "never rotated"),
  file_max_files: integer(1, 1_000),
  file_compress: boolean(),
  file_mode: fileMode(),
  file_fsync: oneOf("never", "1s", "always"),
  file_buffer: size("4KB", "1GB"),
  http_timeout: duration("1ms", "1h"),
  retry_max_elapsed_time: duration("0", "24d"),
  retry_multiplier: decimal(1, 100),
  concurrency_limit: integer(1, 10_000),
  queue_capacity: integer(1, 100_000_000),
  spool: boolean(),
  spool_dir: text("a folder"),
  spool_max_bytes: size("64KB", "1024TB"),
  http_order: oneOf("none", "client"),
  http_batch_max: integer(1, 100_000),
  http_batch_wait: duration("0", "1m"),
  http_compression: oneOf("none", "gzip"),
  shutdown_timeout: duration("0", "1h"),
};

/** What RMQTT documents. */
const PACKET_ID_TYPE = "string";

/** What serves without a hooks file: every event, into `hook.log` in the working directory. */
export function defaultHooks(cwd: string): HooksConfig {
  const urls = [pathToFileURL(resolve(cwd, "hook.log")).href];
  return {
    rules: Object.fromEntries(EVENT_NAMES.map((event) => [event, [{ action: event, urls }]])),
    packetIdType: PACKET_ID_TYPE,
    file: FILE_DEFAULTS,
    http: httpOptions({}, cwd),
    endpoints: new Map(),
  };
}

/** Reads the whole file; what is wrong goes to the document's findings, and a default stands in for it. */
export function readHooksFile(doc: Document, cwd: string): HooksConfig {
  const table = readTable(doc, [], doc.data, FIELDS, FOREIGN_IN_HOOKS) ?? {};
  const endpoints = new Endpoints(doc, cwd);
  const urls = readDefaultUrls(doc, endpoints);
  return {
    rules: readRules(doc, doc.data["rule"], urls, endpoints),
    packetIdType: table.packet_id_type ?? PACKET_ID_TYPE,
    file: fileOptions(table),
    http: httpOptions(table, cwd),
    endpoints: endpoints.byUrl,
  };
}

/** `urls`, and `http_urls`, which it was called in older versions of RMQTT. */
function readDefaultUrls(doc: Document, endpoints: Endpoints): readonly string[] {
  const { urls, http_urls: old } = doc.data;
  const all = urls === undefined ? [] : endpoints.readUrls(["urls"], urls);
  return old === undefined ? all : endpoints.readUrls(["http_urls"], old, all);
}

function fileOptions(table: Values<typeof FIELDS>): FileOptions {
  return {
    maxSize: table.file_max_size ?? FILE_DEFAULTS.maxSize,
    maxFiles: table.file_max_files ?? FILE_DEFAULTS.maxFiles,
    compress: table.file_compress ?? FILE_DEFAULTS.compress,
    ...(table.file_mode !== undefined && { mode: table.file_mode }),
    fsync: table.file_fsync ?? FILE_DEFAULTS.fsync,
    bufferBytes: table.file_buffer ?? FILE_DEFAULTS.bufferBytes,
  };
}

function httpOptions(table: Values<typeof FIELDS>, cwd: string): HttpOptions {
  return {
    timeout: table.http_timeout ?? HTTP_DEFAULTS.timeout,
    retryMaxElapsed: table.retry_max_elapsed_time ?? HTTP_DEFAULTS.retryMaxElapsed,
    retryMultiplier: table.retry_multiplier ?? HTTP_DEFAULTS.retryMultiplier,
    concurrency: table.concurrency_limit ?? HTTP_DEFAULTS.concurrency,
    queueCapacity: table.queue_capacity ?? HTTP_DEFAULTS.queueCapacity,
    spool: table.spool ?? HTTP_DEFAULTS.spool,
    spoolDir: resolve(cwd, table.spool_dir ?? HTTP_DEFAULTS.spoolDir),
    spoolMaxBytes: table.spool_max_bytes ?? HTTP_DEFAULTS.spoolMaxBytes,
    order: table.http_order ?? HTTP_DEFAULTS.order,
    batchMax: table.http_batch_max ?? HTTP_DEFAULTS.batchMax,
    batchWait: table.http_batch_wait ?? HTTP_DEFAULTS.batchWait,
    compression: table.http_compression ?? HTTP_DEFAULTS.compression,
    shutdownTimeout: table.shutdown_timeout ?? HTTP_DEFAULTS.shutdownTimeout,
  };
}
