// The hooks file, rmqtt-web-hook.toml by its key names: rules, and the options of the sinks.
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { Values } from "../base/option.ts";
import { EVENT_NAMES } from "../hooks/events.ts";
import { LINE_OPTIONS } from "../hooks/rules.ts";
import { type KindOptions, SINK_OPTIONS } from "../sinks/options.ts";
import { anything, type Checks, checksOf, optionsOf } from "./_checks.ts";
import type { Document } from "./_document.ts";
import { Endpoints } from "./_endpoints.ts";
import { FOREIGN_IN_HOOKS } from "./_rmqtt_keys.ts";
import { readRules } from "./_rules.ts";
import { readTable } from "./_table.ts";
import type { HooksConfig } from "./config.ts";

const CHECKS: Checks = {
  ...checksOf(...Object.values(SINK_OPTIONS), LINE_OPTIONS),
  urls: anything(),
  http_urls: anything(),
  rule: anything(),
};

/** What serves without a hooks file: every event, into `hook.log` in the working directory. */
export function defaultHooks(cwd: string): HooksConfig {
  const urls = [pathToFileURL(resolve(cwd, "hook.log")).href];
  return {
    rules: Object.fromEntries(EVENT_NAMES.map((event) => [event, [{ action: event, urls }]])),
    ...optionsOf(LINE_OPTIONS, {}, cwd),
    ...sinkOptions({}, cwd),
    endpoints: new Map(),
  };
}

/** Reads the whole file; what is wrong goes to the document's findings, and a default stands in for it. */
export function readHooksFile(doc: Document, cwd: string): HooksConfig {
  const values = readTable(doc, [], doc.data, CHECKS, FOREIGN_IN_HOOKS) ?? {};
  const endpoints = new Endpoints(doc, cwd);
  const urls = readDefaultUrls(doc, endpoints);
  const rules = readRules(doc, doc.data["rule"], urls, endpoints);
  const sinks = sinkOptions(values, cwd);
  endpoints.checkRequired(sinks.http.spool);
  return {
    rules,
    ...optionsOf(LINE_OPTIONS, values, cwd),
    ...sinks,
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
function sinkOptions(values: Values, cwd: string): KindOptions {
  const kinds = Object.entries(SINK_OPTIONS).map(([kind, table]) => [kind, optionsOf(table, values, cwd)]);
  // Each kind has the options of its own table.
  return Object.fromEntries(kinds) as KindOptions;
}
