// What the broker allows its clients: the options of each listener, and those of the whole broker.
import { optionsFrom, type OptionsOf, optionTable } from "../base/option.ts";

const SECOND = 1_000;
const DAY = 86_400 * SECOND;
const KIB = 1024;
const MIB = KIB ** 2;
const TIB = KIB ** 4;

/** The most that the Remaining Length of MQTT can say, and the fixed header before it. */
const LARGEST_PACKET = 268_435_455 + 5;

const HANDSHAKES = 500;

/**
 * MQTT limits and behaviour of one listener. Counts of connections, handshakes and messages are `Infinity`
 * where there is no limit. A default is RMQTT's where it has one, but for those that would lose messages in
 * silence.
 */
export const LISTENER_OPTIONS = optionTable({
  allowAnonymous: {
    key: "allow_anonymous",
    kind: "boolean",
    default: true,
    sample: true,
    paragraph: true,
    doc: "Clients that nobody authenticated may connect. Where it is not written, they may while only this " +
      "machine reaches the listener and nothing authenticates clients (auth above).",
  },
  maxConnections: {
    key: "max_connections",
    kind: "integer",
    min: 1,
    max: 10_000_000,
    zero: "no limit",
    zeroIs: Infinity,
    default: 1_024_000,
    paragraph: true,
    doc: 'Accepted clients at once; one more is answered "Server unavailable". 0: no limit.',
  },
  maxHandshaking: {
    key: "max_handshaking_limit",
    kind: "integer",
    min: 1,
    max: 1_000_000,
    zero: "no limit",
    zeroIs: Infinity,
    default: HANDSHAKES,
    doc: "Connections that have not sent their CONNECT yet; one more is closed. 0: no limit.",
  },
  maxHandshakingPerAddress: {
    key: "max_handshaking_per_address",
    kind: "integer",
    min: 0,
    max: 1_000_000,
    default: ({ max_handshaking_limit: all }) => Math.ceil(Number(all ?? HANDSHAKES) / 4),
    doc: "Those of one address (for IPv6, one /64), so that no one keeps all others out; default: a " +
      "quarter of the limit above. Raise it where many devices come through one NAT gateway or proxy " +
      "at once. 0: no limit but the one above.",
  },
  handshakeTimeout: {
    key: "handshake_timeout",
    kind: "duration",
    min: 1,
    max: 3_600 * SECOND,
    default: 15 * SECOND,
    doc: "How long a CONNECT may take.",
  },
  maxConnectsPerSecond: {
    key: "max_connects_per_second",
    kind: "integer",
    min: 0,
    max: 1_000_000,
    default: 0,
    doc: "Connections that one address may open in a second (for IPv6, one /64); one more is closed. 0: " +
      "no limit.",
  },
  maxMessagesPerSecond: {
    key: "max_messages_per_second",
    kind: "integer",
    min: 0,
    max: 10_000_000,
    default: 0,
    doc: "PUBLISH packets that one client may send in a second, all at once or spread over it; one that " +
      "sends more is not read for a while, so that it waits and nothing is lost. 0: no limit.",
  },
  maxMessageBytesPerSecond: {
    key: "max_message_bytes_per_second",
    kind: "size",
    min: 0,
    max: TIB,
    default: 0,
    doc: "Their bytes; likewise.",
  },
  disconnectIfOverRate: {
    key: "disconnect_if_over_rate",
    kind: "boolean",
    default: false,
    doc: "Such a client is sent away instead, with Message rate too high in 5.0.",
  },
  maxConnectPacketSize: {
    key: "max_connect_packet_size",
    kind: "size",
    min: KIB,
    max: MIB,
    default: 128 * KIB,
    doc: "Largest CONNECT, for that is what someone who is not a client yet can make the broker keep.",
  },
  maxPacketSize: {
    key: "max_packet_size",
    kind: "size",
    min: 16,
    max: LARGEST_PACKET,
    zero: "as much as MQTT allows",
    zeroIs: LARGEST_PACKET,
    default: MIB,
    doc: "Largest packet from a client, fixed header included; 0: as much as MQTT allows (256 MB).",
  },
  allowZeroKeepAlive: {
    key: "allow_zero_keepalive",
    kind: "boolean",
    default: true,
    paragraph: true,
    doc: "Clients may ask for a Keep Alive of 0, which means never.",
  },
  minKeepAlive: {
    key: "min_keepalive",
    kind: "integer",
    min: 0,
    max: 65_535,
    default: 0,
    doc: "Least Keep Alive, in seconds: a 5.0 client that asks for less is told this one, an older one is " +
      "refused.",
  },
  maxKeepAlive: {
    key: "max_keepalive",
    kind: "integer",
    min: 1,
    max: 65_535,
    default: 65_535,
    doc: "Longest Keep Alive, in seconds; likewise.",
  },
  keepAliveBackoff: {
    key: "keepalive_backoff",
    kind: "decimal",
    min: 0.5,
    max: 10,
    default: 0.75,
    doc: "A silent client is gone after Keep Alive x 2 x this: 0.75 is the standard's one and a half.",
  },
  maxInflight: {
    key: "max_inflight",
    kind: "integer",
    min: 1,
    max: 65_535,
    default: 1_000,
    paragraph: true,
    doc: "QoS 1 and 2 messages sent to one client and not acknowledged yet.",
  },
  maxQueuedMessages: {
    key: "max_mqueue_len",
    kind: "integer",
    min: 1,
    max: 10_000_000,
    zero: "no limit",
    zeroIs: Infinity,
    default: 100_000,
    doc: "Messages that wait for one session; past it, message_dropped says so. 0: as many as " +
      "max_mqueue_bytes holds.",
  },
  maxQueuedBytes: {
    key: "max_mqueue_bytes",
    kind: "size",
    min: KIB,
    max: TIB,
    default: 64 * MIB,
    doc: "Their payload, topic and property bytes; likewise.",
  },
  maxClientIdLength: {
    key: "max_clientid_len",
    kind: "integer",
    // [MQTT-3.1.3-5]: 23 bytes must be accepted.
    min: 23,
    max: 65_535,
    zero: "no limit",
    zeroIs: 65_535,
    default: 65_535,
    paragraph: true,
    doc: "Bytes of a Client Identifier; 0: as many as MQTT allows (65,535).",
  },
  maxQos: {
    key: "max_qos_allowed",
    kind: "qos",
    default: 2,
    doc: "Highest QoS of a message from a client, and of a subscription: 0, 1 or 2.",
  },
  maxTopicLevels: {
    key: "max_topic_levels",
    kind: "integer",
    min: 0,
    max: 65_535,
    // Each level costs memory.
    default: 128,
    doc: "Levels of a Topic Filter that is subscribed; 0: no limit. A message may have more.",
  },
  retainAvailable: {
    key: "retain_available",
    kind: "boolean",
    default: true,
    doc: "Retained messages are kept.",
  },
  sessionExpiryInterval: {
    key: "session_expiry_interval",
    kind: "duration",
    min: 0,
    max: 36_500 * DAY,
    default: 7_200 * SECOND,
    paragraph: true,
    doc: "How long the session of a 3.1 or 3.1.1 client without Clean Session outlives its connection.",
  },
  maxSessionExpiryInterval: {
    key: "max_session_expiry_interval",
    kind: "duration",
    min: 0,
    max: 36_500 * DAY,
    default: 0,
    doc: 'The most a 5.0 client may ask for; "0": no limit.',
  },
  messageRetryInterval: {
    key: "message_retry_interval",
    kind: "duration",
    min: 0,
    max: DAY,
    // 5.0 clients get nothing twice on one connection [MQTT-4.4.0-1].
    default: 0,
    doc: "When an unacknowledged message is sent again to a connected 3.1 or 3.1.1 client; " +
      '"0": only after it reconnects.',
  },
  messageExpiryInterval: {
    key: "message_expiry_interval",
    kind: "duration",
    min: 0,
    max: 36_500 * DAY,
    default: 0,
    doc: 'How long a message without an expiry of its own may wait; "0": for ever.',
  },
  maxSubscriptions: {
    key: "max_subscriptions",
    kind: "integer",
    min: 0,
    max: 10_000_000,
    default: 0,
    doc: "Subscriptions of one client; 0: no limit.",
  },
  maxTopicAliases: {
    key: "max_topic_aliases",
    kind: "integer",
    min: 0,
    max: 65_535,
    default: 32,
    doc: "Topic aliases that a 5.0 client may use.",
  },
});

