// The plain twin of src/hooks/lines.ts: each event as an object with the contract's keys in the contract's order
// (spec/web-hook.txt and events.md), to be turned into JSON by JSON.stringify.
import { Buffer } from "node:buffer";
import type { EventData, EventName, MessageData, SubscriptionOpts } from "../../src/hooks/events.ts";
import type { ClientIdentity } from "../../src/hooks/client_identity.ts";

type Line = Readonly<Record<string, unknown>>;

/** The line of `event`, without its newline. */
export function plainLine<E extends EventName>(
  event: E,
  action: string,
  data: EventData[E],
  at: { readonly ms: number; readonly text: string },
): string {
  const middle: (data: EventData[E], ms: number) => Line = MIDDLE[event];
  return JSON.stringify({ action, ...middle(data, at.ms), time: at.text });
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
    user_properties: e.userProperties,
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
