// The table of verbs: all that `--help` shows and that the command line is checked against.
import type { VerbEntry } from "./verb.ts";
import { API_PLACE, API_URL, CONFIG, DB, HOOKS, LOG_FORMAT, SELECTING, SINCE } from "./verb_options.ts";

export const VERBS: readonly VerbEntry[] = [
  {
    name: "run",
    summary: "start the broker",
    usage: "run [--config FILE] [--hooks FILE] [options]",
    about: `Starts the broker and writes its events to the sinks of the hooks file.
Without any file: 127.0.0.1:1883, everybody may connect, all events in ./hook.log.
SIGINT or SIGTERM stops it gracefully, a second one at once. SIGHUP reads the configuration again
and opens its files again, SIGUSR2 only opens its files again, SIGUSR1 does nothing. A configuration
with an error changes nothing: its errors are logged. Under systemd it tells when it is ready
(Type=notify).`,
    maxPositionals: 0,
    options: {
      config: CONFIG,
      hooks: HOOKS,
      "log-format": LOG_FORMAT,
      "log-level": {
        type: "text",
        value: "LEVEL",
        choices: ["off", "error", "warn", "info", "debug", "trace"],
        help: "instead of the configured one",
      },
    },
    load: async () => (await import("./run.ts")).run,
  },
  {
    name: "check",
    summary: "check the configuration and show what it means",
    usage: "check [--config FILE] [--hooks FILE] [options]",
    about: `Reads the files that run would read, shows listeners, rules and sinks, and tries each: whether
the address can be had, the file be written, the endpoint be connected to. Nothing is started,
nothing is sent and nothing is left behind.
Ends with 0 when all is well, with 78 when run would not start, and with 1 when it would, but a
place takes no events now.`,
    maxPositionals: 0,
    options: {
      config: CONFIG,
      hooks: HOOKS,
      "log-format": { ...LOG_FORMAT, help: "how errors and warnings on stderr are written" },
      offline: {
        type: "flag",
        help: "try no address, spool or endpoint, such as those of a running Hookline",
      },
    },
    load: async () => (await import("./check.ts")).check,
  },
  {
    name: "init",
    summary: "write sample configuration files",
    usage: "init [DIR]",
    about: `Writes hookline.toml and plugins/rmqtt-web-hook.toml, with every key explained, into DIR
(default: ./etc). Nothing is written when one of them exists already.`,
    maxPositionals: 1,
    positionals: "folder",
    options: {},
    load: async () => (await import("./init.ts")).init,
  },
  {
    name: "passwd",
    summary: "set the password of a user",
    usage: "passwd FILE USER [--stdin | --delete]",
    about: `Asks for a password and puts it, hashed, into the password file FILE (auth.password_file), whose
other lines stay as they are. A new file is readable by its owner alone. Mosquitto reads it too, and
a running Hookline takes it up by SIGHUP.`,
    maxPositionals: 2,
    positionals: "files",
    options: {
      stdin: { type: "flag", help: "read the password from stdin, up to the end of its first line" },
      delete: { type: "flag", help: "take the user out of the file" },
    },
    load: async () => (await import("./passwd.ts")).passwd,
  },
  {
    name: "tail",
    summary: "show events as they are written",
    usage: "tail [FILE] [options]",
    about: `Shows the last events of FILE (default: ./hook.log) in columns and follows it across rotation,
truncation and removal until Ctrl-C. FILE need not exist yet.`,
    maxPositionals: 1,
    positionals: "files",
    options: {
      lines: {
        type: "count",
        short: "n",
        value: "N",
        default: 10,
        help: "events to show before following, of those the filters select",
      },
      ...SELECTING,
      "no-follow": { type: "flag", help: "end at the end of the file" },
      full: { type: "flag", help: "shorten nothing, whatever the width of the terminal" },
      json: { type: "flag", help: "the selected lines as they are in the file" },
      color: {
        type: "text",
        value: "WHEN",
        choices: ["auto", "always", "never"],
        default: "auto",
        help: "auto: on a terminal, unless NO_COLOR is set",
      },
    },
    load: async () => (await import("./tail.ts")).tail,
  },
  {
    name: "status",
    summary: "tell whether a running broker is ready",
    usage: "status [--url URL]",
    about:
      `Asks a running Hookline whether it listens and its sinks and store are well. Prints "ready" and ends
with 0, or prints what is not well and ends with 1: the health check of a container.`,
    maxPositionals: 0,
    options: { url: API_URL },
    load: async () => (await import("./status.ts")).status,
  },
  {
    name: "top",
    summary: "show a running Hookline live",
    usage: "top [--url URL] [options]",
    about: `Shows rates, clients, topics and sinks of a running Hookline, asked of its HTTP API once a
second, until q or Ctrl-C. Tab changes between clients, topics and sinks, left and right choose the
column that sorts, r turns the order round, / filters. Topics are counted while somebody looks.
The token comes from the file of --token-file, or else from HOOKLINE_TOKEN.`,
    maxPositionals: 0,
    options: {
      ...API_PLACE,
      view: {
        type: "text",
        value: "VIEW",
        choices: ["clients", "topics", "sinks"],
        default: "clients",
        help: "what is shown at first",
      },
      once: { type: "flag", help: "print what there is now and end" },
      json: { type: "flag", help: "with --once: everything as one JSON object" },
    },
    load: async () => (await import("./top.ts")).top,
  },
  {
    name: "query",
    summary: "ask a log in SQL",
    usage: 'query [FILE...] "SQL" [options]',
    about: `Reads each FILE (default: ./hook.log) and its generations, gzipped ones too, into a database that
is gone afterwards, and answers one SELECT of SQLite. A running broker may be writing.
The table events has each line, with a column for every key: time is the text, ms Unix milliseconds,
payload text where it is UTF-8 without U+0000, else bytes. Each event has a view, as message_publish
has, and there are
  clients   clientid, first, last, connects, messages
  topics    topic, count, bytes, rate (messages a second), last (payload)
  sessions  clientid, started, ended, reason, seconds
  latency   of each message and subscriber: delivered_ms, acked_ms
  drops     reason, count, topics, first, last
Lines that are no event are told and left out.`,
    maxPositionals: 1000,
    positionals: "files",
    options: {
      examples: { type: "flag", help: "show ten questions worth asking" },
      since: SINCE,
      ...SELECTING,
      db: DB,
      csv: { type: "flag", help: "the answer as CSV" },
      json: { type: "flag", help: "the answer as a JSON object a line" },
      markdown: { type: "flag", help: "the answer as a table of Markdown" },
      full: { type: "flag", help: "shorten nothing, whatever the width of the terminal" },
    },
    load: async () => (await import("./query.ts")).query,
  },
  {
    name: "report",
    summary: "make a page of a log",
    usage: "report [FILE...] [-o report.html] [options]",
    about:
      `Reads each FILE (default: ./hook.log) and its generations, as query does, and writes one HTML page:
messages over time, the busiest topics and clients, why connections ended, what was dropped, how
long messages took, and where the log is silent. The page needs nothing else, can be printed, and
holds payloads as the log does. A file that is there is replaced as a whole.`,
    maxPositionals: 1000,
    positionals: "files",
    options: {
      output: { type: "text", short: "o", value: "FILE", default: "report.html", help: "the page" },
      since: SINCE,
      ...SELECTING,
      db: DB,
    },
    load: async () => (await import("./report.ts")).report,
  },
  {
    name: "replay",
    summary: "play a log's messages to a broker again",
    usage: "replay FILE... --to mqtt://HOST[:PORT] [options]",
    about: `Publishes the messages of each FILE and its generations, gzipped ones too, with their QoS and
retain, as far apart as they came: message_publish lines, or --event NAME where a rule calls them
otherwise. FILE - is standard input. The broker is mqtt:// or mqtts://, with USER@ or
USER:PASSWORD@ before HOST. With --clients each line's Client Identifier has its connection; such a
client is taken over where it is connected. A log has no properties of messages, so none are sent.
Ends with 0 when all was sent and all with QoS 1 or 2 was acknowledged, else with 1.`,
    maxPositionals: 1000,
    positionals: "files",
    options: {
      to: {
        type: "text",
        value: "URL",
        help: "the broker: mqtt://localhost, mqtts://alice@host:8883",
      },
      ...SELECTING,
      speed: {
        type: "text",
        value: "N",
        default: "1",
        help: "times as fast as it was: 10, 0.5; max: as fast as it goes",
      },
      prefix: { type: "text", value: "TEXT", help: "stands before each topic, such as replay/" },
      loop: { type: "count", value: "N", default: 1, help: "play it so many times; 0: until Ctrl-C" },
      clients: { type: "flag", help: "a connection for each Client Identifier, not one for all" },
      connections: {
        type: "count",
        value: "N",
        default: 1000,
        help: "of --clients at once; the one unused longest ends",
      },
      inflight: {
        type: "count",
        value: "N",
        default: 1000,
        help: "messages under way on each connection, at most",
      },
      protocol: {
        type: "text",
        value: "VERSION",
        choices: ["3.1.1", "5.0"],
        default: "5.0",
        help: "of MQTT; 3.1.1 tells no refusals",
      },
      "password-file": { type: "text", value: "FILE", help: "its first line is the password of USER" },
      "ca-file": { type: "text", value: "FILE", help: "PEM file of the broker's private CA" },
      "cert-file": { type: "text", value: "FILE", help: "PEM file of the client certificate" },
      "key-file": { type: "text", value: "FILE", help: "PEM file of its key" },
    },
    load: async () => (await import("./replay.ts")).replay,
  },
  {
    name: "redeliver",
    summary: "send parked or recorded events to an HTTP endpoint again",
    usage: "redeliver FILE... [--url URL] [options]",
    about: `Sends the events of each FILE, one POST each: failed.jsonl and segments of a spool, hook.log, and
the same gzipped (.gz). Lines without an event are skipped and counted. An event keeps its
Idempotency-Key. Ends with 0 when all were delivered, else with 1; the files stay as they are.`,
    maxPositionals: 1000,
    positionals: "files",
    options: {
      url: {
        type: "text",
        value: "URL",
        help: "endpoint; without it the one of the spool folder that FILE is in",
      },
      header: {
        type: "list",
        value: "'NAME: VALUE'",
        help: "header of every request; may be given several times",
      },
      "ca-file": { type: "text", value: "FILE", help: "PEM file of the endpoint's private CA" },
      "cert-file": { type: "text", value: "FILE", help: "PEM file of the client certificate" },
      "key-file": { type: "text", value: "FILE", help: "PEM file of its key" },
      rate: { type: "count", value: "N", default: 0, help: "events a second; 0: as fast as they are taken" },
      concurrency: { type: "count", value: "N", default: 16, help: "requests in flight" },
    },
    load: async () => (await import("./redeliver.ts")).redeliver,
  },
  {
    name: "store",
    summary: "look into the store, or carry it to another machine",
    usage: "store check | export FILE | import FILE [--force]",
    about: `Works on the store of the configuration (store.path) while no Hookline has it.
  check   reads all of it, and tells what is in it
  export  writes sessions, what waits for them and Retained Messages to the new file FILE, as
          lines of JSON with payloads in base64; FILE - is standard output
  import  puts the lines of FILE, or of standard input for -, into the store, all or nothing
Times go on as if Hookline had been stopped meanwhile.`,
    maxPositionals: 2,
    positionals: ["check", "export", "import"],
    options: {
      config: CONFIG,
      force: { type: "flag", help: "import: replace what is in the store" },
    },
    load: async () => (await import("./store.ts")).store,
  },
  {
    name: "completions",
    summary: "print a shell's completions",
    usage: "completions bash|zsh|fish",
    about: `Prints the script that completes hookline's verbs and options in that shell. For one session:
  bash: source <(hookline completions bash)
  zsh:  source <(hookline completions zsh)
  fish: hookline completions fish | source`,
    maxPositionals: 1,
    positionals: ["bash", "zsh", "fish"],
    options: {},
    load: async () => (await import("./completions.ts")).completions(VERBS),
  },
  {
    name: "man",
    summary: "print the manual page",
    usage: "man",
    about: "Prints hookline(1) for man: hookline man > hookline.1; man -l hookline.1",
    maxPositionals: 0,
    options: {},
    load: async () => (await import("./man.ts")).man(VERBS),
  },
];