export type ListenerOptions = OptionsOf<typeof LISTENER_OPTIONS>;

export const LISTENER_DEFAULTS: ListenerOptions = optionsFrom(LISTENER_OPTIONS);

/** Limits of the whole broker. */
export const BROKER_OPTIONS = optionTable({
  nodeId: {
    key: "node.id",
    kind: "integer",
    min: 0,
    max: 4_294_967_295,
    default: 1,
    doc: "The `node` of every line.",
  },
  maxSessions: {
    key: "mqtt.max_sessions",
    kind: "integer",
    min: 0,
    max: 1_000_000_000,
    default: 1_000_000,
    doc: "Of clients that are here and of those that are away; a client that needs one more is refused. " +
      "0: no limit.",
  },
  maxConnections: {
    key: "mqtt.max_connections",
    kind: "integer",
    min: 0,
    max: 1_000_000_000,
    default: 0,
    doc: "Accepted clients at once, of all listeners; one more is refused. 0: no limit but theirs.",
  },
  maxConnectsPerSecond: {
    key: "mqtt.max_connects_per_second",
    kind: "integer",
    min: 0,
    max: 1_000_000,
    default: 0,
    doc: "Connections that all addresses together may open in a second, at all listeners; one more is " +
      "closed. 0: no limit but that of each address.",
  },
  maxQueuedBytesTotal: {
    key: "mqtt.max_mqueue_bytes_total",
    kind: "size",
    min: MIB,
    max: 1_024 * TIB,
    zero: "no limit",
    default: () => Math.floor(Deno.systemMemoryInfo().total / 4),
    sample: KIB ** 3,
    doc: "Bytes of all messages that wait for any session, or were sent and are not acknowledged; one " +
      "that several sessions wait for counts once. Past it the longest queue gives up its oldest. " +
      "Default: a quarter of this machine's memory; where a container may take less, say how much. 0: " +
      "no limit.",
  },
  maxRetainedMessages: {
    key: "retainer.max_retained_messages",
    kind: "integer",
    min: 1,
    max: 100_000_000,
    default: 1_000_000,
    doc:
      "Topics that hold one. A message for one topic more is delivered, and not retained; so is one for a " +
      "topic of more than 128 levels.",
  },
  maxRetainedBytes: {
    key: "retainer.max_retained_bytes",
    kind: "size",
    min: KIB,
    max: TIB,
    default: 512 * MIB,
    doc: "Payload, topic and property bytes of all of them.",
  },
});

export type BrokerOptions = OptionsOf<typeof BROKER_OPTIONS>;

/** The defaults on this machine. */
export function brokerDefaults(): BrokerOptions {
  return optionsFrom(BROKER_OPTIONS);
}
