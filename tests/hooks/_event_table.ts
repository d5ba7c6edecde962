// The contract of the lines: each event's keys in their order with their types, transcribed by hand from RMQTT's
// documentation of its web-hook, with what Hookline adds; and the check of one line against it.
//
// Nothing here comes from src/: this is the second opinion.
import assert from "node:assert/strict";

export type Version = 3 | 4 | 5;
export type Event = Readonly<Record<string, unknown>>;

/** What a value must be. `holds` is also given the protocol version of the client the line is about. */
interface Type {
  readonly name: string;
  readonly holds: (value: unknown, version: Version) => boolean;
}

interface Key {
  readonly key: string;
  readonly type: Type;
  /** May be absent: `alone`, or only together with the others of the same `group`. */
  readonly optional?: "alone" | "client";
  /** Versions that have it; all where absent. */
  readonly versions?: readonly Version[];
}

function matching(name: string, pattern: RegExp): Type {
  return { name, holds: (v) => typeof v === "string" && pattern.test(v) };
}

const integer: Type = { name: "an integer", holds: (v) => Number.isSafeInteger(v) && Number(v) >= 0 };
const bool: Type = { name: "a bool", holds: (v) => typeof v === "boolean" };
const string: Type = { name: "a string", holds: (v) => typeof v === "string" };
const filled: Type = matching("a string that is not empty", /^[^]+$/);
/** 2001-09-09 to 2286-11-20: seconds or microseconds in their place do not pass. */
const milliseconds: Type = {
  name: "Unix milliseconds",
  holds: (v) => Number.isSafeInteger(v) && Number(v) >= 1e12 && Number(v) < 1e13,
};
const qos: Type = { name: "0, 1 or 2", holds: (v) => v === 0 || v === 1 || v === 2 };
const address: Type = matching("an address and a port", /^(\d+\.\d+\.\d+\.\d+|\[[0-9a-f:.]+\]):\d{1,5}$/);
const packetId: Type = matching("a packet identifier in quotes, or empty", /^([1-9]\d{0,4})?$/);
const base64: Type = matching(
  "base64 with padding",
  /^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/,
);
/** `%Y-%m-%d %H:%M:%S%.3f`, local. */
const time: Type = {
  name: "a local time like 2026-11-24 09:05:01.042",
  holds: (v) =>
    typeof v === "string" && /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}$/.test(v) &&
    !Number.isNaN(Date.parse(v.replace(" ", "T"))),
};
const fromType: Type = matching("custom, lastwill or admin", /^(custom|lastwill|admin)$/);
const connAck: Type = matching(
  "one of the six CONNACK sentences, or Banned",
  /^(Connection (Accepted|Refused, (unacceptable protocol version|identifier rejected|Server unavailable|bad user name or password|not authorized))|Banned)$/,
);
/** Why a connection or a session ends, which may also cost messages. */
const ENDS = [
  /Disconnect(\(0x[0-9a-f]{2} [A-Za-z]+(: [^]+)?\))?/,
  /RemoteClose|KeepaliveTimeout|Kicked|ByAdminKick|LoginExpired|NotAuthorized|ReadWriteError|ProtocolError\(.+\)/,
  /SessionExpiration|ServerShuttingDown|StoreUnavailable|SinkUnavailable/,
].map(({ source }) => source).join("|");
const endReason: Type = matching("why something ends", new RegExp(`^(${ENDS})$`));
const dropReason: Type = matching(
  "why a message is dropped",
  new RegExp(`^(MessageQueueFull|MessageExpiration|PacketTooLarge|Error\(.+\)|${ENDS})$`),
);
const userProperties: Type = {
  name: "an object of strings, and of arrays of two and more strings",
  holds: (v) =>
    typeof v === "object" && v !== null && !Array.isArray(v) && Object.keys(v).length > 0 &&
    Object.values(v).every((value) =>
      typeof value === "string" ||
      (Array.isArray(value) && value.length > 1 && value.every((s) => typeof s === "string"))
    ),
};
const opts: Type = {
  name: "subscription options",
  holds: (v, version) => {
    if (typeof v !== "object" || v === null) return false;
    const of = v as Event;
    const keys = version === 5 ? ["qos", "no_local", "retain_as_published", "retain_handling"] : ["qos"];
    if (version === 5 && "id" in of) keys.push("id");
    if ("group" in of) keys.push("group");
    return Object.keys(of).join() === keys.join() && qos.holds(of["qos"], version) &&
      (version < 5 ||
        bool.holds(of["no_local"], version) && bool.holds(of["retain_as_published"], version) &&
          qos.holds(of["retain_handling"], version)) &&
      (!("id" in of) || integer.holds(of["id"], version)) &&
      (!("group" in of) || filled.holds(of["group"], version));
  },
};

const ACTION: readonly Key[] = [{ key: "action", type: filled }];
const TIME: readonly Key[] = [{ key: "time", type: time }];
/** The last key before `time` on message events. */
const FROM_TYPE: readonly Key[] = [{ key: "from_type", type: fromType }];

