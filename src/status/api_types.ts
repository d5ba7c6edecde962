// What the HTTP API answers with, as JSON: for whoever reads it, the page and `hookline top` among them.
//
// Where RMQTT's API has the path, names and forms are RMQTT's, and what Hookline adds stands behind its keys.
// Numbers of `Overview.counters` only grow: rates are the reader's to work out, from two answers and `now`.

/** `YYYY-MM-DD HH:mm:ss`, local time, `""` where there is none; and Unix milliseconds. */
export type LocalTime = string;
export type Millis = number;
export type Base64 = string;

/** What every answer with a status of 400 or more has: a sentence, on what was wrong and what is allowed. */
export interface ApiError {
  readonly error: string;
}

/** GET /api/v1 */
export interface Endpoint {
  readonly path: string;
  readonly name: string;
  readonly method: string;
  readonly descr: string;
}

/** What both of the next two have. */
export interface NodeCommon {
  readonly node_id: number;
  readonly node_name: string;
  readonly running: boolean;
  readonly node_status: "Running";
  /** `5 days 23 hours, 16 minutes, 3 seconds` */
  readonly uptime: string;
  /** `hookline/0.1.0` */
  readonly version: string;
  /** `deno 2.9.6` */
  readonly runtime: string;
}

/** GET /api/v1/brokers: an array of one; /brokers/{node}: itself. */
export interface BrokerInfo extends NodeCommon {
  readonly datetime: LocalTime;
  readonly sysdescr: string;
}

/** GET /api/v1/nodes: an array of one; /nodes/{node}: itself. */
export interface NodeInfo extends NodeCommon {
  readonly boottime: LocalTime;
  readonly connections: number;
  /** Bytes, of the disk of the working folder; 0 where the system does not say. */
  readonly disk_free: number;
  readonly disk_total: number;
  readonly load1: number;
  readonly load5: number;
  readonly load15: number;
  readonly memory_free: number;
  readonly memory_total: number;
  readonly memory_used: number;
}

/** GET /api/v1/health/check, and /readyz, which answers 503 where something is not well. */
export interface Health {
  readonly running: boolean;
  readonly ready: boolean;
  /** What is not well, each as a sentence. */
  readonly problems: readonly string[];
}

/**
 * GET /api/v1/clients: an array, with the number of all that match in the header X-Total-Count.
 *
 * Beside RMQTT's parameters (`_limit`, `clientid`, `username`, `ip_address` as a beginning, `connected`,
 * `clean_start`, `session_present`, `proto_ver`, `_like_clientid`, `_like_username`, `_gte_…` and `_lte_…` of
 * created_at, connected_at (Unix seconds) and mqueue_len): `_offset`, `_sort` by clientid, ip_address,
 * mqueue_len, inflight, received, sent or connected_at, and `_order`, asc or desc.
 *
 * GET /api/v1/clients/{clientid}: itself. DELETE: ends it and its session; answers with its id as text.
 * GET /api/v1/clients/{clientid}/online: true or false.
 */
export interface ClientInfo {
  readonly node_id: number;
  readonly clientid: string;
  /** `"undefined"` where it sent none. */
  readonly username: string;
  readonly proto_ver: number;
  readonly ip_address: string;
  readonly port: number;
  readonly connected: boolean;
  readonly connected_at: LocalTime;
  readonly disconnected_at: LocalTime;
  readonly disconnected_reason: string;
  /** Seconds. */
  readonly keepalive: number;
  readonly clean_start: boolean;
  readonly session_present: boolean;
  /** Seconds; 4294967295: for ever. */
  readonly expiry_interval: number;
  readonly created_at: LocalTime;
  readonly subscriptions_cnt: number;
  /** 0: no limit. */
  readonly max_subscriptions: number;
  readonly inflight: number;
  readonly max_inflight: number;
  readonly mqueue_len: number;
  readonly max_mqueue: number;
  readonly extra_attrs: number;
  readonly last_will: { message: Base64; qos: number; retain: boolean; topic: string } | null;
  /** Hookline's: the listener it came by, `""` where it was not here since the start. */
  readonly listener: string;
  /** Hookline's: bytes that wait for it. */
  readonly mqueue_bytes: number;
  /** Hookline's: messages it published in this stay, and PUBLISH packets to it since its session began. */
  readonly received: number;
  readonly sent: number;
}

