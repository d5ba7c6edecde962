// The sample files that `init` writes: every option of every table with its words and its value.
import { ACL_OPTIONS, AUTH_OPTIONS } from "../access/options.ts";
import { defaultOf, type OptionRow, type OptionTable } from "../base/option.ts";
import { BROKER_OPTIONS, LISTENER_OPTIONS } from "../broker/options.ts";
import { EVENT_NAMES } from "../hooks/events.ts";
import { LINE_OPTIONS } from "../hooks/rules.ts";
import {
  LISTENER_KINDS,
  PROXY_OPTIONS,
  TCP_OPTIONS,
  TLS_OPTIONS,
  UNIX_OPTIONS,
  WEB_SOCKET_OPTIONS,
} from "../listeners/options.ts";
import { SINK_OPTIONS } from "../sinks/options.ts";
import { HTTP_API_OPTIONS, SYS_OPTIONS } from "../status/options.ts";
import { STORE_OPTIONS } from "../store/options.ts";
import { LOG_OPTIONS } from "./_log.ts";
import { PLUGIN_OPTIONS } from "./_plugins.ts";
import { valueText } from "./value_text.ts";

const WIDTH = 110;
const RULER = `##${"-".repeat(68)}`;

/** hookline.toml: every default is written out. */
export function mainSample(): string {
  const { nodeId, maxRetainedMessages, maxRetainedBytes, ...sessions } = BROKER_OPTIONS;
  return [
    `\
# Hookline's configuration. Every key is shown with its default: what you leave out, or the whole file, stays
# as it is.
#
# Durations: "500ms", "8s", "1m30s", "2h", "1d", "1w", or seconds.
# Sizes: "64KB", "1M512K" (steps of 1024), or bytes.
# Numbers, true and false may stand in quotes, so "\${NAME}" serves for them too.
# \${NAME} in a string is replaced by the environment variable NAME; $\${ stands for \${ itself.
# Relative paths start from the working directory.
# \`hookline check --config FILE\` tells what is wrong in a file.
`,
    written({ nodeId }),
    heading("Log: what Hookline says about itself (events are lines of the hooks, not of this log)"),
    written(LOG_OPTIONS),
    heading("Hooks: which events are written, and where to"),
    written(PLUGIN_OPTIONS),
    heading("Access: who may connect, publish and subscribe; without any of it, everyone who may come in"),
    written(AUTH_OPTIONS),
    `\
# Who is asked about a client, in this order; the first that knows it decides. http and jwt are
# rmqtt-auth-http.toml and rmqtt-auth-jwt.toml in plugins.dir, where plugins.default_startups has them.
#auth.order = ["certificate", "password_file", "http", "jwt"]`,
    written(ACL_OPTIONS),
    heading("Sessions and connections"),
    written(sessions),
    heading("Retained messages"),
    written({ maxRetainedMessages, maxRetainedBytes }),
    heading("Store: what survives a restart"),
    written(STORE_OPTIONS),
    heading("Live view: the HTTP API with its page, metrics and health; and $SYS"),
    written(SYS_OPTIONS),
    `
# It is written here, or in RMQTT's rmqtt-http-api.toml where plugins.default_startups has it.
[http_api]`,
    written(HTTP_API_OPTIONS),
    `\
# Host names, besides localhost and its own address, by which it may be asked, as in ["gateway.lan"].
#http_hosts = []`,
    heading("Listeners: any number of [listener.KIND.NAME], each with limits of its own"),
    "[listener.tcp.external]",
    written(TCP_OPTIONS),
    written(LISTENER_OPTIONS),
    written(PROXY_OPTIONS),
    `
# A second listener, as an example:
#[listener.tcp.lan]
#addr = "192.168.1.10:1883"
#max_connections = 200`,
    heading("TLS, WebSocket and Unix listeners: each has the keys above too, where they make sense"),
    "#[listener.tls.external]",
    another(LISTENER_KINDS.tls),
    commented(TLS_OPTIONS, true),
    "\n#[listener.ws.external]",
    another(LISTENER_KINDS.ws),
    commented(WEB_SOCKET_OPTIONS, true),
    "\n# The keys of both:\n#[listener.wss.external]",
    another(LISTENER_KINDS.wss),
    "\n#[listener.unix.local]",
    commented({ path: UNIX_OPTIONS.path, mode: UNIX_OPTIONS.mode }, true),
    "",
  ].join("\n");
}

