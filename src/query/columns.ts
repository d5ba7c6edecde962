// The columns of the table `events`: every key that a line may have, in the order that reads best.

/** All events' keys. `packet_id` is a number or null, `payload` text or bytes, whatever the line has. */
export const KEYS = [
  "action",
  "time",
  "clientid",
  "topic",
  "payload",
  "qos",
  "retain",
  "dup",
  "packet_id",
  "reason",
  "from_clientid",
  "from_type",
  "from_username",
  "from_ipaddress",
  "from_node",
  "username",
  "ipaddress",
  "node",
  "ts",
  "pts",
  "created_at",
  "connected_at",
  "disconnected_at",
  "keepalive",
  "proto_ver",
  "clean_session",
  "clean_start",
  "session_present",
  "conn_ack",
  "opts",
  "user_properties",
] as const;

export type Key = typeof KEYS[number];

/** The last column: a JSON object of the keys that no event has, null where there are none. */
export const OTHER_COLUMN = "other";

/** All columns but `id`; `ms` is Unix milliseconds. */
export const COLUMNS: readonly string[] = ["ms", ...KEYS, OTHER_COLUMN];

/** Of `create table events (…)`: `id` counts the lines in their order. */
export const TABLE_COLUMNS = `id INTEGER PRIMARY KEY, ${COLUMNS.join(", ")}`;