/** GET /api/v1/subscriptions (`_limit`, `_offset`, clientid, topic, qos, share, _match_topic); /{clientid} */
export interface SubscriptionInfo {
  readonly node_id: number;
  readonly clientid: string;
  readonly client_addr: string;
  readonly topic: string;
  readonly qos: number;
  readonly share: string | null;
  /** Hookline's: as the events show it. */
  readonly opts: Readonly<Record<string, unknown>>;
}

/** GET /api/v1/routes (`_limit`, `_offset`); /routes/{topic}: those that match it. */
export interface RouteInfo {
  readonly node_id: number;
  readonly topic: string;
}

/**
 * GET /api/v1/retains (`_limit`, `_offset`, `topic`: a Topic Filter, default `#`), ordered as the tree is.
 * DELETE /api/v1/retains/{topic}: an empty Retained Message is published; answers `true`.
 */
export interface RetainInfo {
  readonly node_id: number;
  readonly topic: string;
  readonly qos: number;
  /** The first 4,096 bytes; null where `redact` hides it. */
  readonly payload: Base64 | null;
  readonly payload_size: number;
  readonly clientid: string;
  readonly username: string;
  readonly from_type: string;
  /** When it was published. */
  readonly ts: Millis;
  /** Seconds left; null: it does not expire. */
  readonly expiry_interval: number | null;
}

/** GET /api/v1/stats: an array of one; /stats/{node}: itself. /stats/sum: {@link StatsSum}. */
export interface StatsInfo {
  readonly node: { readonly id: number; readonly name: string; readonly status: "Running" };
  /** By RMQTT's names: `connections.count`, `connections.max`, … */
  readonly stats: Readonly<Record<string, number>>;
}

export interface StatsSum {
  readonly nodes: Readonly<Record<string, { readonly name: string; readonly status: "Running" }>>;
  readonly stats: Readonly<Record<string, number>>;
}

/** GET /api/v1/metrics: an array of one; /metrics/{node}: itself; /metrics/sum: `metrics` alone. */
export interface MetricsInfo {
  readonly node: { readonly id: number; readonly name: string };
  /** By RMQTT's names: `client.connect`, `messages.publish`, … */
  readonly metrics: Readonly<Record<string, number>>;
}

/** POST /api/v1/mqtt/publish, application/json; answers `ok` as text. Defaults: system, plain, 0, false. */
export interface PublishRequest {
  /** One of the two is needed. */
  readonly topic?: string;
  /** With a comma between two. */
  readonly topics?: string;
  readonly clientid?: string;
  readonly payload: string;
  readonly encoding?: "plain" | "base64";
  readonly qos?: 0 | 1 | 2;
  readonly retain?: boolean;
}

/** GET /api/v1/sinks: an array. */
export interface SinkInfo {
  /** Without secrets. */
  readonly url: string;
  readonly state: "ok" | "degraded";
  readonly lines_written: number;
  readonly lines_waiting: number;
  /** By reason. */
  readonly lines_dropped: Readonly<Record<string, number>>;
  readonly last_error: string | null;
  /** Of the oldest line that waits for its far end. */
  readonly oldest_waiting: Millis | null;
  /** Bytes of a spool on the disk; null where there is none. */
  readonly spool_bytes: number | null;
  /** Parked events that can be sent again, bytes of their files; null where there is no spool. */
  readonly parked_bytes: number | null;
}

/** POST /api/v1/sinks/redeliver, as application/json: `{"url": …}`, as {@link SinkInfo} shows it. */
export interface Redelivered {
  readonly sent: number;
  /** They are parked again. */
  readonly failed: number;
  /** Lines without an event. */
  readonly skipped: number;
  readonly last_failure: string | null;
}

/**
 * GET /api/v1/topics (`_limit`, `topic`: a Topic Filter): what was published while somebody asked. Counting
 * begins with the first request and ends half a minute after the last one.
 */
export interface TopicsInfo {
  readonly watching_since: Millis;
  /** So many topics are kept at most, and so many messages were for others. */
  readonly most: number;
  readonly left_out: number;
  /** Those that match, and of them the newest `_limit`, newest first. */
  readonly total: number;
  readonly topics: readonly TopicInfo[];
}

