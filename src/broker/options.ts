// What a listener allows its clients: the options of the broker, their defaults, and what each one means.

/**
 * MQTT limits and behaviour of one listener. Names in the comments are the keys of the configuration file.
 * Counts of connections, handshakes and messages are `Infinity` where there is no limit.
 */
export interface ListenerOptions {
  /** `max_connections`: accepted clients at once; one more is answered "Server unavailable". */
  readonly maxConnections: number;
  /** `max_handshaking_limit`: connections without a CONNECT yet; one more is closed at once. */
  readonly maxHandshaking: number;
  /** `max_handshaking_per_address`: those of one address (IPv6: one /64); 0: no limit but that of all. */
  readonly maxHandshakingPerAddress: number;
  /** `handshake_timeout`, milliseconds until a CONNECT must be complete. */
  readonly handshakeTimeout: number;
  /** `max_connects_per_second`: connections from one address in a second, and at once; one more is closed. 0: no limit. */
  readonly maxConnectsPerSecond: number;
  /** `max_connect_packet_size`, bytes of a CONNECT: the most that a peer whom nobody accepted yet makes us keep. */
  readonly maxConnectPacketSize: number;
  /** `max_packet_size`, bytes of one packet from a client, fixed header included. */
  readonly maxPacketSize: number;
  /** `allow_anonymous`: clients that nobody authenticated may connect. */
  readonly allowAnonymous: boolean;
  /** `allow_zero_keepalive`: Keep Alive 0 (never) is accepted. */
  readonly allowZeroKeepAlive: boolean;
  /** `min_keepalive`, seconds; a 5.0 client that asks for less is told this one, an older one is refused. */
  readonly minKeepAlive: number;
  /** `max_keepalive`, seconds; likewise. */
  readonly maxKeepAlive: number;
  /** `keepalive_backoff`: a client is gone after Keep Alive × this × 2. The standard's 1.5 is 0.75. */
  readonly keepAliveBackoff: number;
  /** `max_inflight`: QoS 1 and 2 messages sent to one client and not yet acknowledged. */
  readonly maxInflight: number;
  /** `max_mqueue_len`: messages that wait for one session. */
  readonly maxQueuedMessages: number;
  /** `max_mqueue_bytes`: payload, topic and property bytes that wait for one session (Hookline's own key). */
  readonly maxQueuedBytes: number;
  /** `max_clientid_len`, bytes. */
  readonly maxClientIdLength: number;
  /** `max_qos_allowed`: highest QoS of a PUBLISH; subscriptions are granted at most this. */
  readonly maxQos: 0 | 1 | 2;
  /** `max_topic_levels` of a Topic Filter that is subscribed; 0: no limit. Default 128, for each level costs memory. */
  readonly maxTopicLevels: number;
  /** `retain_available`. */
  readonly retainAvailable: boolean;
  /** `session_expiry_interval`, milliseconds a 3.1 or 3.1.1 session without Clean Session outlives its connection. */
  readonly sessionExpiryInterval: number;
  /** `max_session_expiry_interval`, milliseconds, cap for 5.0 clients; 0: no cap. */
  readonly maxSessionExpiryInterval: number;
  /** `message_retry_interval`, milliseconds after which an unacknowledged message is sent again to a connected 3.x client; 0: only after a reconnect. 5.0 forbids it [MQTT-4.4.0-1]. */
  readonly messageRetryInterval: number;
  /** `message_expiry_interval`, milliseconds a message without an expiry of its own may wait; 0: for ever. */
  readonly messageExpiryInterval: number;
  /** `max_subscriptions` of one client; 0: no limit. */
  readonly maxSubscriptions: number;
  /** `max_topic_aliases` a 5.0 client may use towards the broker. */
  readonly maxTopicAliases: number;
}

/** The defaults; where RMQTT has one it is the same, but for those that would lose messages in silence. */
export const LISTENER_DEFAULTS: ListenerOptions = {
  maxConnections: 1_024_000,
  maxHandshaking: 500,
  maxHandshakingPerAddress: 125,
  handshakeTimeout: 15_000,
  maxConnectsPerSecond: 0,
  maxConnectPacketSize: 128 * 1024,
  maxPacketSize: 1024 * 1024,
  allowAnonymous: true,
  allowZeroKeepAlive: true,
  minKeepAlive: 0,
  maxKeepAlive: 65_535,
  keepAliveBackoff: 0.75,
  maxInflight: 1_000,
  maxQueuedMessages: 100_000,
  maxQueuedBytes: 64 * 1024 * 1024,
  maxClientIdLength: 65_535,
  maxQos: 2,
  maxTopicLevels: 128,
  retainAvailable: true,
  sessionExpiryInterval: 2 * 3600_000,
  maxSessionExpiryInterval: 0,
  messageRetryInterval: 0,
  messageExpiryInterval: 0,
  maxSubscriptions: 0,
  maxTopicAliases: 32,
};

/** Limits of the whole broker. */
export interface BrokerOptions {
  /** `node.id`, the `node` of every line. */
  readonly nodeId: number;
  /** `mqtt.max_sessions`, present and absent together; a client that needs one more is refused. 0: no limit. */
  readonly maxSessions: number;
  /** `mqtt.max_mqueue_bytes_total`: what all sessions together keep, waiting or not acknowledged, bytes. 0: no limit. */
  readonly maxQueuedBytesTotal: number;
  /** `retainer.max_retained_messages`: topics that hold one; a new topic past it is not retained. */
  readonly maxRetainedMessages: number;
  /** `retainer.max_retained_bytes`, payload, topic and property bytes. */
  readonly maxRetainedBytes: number;
}

/** The defaults on this machine: what all sessions keep may take a quarter of its memory. */
export function brokerDefaults(): BrokerOptions {
  return {
    nodeId: 1,
    maxSessions: 1_000_000,
    maxQueuedBytesTotal: Math.floor(Deno.systemMemoryInfo().total / 4),
    maxRetainedMessages: 1_000_000,
    maxRetainedBytes: 512 * 1024 * 1024,
  };
}

/** Session Expiry Interval that means "never". (3.1.2.11.2) */
const NEVER = 0xffffffff;

/** A 5.0 Session Expiry Interval (seconds) under the listener's cap, in milliseconds. */
export function sessionExpiry(seconds: number, { maxSessionExpiryInterval: cap }: ListenerOptions): number {
  const asked = seconds === NEVER ? Infinity : seconds * 1000;
  return cap === 0 ? asked : Math.min(asked, cap);
}
