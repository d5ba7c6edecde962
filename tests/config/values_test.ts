// Good configurations: each key arrives where it belongs, and what is left out keeps its default.
import assert from "node:assert/strict";
import { LISTENER_DEFAULTS } from "../../src/broker/options.ts";
import { loadBroker, loadHooks } from "./_load_texts.ts";

Deno.test("every key of the main file arrives in its option", () => {
  const config = loadBroker(`
    node.id = 9
    [log]
    level = "debug"
    to = "both"
    dir = "logs"
    file = "x.log"
    [mqtt]
    max_sessions = 20
    max_connections = 201
    max_connects_per_second = 202
    max_mqueue_bytes_total = "2MB"
    [retainer]
    max_retained_messages = 10
    max_retained_bytes = "1MB"
    [listener.tcp.lan]
    enable = true
    addr = "[::1]:1884"
    nodelay = false
    max_connections = 1
    max_handshaking_limit = 2
    max_handshaking_per_address = 22
    handshake_timeout = "3s"
    max_connects_per_second = 21
    max_messages_per_second = 23
    max_message_bytes_per_second = "24KB"
    disconnect_if_over_rate = true
    max_connect_packet_size = "2KB"
    max_packet_size = "4KB"
    allow_anonymous = false
    allow_zero_keepalive = false
    min_keepalive = 5
    max_keepalive = 6
    keepalive_backoff = 0.7
    max_inflight = 8
    max_mqueue_len = 9
    max_mqueue_bytes = "10KB"
    max_clientid_len = 23
    max_qos_allowed = 1
    max_topic_levels = 12
    retain_available = false
    session_expiry_interval = "13s"
    max_session_expiry_interval = "14s"
    message_retry_interval = "15s"
    message_expiry_interval = "16s"
    max_subscriptions = 17
    max_topic_aliases = 18
  `);
  assert.deepEqual(config.log, { level: "debug", to: "both", file: "/work/dir/logs/x.log" });
  assert.deepEqual(config.broker, {
    nodeId: 9,
    maxSessions: 20,
    maxConnections: 201,
    maxConnectsPerSecond: 202,
    maxQueuedBytesTotal: 2_097_152,
    maxRetainedMessages: 10,
    maxRetainedBytes: 1_048_576,
  });
  assert.deepEqual(config.listeners, [{
    kind: "tcp",
    name: "lan",
    place: { hostname: "::1", port: 1884 },
    nodelay: false,
    options: {
      maxConnections: 1,
      maxHandshaking: 2,
      maxHandshakingPerAddress: 22,
      handshakeTimeout: 3_000,
      maxConnectsPerSecond: 21,
      maxMessagesPerSecond: 23,
      maxMessageBytesPerSecond: 24_576,
      disconnectIfOverRate: true,
      maxConnectPacketSize: 2_048,
      maxPacketSize: 4_096,
      allowAnonymous: false,
      allowZeroKeepAlive: false,
      minKeepAlive: 5,
      maxKeepAlive: 6,
      keepAliveBackoff: 0.7,
      maxInflight: 8,
      maxQueuedMessages: 9,
      maxQueuedBytes: 10_240,
      maxClientIdLength: 23,
      maxQos: 1,
      maxTopicLevels: 12,
      retainAvailable: false,
      sessionExpiryInterval: 13_000,
      maxSessionExpiryInterval: 14_000,
      messageRetryInterval: 15_000,
      messageExpiryInterval: 16_000,
      maxSubscriptions: 17,
      maxTopicAliases: 18,
    },
  }]);
});

