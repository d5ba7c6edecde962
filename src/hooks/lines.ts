// Each event as the rest of its JSON line, behind `{"action":"…",`, with the keys in the contract's order.
//
// A line is a few strings put together, and what repeats is made once: the identity per connection, topic and
// payload per message, the end per millisecond. A test holds these strings and JSON.stringify together.
import { jsonText } from "../mqtt/json_text.ts";
import { topicMatches } from "../mqtt/topics.ts";
import type { EventData, EventName, MessageData, SubscriptionOpts } from "./events.ts";
import type { Instant } from "./instant.ts";
import type { LineOptions } from "./rules.ts";
import { joined } from "./joined.ts";
import { userPropertiesJson } from "./user_properties.ts";

/** One per event, exhaustive by type. */
export type Lines = { readonly [E in EventName]: (data: EventData[E], at: Instant) => string };

export function linesWith(options: LineOptions): Lines {
  const idAndPayload = idAndPayloadWith(options);
  const delivery = (e: EventData["message_delivered"], at: Instant): string => {
    const m = e.message;
    return m.from.fromJson + e.identity.json + flags(e) + m.topicJson + idAndPayload(e.packetId, m) + pts(m) +
      at.messageEnd(m.fromType);
  };
  return {
    session_created: (e, at) => `${e.identity.json}"created_at":${e.createdAt},${at.time}`,
    session_terminated: (e, at) => `${e.identity.json}"reason":${jsonText(e.reason)},${at.time}`,
    session_subscribed: subscribed,
    session_unsubscribed: (e, at) => `${e.identity.json}"topic":${jsonText(e.topic)},${at.time}`,
    client_connect: (e, at) => `${connect(e)}${at.time}`,
    client_connack: (e, at) => `${connect(e)}"conn_ack":${jsonText(e.connAck)},${at.time}`,
    client_connected: (e, at) => {
      const properties = e.userProperties === undefined
        ? ""
        : `"user_properties":${userPropertiesJson(e.userProperties)},`;
      return `${
        connect(e)
      }"connected_at":${e.connectedAt},"session_present":${e.sessionPresent},${properties}${at.time}`;
    },
    client_disconnected: (e, at) =>
      `${e.identity.json}"disconnected_at":${e.disconnectedAt},"reason":${jsonText(e.reason)},${at.time}`,
    client_subscribe: subscribed,
    client_unsubscribe: (e, at) => `${e.identity.json}"topic":${jsonText(e.topic)},${at.time}`,
    message_publish: (e, at) =>
      e.from.fromJson + flags(e) + e.topicJson + idAndPayload(e.packetId, e) + '"ts":' +
      (e.receivedAt === at.ms
        ? at.messageEnd(e.fromType)
        : `${e.receivedAt},"from_type":"${e.fromType}",${at.time}`),
    message_delivered: delivery,
    message_acked: delivery,
    message_dropped: (e, at) => {
      const m = e.message;
      return `${m.from.fromJson}${e.identity?.json ?? ""}${flags(e)}${m.topicJson}${
        idAndPayload(e.packetId, m)
      }"reason":${jsonText(e.reason)},"pts":${m.receivedAt},"ts":` + at.messageEnd(m.fromType);
    },
    offline_message: delivery,
  };
}

/** Whether payloads of a topic are left out, of lines and of all else that shows them. */
export function payloadHidden({ redact, redactPayload }: LineOptions): (topic: string) => boolean {
  return (topic) => redactPayload || redact.some((filter) => topicMatches(filter, topic));
}

function connect(e: EventData["client_connect"]): string {
  const clean = e.protocolVersion >= 5 ? "clean_start" : "clean_session";
  const { identity, keepAlive, protocolVersion } = e;
  return `${identity.json}"keepalive":${keepAlive},"proto_ver":${protocolVersion},"${clean}":${e.clean},`;
}

function subscribed(e: EventData["client_subscribe"], at: Instant): string {
  return `${e.identity.json}"topic":${jsonText(e.topic)},"opts":${opts(e.opts)},${at.time}`;
}

function opts(o: SubscriptionOpts): string {
  return jsonText({
    qos: o.qos,
    no_local: o.noLocal,
    retain_as_published: o.retainAsPublished,
    retain_handling: o.retainHandling,
    id: o.id,
    group: o.group,
  });
}

/**
 * Payloads that stay with their message as base64, bytes. A longer one is encoded for each line, for less
 * than what it costs to write it: with a message that waits or is retained, it would more than double what
 * that takes.
 */
const MOST_KEPT = 4_096;

/** `"dup":…,"retain":…,"qos":…,"topic":` for each of the 16 first bytes a PUBLISH could have. */
const FLAGS: readonly string[] = Array.from(
  { length: 16 },
  (_, i) =>
    joined(
      '"dup":',
      `${(i & 8) !== 0}`,
      ',"retain":',
      `${(i & 1) !== 0}`,
      ',"qos":',
      i >> 1 & 3,
      ',"topic":',
    ),
);

function flags(e: { readonly dup: boolean; readonly retain: boolean; readonly qos: number }): string {
  return FLAGS[(e.dup ? 8 : 0) | e.qos << 1 | (e.retain ? 1 : 0)] ?? "";
}

/** `,"packet_id":"17","payload":"…",`, or the number without quotes; `""` and null where there is none. */
function idAndPayloadWith(options: LineOptions): (packetId: number, m: MessageData) => string {
  const { packetIdType, redact, redactPayload } = options;
  const hides = payloadHidden(options);
  const shown = redactPayload || redact.length > 0
    ? (m: MessageData): string => hides(m.topic) ? REDACTED : payload(m)
    : payload;
  return packetIdType === "string"
    ? (packetId, m) => ',"packet_id":"' + (packetId === 0 ? "" : packetId) + shown(m)
    : (packetId, m) => ',"packet_id":' + (packetId === 0 ? "null" : packetId) + shown(m).slice(1);
}

const REDACTED = '","payload":"",';

/** Closes the quotes of the Packet Identifier and adds the payload. */
function payload(m: MessageData): string {
  return m.payloadJson ?? payloadOf(m);
}

function payloadOf(m: MessageData): string {
  const json = '","payload":"' + m.payload.toBase64() + '",';
  if (m.payload.length <= MOST_KEPT) m.payloadJson = json;
  return json;
}

function pts(m: MessageData): string {
  return m.ptsJson ??= `"pts":${m.receivedAt},"ts":`;
}
