// The plain twin of src/hooks/lines.ts: each event as an object with the contract's keys in their order, turned
// into JSON by JSON.stringify, with what a terminal would obey escaped.
import { Buffer } from "node:buffer";
import type { EventData, EventName, MessageData, SubscriptionOpts } from "../../src/hooks/events.ts";
import type { ClientIdentity } from "../../src/hooks/client_identity.ts";

type Line = Readonly<Record<string, unknown>>;
export type PacketIdType = "string" | "number";

/** Before the names of User Properties, so that an object keeps them as they come, whatever they are. */
const NAME = "\ue000name:";

/** The line of `event`, without its newline. */
export function plainLine<E extends EventName>(
  event: E,
  action: string,
  data: EventData[E],
  at: { readonly ms: number; readonly text: string },
  packetIdType: PacketIdType,
): string {
  const middle: (data: EventData[E], ms: number) => Line = MIDDLE[event];
  const line: Record<string, unknown> = { action, ...middle(data, at.ms), time: at.text };
  if (packetIdType === "number" && "packet_id" in line) {
    line["packet_id"] = line["packet_id"] === "" ? null : Number(line["packet_id"]);
  }
  return plainJson(line).replaceAll(`"${NAME}`, '"');
}

/** JSON in which what a terminal would obey is escaped. */
export function plainJson(value: unknown): string {
  return Array.from(JSON.stringify(value), (char) => {
    const code = char.charCodeAt(0);
    const unsafe = (code >= 0x80 && code < 0xa0) || code === 0x2028 || code === 0x2029;
    return unsafe ? "\\u" + code.toString(16).padStart(4, "0") : char;
  }).join("");
}

const MIDDLE: { readonly [E in EventName]: (data: EventData[E], ms: number) => Line } = {
  session_created: (e) => ({ ...clientKeys(e.identity), created_at: e.createdAt }),
  session_terminated: (e) => ({ ...clientKeys(e.identity), reason: e.reason }),
  session_subscribed: (e) => ({ ...clientKeys(e.identity), topic: e.topic, opts: opts(e.opts) }),
  session_unsubscribed: (e) => ({ ...clientKeys(e.identity), topic: e.topic }),
  client_connect: connect,
  client_connack: (e) => ({ ...connect(e), conn_ack: e.connAck }),
  client_connected: (e) => ({
    ...connect(e),
    connected_at: e.connectedAt,
    session_present: e.sessionPresent,
    user_properties: e.userProperties && userProperties(e.userProperties),
  }),
  client_disconnected: (e) => ({
    ...clientKeys(e.identity),
    disconnected_at: e.disconnectedAt,
    reason: e.reason,
  }),
  client_subscribe: (e) => ({ ...clientKeys(e.identity), topic: e.topic, opts: opts(e.opts) }),
  client_unsubscribe: (e) => ({ ...clientKeys(e.identity), topic: e.topic }),
  message_publish: (e) => ({
    ...from(e.from),
    dup: e.dup,
    retain: e.retain,
    qos: e.qos,
    topic: e.topic,
    packet_id: packetId(e.packetId),
    payload: payload(e),
    ts: e.receivedAt,
    from_type: e.fromType,
  }),
  message_delivered: delivery,
  message_acked: delivery,
  message_dropped: (e, ms) => ({
    ...from(e.message.from),
    ...(e.identity !== undefined && clientKeys(e.identity)),
    dup: e.dup,
    retain: e.retain,
    qos: e.qos,
    topic: e.message.topic,
    packet_id: packetId(e.packetId),
    payload: payload(e.message),
    reason: e.reason,
    pts: e.message.receivedAt,
    ts: ms,
    from_type: e.message.fromType,
  }),
  offline_message: delivery,
};

function userProperties(pairs: readonly (readonly [string, string])[]): Line {
  const groups = Object.groupBy(pairs, ([name]) => NAME + name);
  return Object.fromEntries(
    Object.entries(groups).map(([name, group = []]) => {
      const values = group.map(([, value]) => value);
      return [name, values.length === 1 ? values[0] : values];
    }),
  );
}

function clientKeys(identity: ClientIdentity): Line {
  return {
    node: identity.node,
    ipaddress: identity.ipaddress,
    clientid: identity.clientId,
    username: identity.username ?? "undefined",
  };
}

function from(identity: ClientIdentity): Line {
  return {
    from_node: identity.node,
    from_ipaddress: identity.ipaddress,
    from_clientid: identity.clientId,
    from_username: identity.username ?? "undefined",
  };
}

function connect(e: EventData["client_connect"]): Line {
  return {
    ...clientKeys(e.identity),
    keepalive: e.keepAlive,
    proto_ver: e.protocolVersion,
    [e.protocolVersion === 5 ? "clean_start" : "clean_session"]: e.clean,
  };
}

function delivery(e: EventData["message_delivered"], ms: number): Line {
  return {
    ...from(e.message.from),
    ...clientKeys(e.identity),
    dup: e.dup,
    retain: e.retain,
    qos: e.qos,
    topic: e.message.topic,
    packet_id: packetId(e.packetId),
    payload: payload(e.message),
    pts: e.message.receivedAt,
    ts: ms,
    from_type: e.message.fromType,
  };
}

function opts(o: SubscriptionOpts): Line {
  return {
    qos: o.qos,
    no_local: o.noLocal,
    retain_as_published: o.retainAsPublished,
    retain_handling: o.retainHandling,
    id: o.id,
    group: o.group,
  };
}

function packetId(id: number): string {
  return id === 0 ? "" : `${id}`;
}

function payload(message: MessageData): string {
  return Buffer.from(message.payload).toString("base64");
}