Deno.test("every key of the hooks file arrives in its option", () => {
  const { hooks } = loadHooks(`
    packet_id_type = "number"
    file_max_size = "1MB"
    file_max_files = 2
    file_compress = true
    file_mode = "0664"
    file_fsync = "always"
    file_buffer = "3MB"
    http_timeout = "4s"
    retry_max_elapsed_time = "5s"
    retry_multiplier = 6.5
    concurrency_limit = 7
    queue_capacity = 8_000
    spool = false
    spool_dir = "sp"
    spool_max_bytes = "9MB"
    http_order = "client"
    http_batch_max = 10
    http_batch_wait = "11ms"
    http_compression = "gzip"
    shutdown_timeout = "12s"
  `);
  assert.equal(hooks.packetIdType, "number");
  assert.deepEqual(hooks.file, {
    maxSize: 1_048_576,
    maxFiles: 2,
    compress: true,
    mode: 0o664,
    fsync: "always",
    bufferBytes: 3_145_728,
  });
  assert.deepEqual(hooks.http, {
    timeout: 4_000,
    retryMaxElapsed: 5_000,
    retryMultiplier: 6.5,
    concurrency: 7,
    queueCapacity: 8_000,
    spool: false,
    spoolDir: "/work/dir/sp",
    spoolMaxBytes: 9_437_184,
    order: "client",
    batchMax: 10,
    batchWait: 11,
    compression: "gzip",
    shutdownTimeout: 12_000,
  });
});

Deno.test("max_handshaking_per_address is a quarter of max_handshaking_limit, unless it is written", () => {
  const perAddress = (keys: string): number | undefined =>
    loadBroker(`[listener.tcp.a]\n${keys}\n`).listeners[0]?.options.maxHandshakingPerAddress;
  assert.equal(perAddress(""), 125);
  assert.equal(perAddress("max_handshaking_limit = 2"), 1);
  assert.equal(perAddress("max_handshaking_limit = 2\nmax_handshaking_per_address = 0"), 0);
});

Deno.test("a listener without keys is local and has every default", () => {
  const { listeners } = loadBroker("[listener.tcp.bare]\n");
  assert.deepEqual(listeners, [
    {
      kind: "tcp",
      name: "bare",
      place: { hostname: "127.0.0.1", port: 1883 },
      nodelay: true,
      options: LISTENER_DEFAULTS,
    },
  ]);
});

Deno.test("what only some kinds of listeners have arrives there", () => {
  const { listeners } = loadBroker(`
    [listener.tls.a]
    addr = "[::1]:8883"
    cert = "c.pem"
    key = "/k.pem"
    cross_certificate = true
    client_ca_certs = "ca.pem"
    client_crls = "crl.pem"
    cert_cn_as_username = true
    [listener.wss.b]
    cert = "c.pem"
    key = "k.pem"
    client_ca_certs = "ca.pem"
    path = "/ws"
    allowed_origins = ["https://example.com", "null"]
    [listener.unix.c]
    path = "x.sock"
    mode = "0666"
    [listener.ws.d]
    proxy_protocol = true
    proxy_protocol_timeout = "9s"
    proxy_protocol_trusted = ["10.0.0.0/8", "fd00::1"]
  `);
  const own = listeners.map(({ kind, place, tls, webSocket }) => ({ kind, place, tls, webSocket }));
  assert.deepEqual(own, [
    {
      kind: "tls",
      place: { hostname: "::1", port: 8883 },
      tls: {
        cert: "/work/dir/c.pem",
        key: "/k.pem",
        clientCa: "/work/dir/ca.pem",
        clientCrl: "/work/dir/crl.pem",
        username: "commonName",
      },
      webSocket: undefined,
    },
    {
      kind: "ws",
      place: { hostname: "127.0.0.1", port: 8080 },
      tls: undefined,
      webSocket: { path: "/mqtt", allowedOrigins: [] },
    },
    {
      kind: "wss",
      place: { hostname: "127.0.0.1", port: 8443 },
      tls: { cert: "/work/dir/c.pem", key: "/work/dir/k.pem" },
      webSocket: { path: "/ws", allowedOrigins: ["https://example.com", "null"] },
    },
    { kind: "unix", place: { path: "/work/dir/x.sock", mode: 0o666 }, tls: undefined, webSocket: undefined },
  ]);
  const proxies = listeners.map(({ proxy }) =>
    proxy && [proxy.timeout, ...["10.9.9.9", "fd00::2"].map(proxy.isTrusted)]
  );
  assert.deepEqual(proxies, [undefined, [9_000, true, false], undefined, undefined]);
});

