// Options that several verbs have.
import type { VerbOption } from "./verb.ts";

export const CONFIG: VerbOption = {
  type: "text",
  value: "FILE",
  help: "configuration file; without it the built-in default serves",
};
export const HOOKS: VerbOption = {
  type: "text",
  value: "FILE",
  help: "hooks file, instead of <plugins.dir>/rmqtt-web-hook.toml",
};
export const LOG_FORMAT: VerbOption = {
  type: "text",
  value: "FORMAT",
  choices: ["text", "json"],
  default: "text",
  help: "how the log on stderr is written",
};
export const SELECTING: Readonly<Record<string, VerbOption>> = {
  event: {
    type: "list",
    value: "NAME",
    help: "only events whose action is NAME; may be given several times",
  },
  topic: {
    type: "text",
    value: "FILTER",
    help: "only events whose topic matches the Topic Filter, such as 'demo/#'",
  },
  client: { type: "text", value: "ID", help: "only events of or from this Client Identifier" },
};
export const SINCE: VerbOption = {
  type: "text",
  value: "TIME",
  help: "only events since then: 90s, 1h or 2d ago, or '2026-11-24 09:05'",
};
export const API_URL: VerbOption = {
  type: "text",
  value: "URL",
  default: "http://127.0.0.1:6060",
  help: "the HTTP API of the running Hookline",
};
export const API_PLACE: Readonly<Record<string, VerbOption>> = {
  url: API_URL,
  "token-file": { type: "text", value: "FILE", help: "file that holds the API's token" },
};
export const DB: VerbOption = {
  type: "text",
  value: "FILE",
  help: "keep the database for the next time: only new lines are read then",
};
