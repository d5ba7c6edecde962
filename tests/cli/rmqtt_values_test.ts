// Every way of writing a value that RMQTT starts with, through `check` and through what `run` loads.
import assert from "node:assert/strict";
import { join } from "node:path";
import { loadConfigured } from "../../src/daemon/configured.ts";
import type { Config } from "../../src/config/config.ts";
import { inProcess, memoryIo } from "./_io.ts";
import { inTempDir } from "../helpers/temp_dir.ts";

interface Written {
  /** hookline.toml; a listener on 127.0.0.1:0 is added where it has none. */
  readonly main?: string;
  /** The hooks file. */
  readonly hooks?: string;
}

type Row = readonly [written: Written, read: (config: Config) => unknown, value: unknown, warning?: RegExp];

const HOOKS = 'urls = ["file:./hook.log"]\nrule.client_connect = [{}]\n';
const LISTENER = 'listener.tcp.a.addr = "127.0.0.1:0"\n';
const SPECIAL = /warning: (?!keys of RMQTT)/;

/** One key of a listener. */
function listener(key: string): Written {
  return { main: `[listener.tcp.a]\naddr = "127.0.0.1:0"\n${key}\n` };
}

type Options = Config["listeners"][number]["options"];

function option(name: keyof Options): (config: Config) => unknown {
  return (config) => config.listeners[0]?.options[name];
}

const urlsOf = (config: Config): unknown => config.hooks.rules.client_connect?.[0]?.urls;

const ACCEPTED: readonly Row[] = [
  [{ main: 'log.level = "INFO"' }, ({ log }) => log.level, "info"],
  [{ main: 'log.level = "Trace"' }, ({ log }) => log.level, "trace"],
  [{ main: 'log.to = "Console"' }, ({ log }) => log.to, "console"],
  [{ main: 'log.to = "OFF"' }, ({ log }) => log.to, "off"],
  [{ main: 'log.to = "both"\nlog.file = ""' }, ({ log }) => log.to, "console"],
  [{ main: 'log.to = "file"\nlog.file = ""' }, ({ log }) => log.to, "off", /log\.file: is empty, so nothing/],
  [{ main: 'log.to = "file"\nlog.dir = ""' }, ({ log }) => log.file.split("/").at(-1), "hookline.log"],
  [{ main: "node.id = 0" }, ({ broker }) => broker.nodeId, 0],
  [{ main: 'node.id = "7"' }, ({ broker }) => broker.nodeId, 7],
  [{ main: 'mqtt.max_sessions = "0"' }, ({ broker }) => broker.maxSessions, 0],
  [listener("max_connections = 0"), option("maxConnections"), Infinity],
  [listener("max_handshaking_limit = 0"), option("maxHandshaking"), Infinity],
  [listener("max_mqueue_len = 0"), option("maxQueuedMessages"), Infinity],
  [listener("max_clientid_len = 0"), option("maxClientIdLength"), 65_535],
  [listener("max_packet_size = 0"), option("maxPacketSize"), 268_435_460],
  [listener("max_subscriptions = 0"), option("maxSubscriptions"), 0],
  [listener("max_topic_levels = 0"), option("maxTopicLevels"), 0],
  [listener("max_session_expiry_interval = 0"), option("maxSessionExpiryInterval"), 0],
  [listener("message_expiry_interval = 0"), option("messageExpiryInterval"), 0],
  [listener('max_connections = "12"'), option("maxConnections"), 12],
  [listener('max_qos_allowed = "1"'), option("maxQos"), 1],
  [listener('keepalive_backoff = "0.8"'), option("keepAliveBackoff"), 0.8],
  [listener('allow_zero_keepalive = "false"'), option("allowZeroKeepAlive"), false],
  [listener('allow_zero_keepalive = "No"'), option("allowZeroKeepAlive"), false],
  [listener('allow_zero_keepalive = "TRUE"'), option("allowZeroKeepAlive"), true],
  [listener("allow_zero_keepalive = 0"), option("allowZeroKeepAlive"), false],
  [listener('handshake_timeout = "30S"'), option("handshakeTimeout"), 30_000],
  [listener('handshake_timeout = "30"'), option("handshakeTimeout"), 30_000],
  [listener("handshake_timeout = 30"), option("handshakeTimeout"), 30_000],
  [listener('max_packet_size = "1M512K"'), option("maxPacketSize"), 1_572_864],
  [listener('max_packet_size = "64kb"'), option("maxPacketSize"), 65_536],
  [
    listener("allow_anonymous = false"),
    option("allowAnonymous"),
    false,
    /allow_anonymous: locks every client out/,
  ],
  [
    listener("delayed_publish = true"),
    (config) => config.listeners.length,
    1,
    /a\.delayed_publish: has no effect/,
  ],
  [listener('delayed_publish = "false"'), (config) => config.listeners.length, 1],
  [listener("limit_subscription = true"), (config) => config.listeners.length, 1, /\$limit\/N\/TOPIC/],
  [listener("proxy_protocol = true"), (config) => config.listeners.length, 1, /proxies on this machine/],
  [listener("cross_certificate = true"), (config) => config.listeners.length, 1, /without TLS/],
  [listener('cert = "c.pem"'), (config) => config.listeners.length, 1, /a\.cert: has no effect/],
  [listener('cert = ""'), (config) => config.listeners.length, 1],
  [
    { main: `${LISTENER}listener.quic.b.addr = "0.0.0.0:8883"` },
    (config) => config.listeners.length,
    1,
    /listener\.quic\.b: this listener is not served/,
  ],
  [
    { main: `${LISTENER}listener.wss.b = { addr = "0.0.0.0:1", enable = false }` },
    (config) => config.listeners.length,
    1,
  ],
  [{ main: 'plugins.default_startups = ["rmqtt-web-hook", "rmqtt-counter"]' }, () => 1, 1],
  [
    { main: 'plugins.default_startups = ["rmqtt-retainer"]' },
    () => 1,
    1,
    /rmqtt-retainer: Retained Messages are kept within the limits/,
  ],
  [
    {
      main: '[listener.tcp.a]\naddr = "0.0.0.0:0"\nallow_anonymous = true\n',
    },
    option("allowAnonymous"),
    true,
    /others reach 0\.0\.0\.0:0, .* whoever does may do everything; to close it, .*hookline passwd/,
  ],
  [
    { main: 'plugins.default_startups = ["mine"]' },
    () => 1,
    1,
    /does not have mine: nothing of what it does/,
  ],
  [{ hooks: 'urls = ["  file:./hook.log "]\nrule.client_connect = [{}]' }, urlsOf, ["file:./hook.log"]],
  [{ hooks: 'http_urls = ["file:./a"]\nrule.client_connect = [{}]' }, urlsOf, ["file:./a"]],
  [
    { hooks: 'urls = ["file:./a"]\nhttp_urls = ["file:./b"]\nrule.client_connect = [{}]' },
    urlsOf,
    ["file:./a", "file:./b"],
  ],
  [
    { hooks: 'urls = ["file:./a", "file:./b", "file:a"]\nrule.client_connect = [{}]' },
    urlsOf,
    ["file:./a", "file:./b"],
    /urls\[2\]: is in this list already: each line is written there once/,
  ],
  [
    {
      hooks: 'urls = ["http://127.0.0.1:1/"]\nhttp_urls = ["http://127.0.0.1:1"]\nrule.client_connect = [{}]',
    },
    urlsOf,
    ["http://127.0.0.1:1/"],
    /http_urls\[0\]: is in this list already/,
  ],
  [
    { hooks: `${HOOKS}rule.message_publish = [{ topics = [] }]` },
    ({ hooks }) => Object.keys(hooks.rules.message_publish?.[0] ?? {}),
    ["action", "urls"],
  ],
  [
    { hooks: `${HOOKS}rule.client_authenticate = [{ action = "x" }]` },
    ({ hooks }) => Object.keys(hooks.rules),
    ["client_connect"],
  ],
  [{ hooks: "urls = []\nrule.client_connect = [{}]" }, urlsOf, [], /its lines go nowhere/],
  [{ hooks: `${HOOKS}http_timeout = "5"` }, ({ hooks }) => hooks.http.timeout, 5_000],
  [{ hooks: `${HOOKS}queue_capacity = "10"` }, ({ hooks }) => hooks.http.queueCapacity, 10],
];