Deno.test("any number of listeners, in their order, without those that are off", () => {
  const { listeners } = loadBroker(`
    listener.tcp.a.addr = "127.0.0.1:0"
    listener.tcp.b = { addr = "127.0.0.1:0" }
    listener.tcp.c.enable = false
    [listener.tcp.constructor]
    addr = "0.0.0.0:1884"
    allow_anonymous = true
  `);
  assert.deepEqual(listeners.map(({ name }) => name), ["a", "b", "constructor"]);
});

Deno.test("max_packet_size of 0 is as much as MQTT allows", () => {
  const { listeners } = loadBroker("[listener.tcp.a]\nmax_packet_size = 0\n");
  assert.equal(listeners[0]?.options.maxPacketSize, 268_435_460);
});

Deno.test("rules take the event's name and the file's urls where they have none of their own", () => {
  const { hooks, warnings } = loadHooks(`
    urls = ["file:./all.log", "http://localhost:1/"]
    rule.message_publish = [
      {},
      { action = "mine", topics = ["a/+/b", "$SYS/#"], urls = ["file:///own.log"] },
      { urls = [] },
    ]
    rule.message_acked = []
  `);
  const urls = ["file:./all.log", "http://localhost:1/"];
  assert.deepEqual(hooks.rules, {
    message_publish: [
      { action: "message_publish", urls },
      { action: "mine", topics: ["a/+/b", "$SYS/#"], urls: ["file:///own.log"] },
      { action: "message_publish", urls },
    ],
  });
  assert.deepEqual(warnings, []);
});

Deno.test("a rule whose lines go nowhere is told, and so is a file without rules", () => {
  assert.deepEqual(loadHooks("\nrule.client_connect = [{}]\n").warnings, [
    "hooks.toml:2: rule.client_connect[0]: has no URL, and there are no default urls: its lines go nowhere",
  ]);
  assert.deepEqual(loadHooks("").warnings, ["hooks.toml: has no rule, so no event will be written anywhere"]);
});

Deno.test("a URL written as a table gives its options to every use of the URL", () => {
  const { hooks } = loadHooks(`
    urls = [
      "https://h/a",
      { url = "https://h/a", headers = { Authorization = "Bearer \${NAME}", A = "" }, ca_file = "ca.pem",
        cert_file = "/c.pem", key_file = "k.pem", timeout = "1s", concurrency_limit = 2, batch_max = 3 },
      { url = "file:///x", required = true },
    ]
    rule.client_connect = [{ urls = [{ url = "http://other/", batch_max = 9 }] }]
    rule.client_connack = [{ urls = [{ url = "http://other/", batch_max = 9 }] }]
  `);
  assert.deepEqual(hooks.rules.client_connect?.[0]?.urls, ["http://other/"]);
  assert.deepEqual([...hooks.endpoints], [
    ["https://h/a", {
      headers: { A: "", Authorization: "Bearer value" },
      caFile: "/work/dir/ca.pem",
      certFile: "/c.pem",
      keyFile: "/work/dir/k.pem",
      timeout: 1_000,
      concurrency: 2,
      batchMax: 3,
    }],
    ["file:///x", { required: true }],
    ["http://other/", { batchMax: 9 }],
  ]);
});

const EXPANSIONS: readonly (readonly [written: string, read: string])[] = [
  ["${NAME}", "value"],
  ["a-${NAME}-${DIR}-b", "a-value-/srv-b"],
  ["x${EMPTY}", "x"],
  ["$${NAME}", "${NAME}"],
  ["$${NAME} ${NAME}", "${NAME} value"],
  ["$NAME $ $$ {NAME}", "$NAME $ $$ {NAME}"],
  ["$$${NAME}", "$${NAME}"],
];

for (const [written, read] of EXPANSIONS) {
  Deno.test(`the string ${JSON.stringify(written)} reads as ${JSON.stringify(read)}`, () => {
    const { hooks } = loadHooks(`rule.client_connect = [{ action = '${written}', urls = ["file:///a"] }]`);
    assert.equal(hooks.rules.client_connect?.[0]?.action, read);
  });
}

Deno.test("what a variable holds is not expanded again", () => {
  const { hooks } = loadHooks(`rule.client_connect = [{ action = "$\${\${NAME}", urls = ["file:///a"] }]`);
  assert.equal(hooks.rules.client_connect?.[0]?.action, "${value");
});
