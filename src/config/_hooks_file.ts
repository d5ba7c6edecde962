// The hooks file, rmqtt-web-hook.toml by its key names: rules, and the options of the sinks.
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { EVENT_NAMES } from "../hooks/events.ts";
import { type KindOptions, SINK_OPTIONS } from "../sinks/options.ts";
import type { Document } from "./_document.ts";
import { Endpoints } from "./_endpoints.ts";
import { anything, oneOf } from "./_fields.ts";
import { fieldsOf, optionsOf } from "./_option_fields.ts";
import { FOREIGN_IN_HOOKS } from "./_rmqtt_keys.ts";
import { readRules } from "./_rules.ts";
import { readTable } from "./_table.ts";
import type { HooksConfig } from "./config.ts";

const FIELDS = {
  ...fieldsOf(Object.assign({}, ...Object.values(SINK_OPTIONS))),
  urls: anything(),
  http_urls: anything(),
  rule: anything(),
  packet_id_type: oneOf("string", "number"),
};

/** What RMQTT documents. */
const PACKET_ID_TYPE = "string";

/** What serves without a hooks file: every event, into `hook.log` in the working directory. */
export function defaultHooks(cwd: string): HooksConfig {
  const urls = [pathToFileURL(resolve(cwd, "hook.log")).href];
  return {
    rules: Object.fromEntries(EVENT_NAMES.map((event) => [event, [{ action: event, urls }]])),
    packetIdType: PACKET_ID_TYPE,
    ...sinkOptions({}, cwd),
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
    ...sinkOptions(table, cwd),
    endpoints: endpoints.byUrl,
  };
}

/** `urls`, and `http_urls`, which it was called in older versions of RMQTT. */
function readDefaultUrls(doc: Document, endpoints: Endpoints): readonly string[] {
  const { urls, http_urls: old } = doc.data;
  const all = urls === undefined ? [] : endpoints.readUrls(["urls"], urls);
  return old === undefined ? all : endpoints.readUrls(["http_urls"], old, all);
}

/** The options of each kind of sink, by its name. */
function sinkOptions(values: Readonly<Record<string, unknown>>, cwd: string): KindOptions {
  const kinds = Object.entries(SINK_OPTIONS).map(([kind, table]) => [kind, optionsOf(table, values, cwd)]);
  // Each kind has the options of its own table.
  return Object.fromEntries(kinds) as KindOptions;
}
