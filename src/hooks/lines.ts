// Each event as the rest of its JSON line, behind `{"action":"…",` and up to `}\n`: keys in the contract's order.
//
// A line is a few strings put together, and what repeats is made once: ClientIdentity per connection, topic and payload
// per message, the end per millisecond. That makes 4.1 M lines/s of 495 bytes where one template of all parts
// makes 2.0 M and JSON.stringify 2.4 M without encoding; a test holds these strings and JSON.stringify together.
import type { EventData, EventName, MessageData, SubscriptionOpts } from "./events.ts";
import type { Instant } from "./instant.ts";

/** One per event, exhaustive by type. */
export const LINES: { readonly [E in EventName]: (data: EventData[E], at: Instant) => string } = {
  session_created: (e, at) => `${e.identity.json}"created_at":${e.createdAt},${at.time}`,
  session_terminated: (e, at) => `${e.identity.json}"reason":${JSON.stringify(e.reason)},${at.time}`,
  session_subscribed: subscribed,
  session_unsubscribed: (e, at) => `${e.identity.json}"topic":${JSON.stringify(e.topic)},${at.time}`,
  client_connect: (e, at) => `${connect(e)}${at.time}`,
  client_connack: (e, at) => `${connect(e)}"conn_ack":${JSON.stringify(e.connAck)},${at.time}`,
  client_connected: (e, at) => {
    const properties = e.userProperties === undefined
      ? ""
      : `"user_properties":${JSON.stringify(e.userProperties)},`;
    return `${
      connect(e)
    }"connected_at":${e.connectedAt},"session_present":${e.sessionPresent},${properties}${at.time}`;
  },
  client_disconnected: (e, at) =>
    `${e.identity.json}"disconnected_at":${e.disconnectedAt},"reason":${JSON.stringify(e.reason)},${at.time}`,
  client_subscribe: subscribed,
  client_unsubscribe: (e, at) => `${e.identity.json}"topic":${JSON.stringify(e.topic)},${at.time}`,
  message_publish: (e, at) =>
    e.from.fromJson + flags(e) + e.topicJson + ',"packet_id":"' + id(e.packetId) + payload(e) + '"ts":' +
    (e.receivedAt === at.ms
      ? at.messageEnd(e.fromType)
      : `${e.receivedAt},"from_type":"${e.fromType}",${at.time}`),
  message_delivered: delivery,
  message_acked: delivery,
  message_dropped: (e, at) => {
    const m = e.message;
    return `${m.from.fromJson}${e.identity?.json ?? ""}${flags(e)}${m.topicJson},"packet_id":"${
      id(e.packetId)
    }` +
      `${payload(m)}"reason":${JSON.stringify(e.reason)},"pts":${m.receivedAt},"ts":` +
      at.messageEnd(m.fromType);
  },
  offline_message: delivery,
};

function delivery(e: EventData["message_delivered"], at: Instant): string {
  const m = e.message;
  return m.from.fromJson + e.identity.json + flags(e) + m.topicJson + ',"packet_id":"' + id(e.packetId) +
    payload(m) + pts(m) + at.messageEnd(m.fromType);
}

function connect(e: EventData["client_connect"]): string {
  const clean = e.protocolVersion >= 5 ? "clean_start" : "clean_session";
  return `${e.identity.json}"keepalive":${e.keepAlive},"proto_ver":${e.protocolVersion},"${clean}":${e.clean},`;
}

function subscribed(e: EventData["client_subscribe"], at: Instant): string {
  return `${e.identity.json}"topic":${JSON.stringify(e.topic)},"opts":${opts(e.opts)},${at.time}`;
}

function opts(o: SubscriptionOpts): string {
  return JSON.stringify({
    qos: o.qos,
    no_local: o.noLocal,
    retain_as_published: o.retainAsPublished,
    retain_handling: o.retainHandling,
    id: o.id,
    group: o.group,
  });
}

/** `"dup":…,"retain":…,"qos":…,"topic":` for each of the 16 first bytes a PUBLISH could have. */
const FLAGS: readonly string[] = Array.from(
  { length: 16 },
  (_, i) => `"dup":${(i & 8) !== 0},"retain":${(i & 1) !== 0},"qos":${i >> 1 & 3},"topic":`,
);

function flags(e: { readonly dup: boolean; readonly retain: boolean; readonly qos: number }): string {
  return FLAGS[(e.dup ? 8 : 0) | e.qos << 1 | (e.retain ? 1 : 0)] ?? "";
}

/** Closes the Packet Identifier and adds the payload. */
function payload(m: MessageData): string {
  return m.payloadJson ??= '","payload":"' + m.payload.toBase64() + '",';
}

function pts(m: MessageData): string {
  return m.ptsJson ??= `"pts":${m.receivedAt},"ts":`;
}

/** QoS 0 has no Packet Identifier. */
function id(packetId: number): string {
  return packetId === 0 ? "" : String(packetId);
}
