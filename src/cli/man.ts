// `hookline man`: the manual page hookline(1), made from the table of verbs.
import manifest from "../../deno.json" with { type: "json" };
import { EXIT, EXIT_MEANINGS } from "./exit_code.ts";
import { optionHelp } from "./help.ts";
import { RMQTT_DIFFERENCES, type RmqttDifference } from "./rmqtt_differences.ts";
import { COMMON_OPTIONS, type Verb, type VerbEntry, type VerbOption } from "./verb.ts";

const FILES: readonly (readonly [file: string, what: string])[] = [
  ["./hook.log", "the events, one line of JSON each, where no file says otherwise"],
  ["/etc/hookline/hookline.toml", "the configuration of the service"],
  ["/etc/hookline/plugins/rmqtt-web-hook.toml", "its hooks: which events become lines, and where they go"],
  ["/var/log/hookline/hook.log", "its events"],
];

/** @param verbs the whole table */
export function man(verbs: readonly VerbEntry[]): Verb {
  // deno-lint-ignore require-await -- a Verb is async; this one has nothing to wait for
  return async (_values, _positionals, io) => {
    io.out(manPage(verbs));
    return EXIT.done;
  };
}

/** What the files of the doors come to, where they leave it open. */
const ACCESS: readonly string[] = [
  "Password files are Mosquitto's ($7$, $6$) or have scrypt's PHC form; argon2 is not read. jwks_file " +
  "and jwks_url in rmqtt-auth-jwt.toml are Hookline's own keys. A token in the username's place is in " +
  "no line. A client without a name is let in where allow_anonymous is true; a name that nobody knows " +
  "is not.",
  "What a client may do is asked of the acl list of the web server's answer or of the token first, " +
  "then of http_acl_req, then of the files, which must both allow where there are two. A superuser may " +
  "do everything; nobody publishes into $SYS/.",
  "%c, %u, ${clientid} and ${username} stand for one whole level at most. A name with +, # or / in it " +
  "matches no rule that would allow, and each that would deny.",
  "Denied is 0x87 in 5.0 and 0x80 in the SUBACK of 3.1.1. A PUBLISH of 3.x is acknowledged and goes " +
  "nowhere, or ends the connection (disconnect_if_pub_rejected).",
  "After a reload, who would not be let in any more is sent away: its user or its key is another one, " +
  "whoever let it in is asked no longer, or allow_anonymous is false. Subscriptions that lost their " +
  "permission end, and what waited only for them is dropped.",
  "Three failed logins are free; then those of the address wait, each longer than the one before. " +
  "rmqtt-flapping.toml bans who connects too often, and max_connects_per_second closes what is more, " +
  "of one address or, with mqtt. before it, of all. Who publishes faster than max_messages_per_second " +
  "is not read for a while. Files that everyone on the machine may write are refused.",
];

/** What the kinds of listeners come to, where the sample file leaves it open. */
const LISTENERS: readonly string[] = [
  "Clients come by TCP, TLS 1.2 and 1.3, WebSockets with and without TLS, and Unix sockets: " +
  "[listener.tcp.NAME], tls, ws, wss and unix, any number of each, with the limits of its own.",
  "Certificates, keys, CAs and revocation lists are read again on SIGHUP, and within a minute when " +
  "they change, links followed; connections stay. What is broken is told, and the old ones stay. " +
  "Thirty days before a certificate ends the log says so each day, and hookline check does.",
  "Where cross_certificate is true, a client shows a certificate of a CA in client_ca_certs that has " +
  "not expired and is in no list in client_crls; a list past its next update still counts. Its user is " +
  "who it says, where it says nobody or its own Common Name or subject; cert_cn_as_username and " +
  "cert_subject_dn_as_username take it from the certificate. A comma in a name of the subject has a " +
  "backslash before it. One without that name is refused.",
  "A WebSocket is asked for at path, with the subprotocol mqtt, mqttv3.1 or mqttv5.0. Pages of the " +
  "host that they connect to may, whatever its port, where only this machine reaches addr those over " +
  "https or of a name of this machine; others where allowed_origins has them.",
  "A handshake of TLS or WebSocket is part of what handshake_timeout and the limits of handshakes " +
  "bound. A PROXY header is read before it, of proxies in proxy_protocol_trusted alone.",
  "In the lines, a client of a Unix socket has the address unix:PATH. All of a socket are one address " +
  "for limits and bans.",
];