export interface TopicInfo {
  readonly topic: string;
  /** Messages and their payload bytes since `watching_since`. */
  readonly count: number;
  readonly bytes: number;
  readonly last: Millis;
  /** The first 256 bytes of the last payload; null where `redact` hides it. */
  readonly payload: Base64 | null;
  readonly payload_size: number;
  readonly qos: number;
  readonly retain: boolean;
}

/** A listener, in {@link Overview}. What is counted goes on over a reload. */
export interface ListenerInfo {
  readonly name: string;
  /** `tcp`, `tls`, … */
  readonly kind: string;
  readonly address: string;
  readonly clients: number;
  /** Connections without a CONNECT. */
  readonly handshakes: number;
  readonly connections_total: number;
  readonly clients_total: number;
  readonly packets_received: number;
  readonly packets_sent: number;
  readonly bytes_received: number;
  readonly bytes_sent: number;
  /** When its certificate is over; null where it has none. */
  readonly certificate_expires: Millis | null;
}

/** What survives a restart, in {@link Overview}; null there where nothing does. */
export interface StoreInfo {
  readonly state: "ok" | "degraded";
  /** Of its files. */
  readonly bytes: number;
  readonly last_error: string | null;
  /** Of messages in it that wait or are not acknowledged, and how many there may be; 0: no limit. */
  readonly kept_bytes: number;
  readonly limit_bytes: number;
}

/** GET /api/v1/overview: everything of this moment but lists that grow with the clients. */
export interface Overview {
  readonly now: Millis;
  readonly version: string;
  readonly runtime: string;
  readonly pid: number;
  readonly node_id: number;
  readonly node_name: string;
  readonly started: Millis;
  /** Seconds; memory in bytes. */
  readonly uptime: number;
  readonly memory: { readonly rss: number; readonly heap: number };
  readonly health: Health;
  /** Only grow. */
  readonly counters: {
    readonly clients_connected: number;
    readonly clients_disconnected: number;
    /** PUBLISH packets and messages of other sources that entered, and packets that left. */
    readonly messages_received: number;
    readonly messages_sent: number;
    readonly messages_acknowledged: number;
    readonly payload_bytes_received: number;
    readonly payload_bytes_sent: number;
    readonly packets_received: number;
    readonly packets_sent: number;
    readonly bytes_received: number;
    readonly bytes_sent: number;
    /** By reason. Messages that reach no client, connections that became none, clients over a rate. */
    readonly messages_dropped: Readonly<Record<string, number>>;
    readonly connections_refused: Readonly<Record<string, number>>;
    readonly clients_throttled: Readonly<Record<string, number>>;
    /** How often each event happened, whether a rule selects it or not. */
    readonly events: Readonly<Record<string, number>>;
  };
  readonly clients: number;
  readonly clients_max: number;
  readonly sessions: number;
  readonly connections: number;
  readonly subscriptions: number;
  readonly shared_subscriptions: number;
  readonly retained_messages: number;
  readonly retained_bytes: number;
  /** Messages that wait for clients, or were sent and are not acknowledged. */
  readonly kept_messages: number;
  readonly kept_bytes: number;
  readonly listeners: readonly ListenerInfo[];
  readonly sinks: readonly SinkInfo[];
  readonly store: StoreInfo | null;
  /** Readers of the streams below. */
  readonly readers: number;
}

/**
 * GET /api/v1/events (`event`, which may be there several times, `topic`: a Topic Filter, `client`: a Client
 * Identifier): a stream of Server-Sent Events.
 *
 * Each message without a name is one line, as a rule with the event's name as action writes it. A payload
 * above 48 KiB is left out of it, and `payload_omitted` then has its bytes. The others have names:
 * - `hello`: {@link StreamHello}, first
 * - `missed`: {@link StreamMissed}, at most once a second
 *
 * GET /api/v1/log: the same with {@link LogEntry} in place of lines; the newest of before come first.
 */
export interface StreamHello {
  /** Lines a second that one reader gets; what is more is left out, and `missed` tells how much. */
  readonly most_per_second: number;
}

export interface StreamMissed {
  /** Selected lines that were left out since the last one of these: more came than `most_per_second`. */
  readonly sampled: number;
  /** Those that were left out because the reader does not read. */
  readonly slow: number;
}

export interface LogEntry {
  readonly time: Millis;
  readonly level: "error" | "warn" | "info";
  readonly msg: string;
  readonly fields: Readonly<Record<string, string | number | boolean>>;
}
