// RMQTT's keys, rules and plugins that Hookline does not have, and what an operator must be told of each.

/**
 * By key, what does not happen when the key is on: a warning of its own. Empty where no client notices: such
 * keys, and those that are off, make one warning together. None is an error.
 */
export type ForeignKeys = Readonly<Record<string, string>>;

function harmless(...keys: readonly string[]): ForeignKeys {
  return Object.fromEntries(keys.map((key) => [key, ""]));
}

export const FOREIGN_AT_TOP = harmless("circuit_breaker", "grpc", "inner_api_addr", "rpc", "task");

/** By the table of the main file that they stand in. */
export const FOREIGN_IN_SECTION = {
  auth: {},
  acl: {},
  node: harmless("busy", "cookie", "crash_dump", "crash_dump_limit"),
  log: {},
  plugins: harmless("disabled_default_startups"),
  mqtt: harmless("delayed_publish_immediate", "delayed_publish_max", "shared_subscription"),
  retainer: {},
  store: {},
} as const;

const PLAIN = "has no effect: this listener is plain TCP, without TLS";

export const FOREIGN_IN_LISTENER: ForeignKeys = {
  ...harmless(
    "await_rel_timeout",
    "backlog",
    "conn_await_acquire",
    "idle_timeout",
    "key",
    "max_awaiting_rel",
    "max_concurrency_limit",
    "max_conn_rate",
    "max_handshake_limit",
    "max_handshake_rate",
    "message_storage_available",
    "mqueue_rate_limit",
    "name",
    "persistent_available",
    "reuseaddr",
    "reuseport",
    "shared_subscription",
    "tcp_keepalive",
    "workers",
  ),
  cert: PLAIN,
  cert_cn_as_username: PLAIN,
  cert_subject_dn_as_username: PLAIN,
  client_ca_certs: PLAIN,
  collect_cert_info: PLAIN,
  cross_certificate: PLAIN,
  delayed_publish:
    "has no effect: a message to $delayed/SECONDS/TOPIC is published at once, to that very topic",
  limit_subscription: "has no effect: $limit/N/TOPIC and $exclusive/TOPIC are subscribed as they are written",
};

export const FOREIGN_IN_HOOKS = harmless("async_queue_capacity", "worker_threads");

/** Hooks of RMQTT that its web-hook plugin takes a rule for, and that never fire there. */
export const SILENT_RULES: readonly string[] = [
  "before_startup",
  "client_authenticate",
  "client_keepalive",
  "client_subscribe_check_acl",
  "grpc_message_received",
  "message_expiry_check",
  "message_nonsubscribed",
  "message_publish_check_acl",
  "offline_inflight_messages",
];

const BRIDGE = "no messages are exchanged with other brokers";
const CLUSTER = "this broker knows no other node";

/** RMQTT's plugins: what does not happen without them here. Empty where nobody misses anything. */
export const PLUGINS: Readonly<Record<string, string>> = {
  "rmqtt-auto-subscription": "no client is subscribed to anything that it did not ask for",
  "rmqtt-bridge-egress-kafka": BRIDGE,
  "rmqtt-bridge-egress-mqtt": BRIDGE,
  "rmqtt-bridge-egress-nats": BRIDGE,
  "rmqtt-bridge-egress-pulsar": BRIDGE,
  "rmqtt-bridge-egress-reductstore": BRIDGE,
  "rmqtt-bridge-ingress-kafka": BRIDGE,
  "rmqtt-bridge-ingress-mqtt": BRIDGE,
  "rmqtt-bridge-ingress-nats": BRIDGE,
  "rmqtt-bridge-ingress-pulsar": BRIDGE,
  "rmqtt-cluster-broadcast": CLUSTER,
  "rmqtt-cluster-raft": CLUSTER,
  "rmqtt-counter": "",
  "rmqtt-http-api": "",
  "rmqtt-message-storage": "no message reaches a client that subscribes after it, but for Retained Messages",
  "rmqtt-p2p-messaging": "p2p/CLIENTID/TOPIC is a topic like any other",
  "rmqtt-retainer": "Retained Messages are kept within the limits of [retainer] in this file",
  "rmqtt-session-storage": "",
  "rmqtt-sys-topic":
    "$SYS/ has the broker's figures, every mqtt.sys_interval, but nothing of single clients and messages",
  "rmqtt-topic-rewrite": "topics stay as clients write them",
  "rmqtt-web-hook": "",
};
