// `[listener.tcp.<name>]`: where clients connect and what they may ask for.
import * as v from "valibot";
import { LISTENER_DEFAULTS as D, type ListenerOptions } from "../broker/options.ts";
import { type Document, isTable, type Table } from "./_document.ts";
import { address, boolean, decimal, duration, type Field, integer, qos, size } from "./_fields.ts";
import { FOREIGN_IN_LISTENER } from "./_rmqtt_keys.ts";
import { readTable, type Values } from "./_table.ts";
import type { TcpListener } from "./config.ts";

/** The most that the Remaining Length of MQTT can say, and the fixed header before it. */
const LARGEST_PACKET = 268_435_455 + 5;

/** Served when no file names a TCP listener: this machine only. */
export const DEFAULT_LISTENER: TcpListener = {
  name: "default",
  hostname: "127.0.0.1",
  port: 1883,
  nodelay: true,
  options: D,
};

/** `[listener.tcp]` and its like: a table of named tables. */
const NAMED: Field<Table> = v.custom<Table>(
  isTable,
  "must be a table of named listeners, as in [listener.tcp.external]",
);

const FIELDS = {
  enable: boolean(),
  addr: address(),
  nodelay: boolean(),
  max_connections: integer(1, 10_000_000, Infinity),
  max_handshaking_limit: integer(1, 1_000_000, Infinity),
  max_handshaking_per_address: integer(0, 1_000_000),
  handshake_timeout: duration("1ms", "1h"),
  max_connects_per_second: integer(0, 1_000_000),
  max_connect_packet_size: size("1KB", "1MB"),
  max_packet_size: size("16", String(LARGEST_PACKET), "as much as MQTT allows"),
  allow_anonymous: boolean(),
  allow_zero_keepalive: boolean(),
  min_keepalive: integer(0, 65_535),
  max_keepalive: integer(1, 65_535),
  keepalive_backoff: decimal(0.5, 10),
  max_inflight: integer(1, 65_535),
  max_mqueue_len: integer(1, 10_000_000, Infinity),
  max_mqueue_bytes: size("1KB", "1TB"),
  // [MQTT-3.1.3-5]: 23 bytes must be accepted.
  max_clientid_len: integer(23, 65_535, 65_535),
  max_qos_allowed: qos(),
  max_topic_levels: integer(0, 65_535),
  retain_available: boolean(),
  session_expiry_interval: duration("0", "36500d"),
  max_session_expiry_interval: duration("0", "36500d"),
  message_retry_interval: duration("0", "1d"),
  message_expiry_interval: duration("0", "36500d"),
  max_subscriptions: integer(0, 10_000_000),
  max_topic_aliases: integer(0, 65_535),
};

/** Kinds of RMQTT's that Hookline does not serve; what stands in their tables is not looked at. */
const UNSERVED = ["tls", "ws", "wss", "quic"] as const;

/** All enabled TCP listeners of `[listener]`; the default one where no listener of any kind is written. */
export function readListeners(doc: Document, value: unknown): readonly TcpListener[] {
  const kinds = readTable(doc, ["listener"], value, {
    tcp: NAMED,
    tls: NAMED,
    ws: NAMED,
    wss: NAMED,
    quic: NAMED,
  });
  if (kinds === undefined) return [];
  for (const kind of UNSERVED) warnUnserved(doc, kind, kinds[kind]);
  if (kinds.tcp === undefined) {
    if (UNSERVED.every((kind) => kinds[kind] === undefined)) return [DEFAULT_LISTENER];
    doc.error(
      ["listener"],
      "has no TCP listener, and Hookline serves no other kind yet, so no client could connect; " +
        'add one, as in listener.tcp.external.addr = "0.0.0.0:1883"',
    );
    return [];
  }
  const enabled: TcpListener[] = [];
  let off = 0;
  for (const [name, table] of Object.entries(kinds.tcp)) {
    const listener = readListener(doc, name, table);
    if (listener === "off") off++;
    else if (listener !== undefined) enabled.push(listener);
  }
  if (off === Object.keys(kinds.tcp).length) {
    doc.error(["listener", "tcp"], "has no listener that is enabled, so no client could connect");
  }
  refuseSameAddress(doc, enabled);
  return enabled;
}