const REFUSED: readonly (readonly [Written, RegExp])[] = [
  [{ main: 'log.to = "stdout"' }, /log\.to: must be one of "console", "file", "both", "off"; found "stdout"/],
  [{ hooks: 'urls = ["file://host/a/hook.log"]' }, /"file:\/\/\/A\/B"/],
  [listener("max_inflight = 0"), /max_inflight: must be an integer from 1 to 65535; found 0/],
  [listener('handshake_timeout = "1m30"'), /a bare number is seconds/],
  [{ main: 'listener.quic.a.addr = "0.0.0.0:8883"\n' }, /listener: has no listener that is served/],
  [
    { main: '[listener.tcp.a]\naddr = "0.0.0.0:0"\n' },
    /listener\.tcp\.a: others reach 0\.0\.0\.0:0, and nothing authenticates clients: .*allow_anonymous = true/,
  ],
  ...["rmqtt-acl", "rmqtt-auth-http", "rmqtt-auth-jwt", "rmqtt-flapping"].map((plugin): [Written, RegExp] => [
    { main: `plugins.default_startups = ["${plugin}"]` },
    new RegExp(`plugins/${plugin}\\.toml: does not exist, and plugins\\.default_startups has ${plugin}`),
  ]),
];

function write(cwd: string, { main = "", hooks = HOOKS }: Written): string[] {
  Deno.writeTextFileSync(join(cwd, "h.toml"), main.includes("listener.") ? main : `${LISTENER}${main}\n`);
  Deno.writeTextFileSync(join(cwd, "hooks.toml"), hooks);
  return ["check", "--offline", "--config", "h.toml", "--hooks", "hooks.toml"];
}

for (const [written, read, value, warning] of ACCEPTED) {
  const name = JSON.stringify(written.main ?? written.hooks);
  Deno.test(`accepts ${name} and reads ${JSON.stringify(value)}`, () =>
    inTempDir(async (cwd) => {
      const args = write(cwd, written);
      const { code, stdout, stderr } = await inProcess(args, { cwd });
      assert.deepEqual([
        code,
        read(loadConfigured({ ...memoryIo({ cwd }), configFile: "h.toml", hooksFile: "hooks.toml" })),
      ], [
        0,
        value,
      ], stderr);
      if (warning === undefined) assert.doesNotMatch(stderr, SPECIAL);
      else assert.match(stderr, warning);
      assert.equal(stdout.includes("All good."), stderr === "");
    }));
}

for (const [written, message] of REFUSED) {
  Deno.test(`refuses ${JSON.stringify(written.main ?? written.hooks)}`, () =>
    inTempDir(async (cwd) => {
      const { code, stderr } = await inProcess(write(cwd, written), { cwd });
      assert.equal(code, 78, stderr);
      assert.match(stderr, message);
    }));
}
