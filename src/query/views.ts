// The views on `events` that every database has: one per event, and the ready questions.
import type { Key } from "./columns.ts";

const CLIENT: readonly Key[] = ["clientid", "username", "ipaddress", "node"];
const CONNECT: readonly Key[] = [...CLIENT, "keepalive", "proto_ver", "clean_session", "clean_start"];
const MESSAGE: readonly Key[] = [
  "topic",
  "payload",
  "qos",
  "retain",
  "dup",
  "packet_id",
  "from_clientid",
  "from_type",
  "from_username",
  "from_ipaddress",
  "from_node",
];
const DELIVERY: readonly Key[] = [...CLIENT, ...MESSAGE, "pts", "ts"];

/** The keys of each event's lines. */
const KEYS_OF: Readonly<Record<string, readonly Key[]>> = {
  client_connect: CONNECT,
  client_connack: [...CONNECT, "conn_ack"],
  client_connected: [...CONNECT, "connected_at", "session_present", "user_properties"],
  client_disconnected: [...CLIENT, "disconnected_at", "reason"],
  session_created: [...CLIENT, "created_at"],
  session_terminated: [...CLIENT, "reason"],
  client_subscribe: [...CLIENT, "topic", "opts"],
  client_unsubscribe: [...CLIENT, "topic"],
  session_subscribed: [...CLIENT, "topic", "opts"],
  session_unsubscribed: [...CLIENT, "topic"],
  message_publish: [...MESSAGE, "ts"],
  message_delivered: DELIVERY,
  message_acked: DELIVERY,
  message_dropped: [...DELIVERY, "reason"],
  offline_message: DELIVERY,
};

/** What each ready view is asked for, and how it answers. */
const READY: Readonly<Record<string, string>> = {
  clients: `SELECT clientid, min(time) AS first, max(time) AS last,
      sum(action = 'client_connected') AS connects, sum(action = 'message_publish') AS messages
    FROM (SELECT clientid, time, action FROM events WHERE clientid IS NOT NULL
      UNION ALL SELECT from_clientid, time, action FROM events WHERE action = 'message_publish')
    GROUP BY clientid`,
  topics: `SELECT topic, count(*) AS count, sum(octet_length(payload)) AS bytes,
      round(count(*) * 1000.0 / (SELECT nullif(max(ms) - min(ms), 0) FROM events), 3) AS rate,
      max(id) AS last_id, payload AS last
    FROM events WHERE action = 'message_publish' GROUP BY topic`,
  sessions: `WITH steps AS (
      SELECT clientid, action, time, ms, reason,
        lead(action) OVER c AS next, lead(time) OVER c AS next_time, lead(ms) OVER c AS next_ms,
        lead(reason) OVER c AS next_reason, lag(action) OVER c AS previous
      FROM events WHERE action IN ('session_created', 'session_terminated')
      WINDOW c AS (PARTITION BY clientid ORDER BY id))
    SELECT clientid, time AS started,
      CASE next WHEN 'session_terminated' THEN next_time END AS ended,
      CASE next WHEN 'session_terminated' THEN next_reason END AS reason,
      CASE next WHEN 'session_terminated' THEN round((next_ms - ms) / 1000.0, 3) END AS seconds
    FROM steps WHERE action = 'session_created'
    UNION ALL SELECT clientid, NULL, time, reason, NULL
    FROM steps WHERE action = 'session_terminated' AND previous IS NOT 'session_created'`,
  latency: `SELECT topic, from_clientid, clientid, qos, packet_id, pts AS published,
      min(CASE action WHEN 'message_delivered' THEN ts END) AS delivered,
      max(CASE action WHEN 'message_acked' THEN ts END) AS acked,
      min(CASE action WHEN 'message_delivered' THEN ts END) - pts AS delivered_ms,
      max(CASE action WHEN 'message_acked' THEN ts END) - pts AS acked_ms
    FROM events WHERE action IN ('message_delivered', 'message_acked')
    GROUP BY clientid, pts, packet_id, topic, from_clientid, CASE qos WHEN 0 THEN id END`,
  drops:
    `SELECT reason, count(*) AS count, count(DISTINCT topic) AS topics, min(time) AS first, max(time) AS last
    FROM events WHERE action = 'message_dropped' GROUP BY reason`,
};

/** The names of all views, for messages and completion. */
export const VIEW_NAMES: readonly string[] = [...Object.keys(READY), ...Object.keys(KEYS_OF)];

/** The statements that make them. */
export function viewsSql(): string {
  const perEvent = Object.entries(KEYS_OF).map(([event, keys]) =>
    `CREATE VIEW ${event} AS SELECT ${
      ["id", "ms", "time", ...keys].join(", ")
    } FROM events WHERE action = '${event}';`
  );
  const ready = Object.entries(READY).map(([name, sql]) => `CREATE VIEW ${name} AS ${sql};`);
  return [...perEvent, ...ready].join("\n");
}