const CLIENT: readonly Key[] = [
  { key: "node", type: integer },
  { key: "ipaddress", type: address },
  { key: "clientid", type: string },
  { key: "username", type: string },
];
const OPTIONAL_CLIENT: readonly Key[] = CLIENT.map((key) => ({ ...key, optional: "client" }));
const FROM: readonly Key[] = CLIENT.map(({ key, type }) => ({ key: `from_${key}`, type }));

const CONNECT: readonly Key[] = [
  { key: "keepalive", type: integer },
  { key: "proto_ver", type: integer },
  { key: "clean_session", type: bool, versions: [3, 4] },
  { key: "clean_start", type: bool, versions: [5] },
];

const MESSAGE: readonly Key[] = [
  { key: "dup", type: bool },
  { key: "retain", type: bool },
  { key: "qos", type: qos },
  { key: "topic", type: filled },
  { key: "packet_id", type: packetId },
  { key: "payload", type: base64 },
];

const TIMES: readonly Key[] = [{ key: "pts", type: milliseconds }, { key: "ts", type: milliseconds }];

const SUBSCRIPTION: readonly Key[] = [{ key: "topic", type: string }, { key: "opts", type: opts }];

const DELIVERY: readonly Key[] = [...ACTION, ...FROM, ...CLIENT, ...MESSAGE, ...TIMES, ...FROM_TYPE, ...TIME];

/** The fifteen events. */
export const EVENT_TABLE: Readonly<Record<string, readonly Key[]>> = {
  session_created: [...ACTION, ...CLIENT, { key: "created_at", type: milliseconds }, ...TIME],
  session_terminated: [...ACTION, ...CLIENT, { key: "reason", type: endReason }, ...TIME],
  session_subscribed: [...ACTION, ...CLIENT, ...SUBSCRIPTION, ...TIME],
  session_unsubscribed: [...ACTION, ...CLIENT, { key: "topic", type: string }, ...TIME],
  client_connect: [...ACTION, ...CLIENT, ...CONNECT, ...TIME],
  client_connack: [...ACTION, ...CLIENT, ...CONNECT, { key: "conn_ack", type: connAck }, ...TIME],
  client_connected: [
    ...ACTION,
    ...CLIENT,
    ...CONNECT,
    { key: "connected_at", type: milliseconds },
    { key: "session_present", type: bool },
    { key: "user_properties", type: userProperties, optional: "alone", versions: [5] },
    ...TIME,
  ],
  client_disconnected: [
    ...ACTION,
    ...CLIENT,
    { key: "disconnected_at", type: milliseconds },
    { key: "reason", type: endReason },
    ...TIME,
  ],
  client_subscribe: [...ACTION, ...CLIENT, ...SUBSCRIPTION, ...TIME],
  client_unsubscribe: [...ACTION, ...CLIENT, { key: "topic", type: string }, ...TIME],
  message_publish: [
    ...ACTION,
    ...FROM,
    ...MESSAGE,
    { key: "ts", type: milliseconds },
    ...FROM_TYPE,
    ...TIME,
  ],
  message_delivered: DELIVERY,
  message_acked: DELIVERY,
  message_dropped: [
    ...ACTION,
    ...FROM,
    ...OPTIONAL_CLIENT,
    ...MESSAGE,
    { key: "reason", type: dropReason },
    ...TIMES,
    ...FROM_TYPE,
    ...TIME,
  ],
  offline_message: DELIVERY, // not in RMQTT's documentation
};

/**
 * Fails with what is wrong unless `event` has exactly the keys of the table, in its order, each of its type.
 * @param protocolVersion of the client the event is about; anything for message events
 * @param name the event's name; default: its `action`
 */
export function checkEvent(event: Event, protocolVersion: Version, name = String(event["action"])): void {
  const table = EVENT_TABLE[name];
  assert.ok(table, `${name} is none of the fifteen events`);
  const wanted = table.filter(({ key, optional, versions }) => {
    if (versions !== undefined && !versions.includes(protocolVersion)) return false;
    if (optional === "alone") return key in event;
    return optional !== "client" || OPTIONAL_CLIENT.some((other) => other.key in event);
  });
  assert.equal(Object.keys(event).join(" "), wanted.map(({ key }) => key).join(" "), `the keys of ${name}`);
  for (const { key, type } of wanted) {
    const value = event[key];
    assert.ok(
      type.holds(value, protocolVersion),
      `${name}: "${key}" is ${JSON.stringify(value)}, and must be ${type.name}`,
    );
  }
  checkTogether(event, name);
}

/** What must hold between the values. */
function checkTogether(event: Event, name: string): void {
  const { qos, packet_id, pts, ts, from_type } = event;
  if (name === "message_delivered" || name === "message_acked") {
    assert.equal(packet_id === "", qos === 0, `${name}: QoS 0, and nothing else, has no packet_id`);
  }
  if (name === "message_publish" && from_type === "custom") {
    assert.equal(packet_id === "", qos === 0, `${name}: QoS 0, and nothing else, has no packet_id`);
  }
  if (name === "message_acked") assert.notEqual(qos, 0, "a QoS 0 message is never acknowledged");
  if (pts !== undefined) {
    assert.ok(Number(pts) <= Number(ts), `${name}: ts ${ts} lies before pts ${pts}`);
  }
}