/** What the page and its API leave to be found. */
const LIVE: readonly string[] = [
  "http://127.0.0.1:6060/ shows a running Hookline ([http_api] in hookline.toml, or RMQTT's " +
  "rmqtt-http-api.toml). /api/v1 lists its API: RMQTT's paths and forms, and overview, sinks, " +
  "sinks/redeliver, topics, and events and log as streams (Server-Sent Events). POST takes " +
  "application/json.",
  "/metrics is in Prometheus' text format. /healthz says that it runs; /readyz that it listens and " +
  "that sinks and store are well, or with 503 what is not. These two and the page itself need no " +
  "token. Connections to it have no bound and no timeout: where others reach it, a web server in front " +
  "has both.",
  "Pages of other origins are refused, and so is a Host that is neither localhost, the address, nor " +
  "one of http_hosts.",
  "$SYS/broker/ has Mosquitto's topics, $SYS/brokers/NODE/stats and metrics have RMQTT's JSON, every " +
  "mqtt.sys_interval, retained. They make no events and are not stored.",
];

/** roff for man(7). */
function manPage(verbs: readonly VerbEntry[]): string {
  return `.\\" Printed by: hookline man
.TH HOOKLINE 1 "" "hookline ${manifest.version}" "User Commands"
.nh
.ad l
.SH NAME
hookline \\- MQTT broker that writes everything that happens in it as JSON lines
.SH SYNOPSIS
${verbs.map(({ usage }) => `.B hookline\n${roff(usage)}\n.br`).join("\n")}
.SH DESCRIPTION
Hookline is an MQTT 3.1, 3.1.1 and 5.0 broker that turns connections, sessions, subscriptions and messages
into JSON lines and puts them in a file, or POSTs them to a web server.
No client is told anything before the line it stands for is in the file.
While the file cannot be written, clients are told all the same: lines wait up to
.BR file_buffer ,
past it they are dropped and counted.
Where its URL is written as a table with
.BR "required = true" ,
QoS 1 and 2 messages, CONNECT and SUBSCRIBE are refused instead: with 0x97 or 0x88 in 5.0, with return code 3
or 0x80 in 3.1.1, whose messages stay without an answer until their client is closed.
.SH LISTENERS
${LISTENERS.map((text) => `.PP\n${roff(text)}`).join("\n")}
.SH WHO MAY COME IN
${ACCESS.map((text) => `.PP\n${roff(text)}`).join("\n")}
.SH COMING FROM RMQTT
Its configuration is read as it is, and the lines have the keys, types and order of its document.
These differences from RMQTT 0.24 remain.
${RMQTT_DIFFERENCES.map(differenceItem).join("\n")}
.SH SEE IT LIVE
${LIVE.map((text) => `.PP\n${roff(text)}`).join("\n")}
.SH COMMANDS
${verbs.map(verbSection).join("\n")}
.SH OPTIONS OF EVERY COMMAND
${Object.entries(COMMON_OPTIONS).map(([name, option]) => optionItem(name, option)).join("\n")}
.SH EXIT STATUS
${[...EXIT_MEANINGS].map(([code, meaning]) => `.TP\n.B ${code}\n${roff(meaning)}`).join("\n")}
.SH FILES
${FILES.map(([file, what]) => `.TP\n.I ${roff(file)}\n${roff(what)}`).join("\n")}
.SH SEE ALSO
.BR mosquitto_pub (1),
.BR mosquitto_sub (1),
.BR logrotate (8),
.BR systemd.service (5)
`;
}

function verbSection(verb: VerbEntry): string {
  const options = Object.entries(verb.options).map(([name, option]) => optionItem(name, option));
  return [
    `.SS hookline ${roff(verb.usage).replaceAll('"', "\\(dq")}`,
    // Lines that begin with blanks stay as they are: roff breaks before them, and here behind the last one.
    ...verb.about.split("\n").map((line, index, lines) =>
      lines[index - 1]?.startsWith(" ") && !line.startsWith(" ") ? `.br\n${roff(line)}` : roff(line)
    ),
    ...options,
  ].join("\n");
}

function optionItem(name: string, option: VerbOption): string {
  const short = option.short === undefined ? "" : `\\fB${roff(`-${option.short}`)}\\fR, `;
  const value = option.type === "flag" ? "" : ` \\fI${roff(option.value ?? "VALUE")}\\fR`;
  return `.TP\n${short}\\fB${roff(`--${name}`)}\\fR${value}\n${roff(optionHelp(option))}`;
}

function differenceItem({ what, rmqtt, hookline, because }: RmqttDifference): string {
  return `.TP\n${code(what)}\nRMQTT: ${code(rmqtt)}.\n.br\nHookline: ${code(hookline)} (${code(because)}).`;
}

/** What stands between backticks is set apart. */
function code(text: string): string {
  return roff(text).replace(/`([^`]*)`/g, "\\fI$1\\fR");
}

/** Text as roff shows it: no escapes, no requests, and hyphens that can be copied. */
function roff(text: string): string {
  return text.replaceAll("\\", "\\e").replaceAll("-", "\\-").replace(/^(?=[.'])/, "\\&");
}