/** `"off"` when it is not enabled, `undefined` after an error. */
function readListener(doc: Document, name: string, value: unknown): TcpListener | "off" | undefined {
  const path = ["listener", "tcp", name];
  if (!/^[A-Za-z0-9_.-]{1,64}$/.test(name)) {
    doc.error(path, "a listener's name has 1 to 64 letters, digits, dots, - and _");
    return undefined;
  }
  const table = readTable(doc, path, value, FIELDS, FOREIGN_IN_LISTENER);
  if (table === undefined) return undefined;
  const options = optionsOf(table);
  if (options.minKeepAlive > options.maxKeepAlive) {
    const key = table.min_keepalive === undefined ? "max_keepalive" : "min_keepalive";
    const { minKeepAlive, maxKeepAlive } = options;
    doc.error(
      [...path, key],
      `min_keepalive (${minKeepAlive}) must not exceed max_keepalive (${maxKeepAlive})`,
    );
    return undefined;
  }
  if (table.enable === false) return "off";
  if (!options.allowAnonymous) {
    doc.warn([...path, "allow_anonymous"], "locks every client out: Hookline cannot check passwords yet");
  }
  return {
    name,
    hostname: table.addr?.hostname ?? DEFAULT_LISTENER.hostname,
    port: table.addr?.port ?? DEFAULT_LISTENER.port,
    nodelay: table.nodelay ?? DEFAULT_LISTENER.nodelay,
    options,
  };
}

function optionsOf(table: Values<typeof FIELDS>): ListenerOptions {
  const maxHandshaking = table.max_handshaking_limit ?? D.maxHandshaking;
  return {
    maxConnections: table.max_connections ?? D.maxConnections,
    maxHandshaking,
    maxHandshakingPerAddress: table.max_handshaking_per_address ?? Math.ceil(maxHandshaking / 4),
    handshakeTimeout: table.handshake_timeout ?? D.handshakeTimeout,
    maxConnectsPerSecond: table.max_connects_per_second ?? D.maxConnectsPerSecond,
    maxConnectPacketSize: table.max_connect_packet_size ?? D.maxConnectPacketSize,
    maxPacketSize: table.max_packet_size === 0 ? LARGEST_PACKET : table.max_packet_size ?? D.maxPacketSize,
    allowAnonymous: table.allow_anonymous ?? D.allowAnonymous,
    allowZeroKeepAlive: table.allow_zero_keepalive ?? D.allowZeroKeepAlive,
    minKeepAlive: table.min_keepalive ?? D.minKeepAlive,
    maxKeepAlive: table.max_keepalive ?? D.maxKeepAlive,
    keepAliveBackoff: table.keepalive_backoff ?? D.keepAliveBackoff,
    maxInflight: table.max_inflight ?? D.maxInflight,
    maxQueuedMessages: table.max_mqueue_len ?? D.maxQueuedMessages,
    maxQueuedBytes: table.max_mqueue_bytes ?? D.maxQueuedBytes,
    maxClientIdLength: table.max_clientid_len ?? D.maxClientIdLength,
    maxQos: table.max_qos_allowed ?? D.maxQos,
    maxTopicLevels: table.max_topic_levels ?? D.maxTopicLevels,
    retainAvailable: table.retain_available ?? D.retainAvailable,
    sessionExpiryInterval: table.session_expiry_interval ?? D.sessionExpiryInterval,
    maxSessionExpiryInterval: table.max_session_expiry_interval ?? D.maxSessionExpiryInterval,
    messageRetryInterval: table.message_retry_interval ?? D.messageRetryInterval,
    messageExpiryInterval: table.message_expiry_interval ?? D.messageExpiryInterval,
    maxSubscriptions: table.max_subscriptions ?? D.maxSubscriptions,
    maxTopicAliases: table.max_topic_aliases ?? D.maxTopicAliases,
  };
}

/** The system would refuse the second one only at start, without saying which. */
function refuseSameAddress(doc: Document, listeners: readonly TcpListener[]): void {
  const takenBy = new Map<string, string>();
  for (const { name, hostname, port } of listeners) {
    if (port === 0) continue;
    const address = `${hostname}:${port}`;
    const other = takenBy.get(address);
    if (other === undefined) takenBy.set(address, name);
    else {doc.error(
        ["listener", "tcp", name, "addr"],
        `${address} is already the address of listener.tcp.${other}`,
      );}
  }
}

function warnUnserved(doc: Document, kind: string, named: Table | undefined): void {
  for (const [name, table] of Object.entries(named ?? {})) {
    const path = ["listener", kind, name];
    if (isTable(table) && table["enable"] === false) doc.unused(path);
    else doc.warn(path, "this listener is not served: Hookline has only TCP listeners yet");
  }
}