/** rmqtt-web-hook.toml: a rule for each event; the defaults are commented out. */
export function hooksSample(): string {
  return [
    `\
# The hooks: which events become lines, and where the lines go. The format is that of RMQTT's rmqtt-web-hook
# plugin. Every key is shown; those that are commented out show their default. One that is not differs:
# file_max_size.`,
    heading("Where lines go"),
    `\
# For every rule without urls of its own:
#   "file:./hook.log"                      one line of JSON per event, from the working directory
#   "file:///var/log/hookline/hook.log"    the same, where a service keeps its logs; the folder is made
#   "file:///dev/stdout" or "-"            the same on standard output, for containers; a reader that stops
#                                          holds up the broker
#   { url = "file:./audit.log", required = true }
#                                          the same; while no line can be written there, QoS 1 and 2 messages,
#                                          CONNECT and SUBSCRIBE are refused: acknowledged means logged
#   "https://example.com/hook"             one POST per event
#   { url = "https://example.com/hook", headers = { Authorization = "Bearer \${HOOK_TOKEN}" },
#     ca_file = "ca.pem", cert_file = "client.pem", key_file = "client.key",
#     timeout = "5s", concurrency_limit = 16, batch_max = 100 }
urls = ["file:./hook.log"]`,
    heading('Rules: rule.EVENT = [{ action = "...", topics = ["..."], urls = ["..."] }, ...]'),
    `\
# All three are optional, and an event may have several rules. \`action\` defaults to the event's name.
# \`topics\` are Topic Filters that select messages and subscriptions; [] selects all, and "#" does not select
# $SYS topics. An event without a rule costs nothing.
`,
    ...EVENT_NAMES.map((event) => `rule.${event} = [{ action = "${event}" }]`),
    "",
    commented(LINE_OPTIONS),
    heading("Files"),
    commented(SINK_OPTIONS.file),
    heading("HTTP"),
    commented(SINK_OPTIONS.http),
    "",
  ].join("\n");
}

function heading(text: string): string {
  return `\n${RULER}\n## ${text}\n${RULER}\n`;
}

/** The options of a table; only those whose default is not the same everywhere are commented out. */
function written(table: OptionTable): string {
  return rows(table, (row) => row.sample !== undefined);
}

/** The options of a table; only those that are not at their default are in force, or `all` are comments. */
function commented(table: OptionTable, all = false): string {
  return rows(table, (row) => all || row.sample === undefined || row.default === undefined);
}

/** `addr` of a further kind of listener. */
function another({ address }: { readonly address: OptionRow }): string {
  return `#${address.key} = ${valueText(address, defaultOf(address))}`;
}

function rows(table: OptionTable, isComment: (row: OptionRow) => boolean): string {
  return Object.values(table).map((row) => {
    const value = valueText(row, row.sample ?? defaultOf(row));
    const empty = row.paragraph ? "\n" : "";
    return `${empty}${comment(row.doc)}\n${isComment(row) ? "#" : ""}${row.key} = ${value}`;
  }).join("\n");
}

/** `text` as comment lines that are not too wide. */
function comment(text: string): string {
  const lines = [""];
  for (const word of text.split(" ")) {
    const longer = `${lines.at(-1)} ${word}`;
    if (longer.length >= WIDTH) lines.push(` ${word}`);
    else lines.splice(-1, 1, longer);
  }
  return lines.map((line) => `#${line}`).join("\n");
}
