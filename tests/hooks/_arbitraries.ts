// Events for fast-check, with the worst strings a client can send.
import fc from "fast-check";
import type { EventData, EventName, MessageData } from "../../src/hooks/events.ts";
import { ClientIdentity } from "../../src/hooks/client_identity.ts";
import { plainJson } from "./_plain_lines.ts";

/** Any UTF-16, well-formed or not, and what JSON and line-based tools trip over. */
export const hostileText = fc.oneof(
  fc.constantFrom(
    '"',
    "\\",
    '","x":"',
    "a\nb",
    "\r\n",
    "\u0000\u0001\u001f\u007f",
    "\u2028\u2029",
    "\u0080\u0085\u009b31m\u009f",
    "🚀é",
    "\ud800",
  ),
  fc.constantFrom("undefined", "null", "", "</script>", "${x}", "__proto__", "\ufeffbom"),
  fc.string({ unit: fc.nat(0xffff).map((unit) => String.fromCharCode(unit)), maxLength: 12 }),
);

/** Names that JavaScript objects treat in their own way, and that repeat. */
const propertyName = fc.oneof(fc.constantFrom("a", "b", "10", "2", "__proto__", "toString"), hostileText);

const someQos = fc.constantFrom(0 as const, 1 as const, 2 as const);
const someTime = fc.integer({ min: 0, max: 4_000_000_000_000 });
const someId = fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 65_535 }));

export const someClient = fc.record({
  node: fc.nat(1000),
  ipaddress: fc.constantFrom("10.0.0.7:49152", "[fe80::1]:49152"),
  clientId: hostileText,
  username: fc.option(hostileText, { nil: undefined }),
}).map((s) => new ClientIdentity(s.node, s.ipaddress, s.clientId, s.username));

const someMessage = fc.record({
  from: someClient,
  fromType: fc.constantFrom("custom" as const, "lastwill" as const, "admin" as const),
  dup: fc.boolean(),
  retain: fc.boolean(),
  qos: someQos,
  topic: hostileText,
  packetId: someId,
  payload: fc.uint8Array({ maxLength: 20 }),
  receivedAt: someTime,
}).map((m): MessageData => ({
  ...m,
  topicJson: plainJson(m.topic),
  payloadJson: undefined,
  ptsJson: undefined,
}));

const someDelivery = fc.record({
  message: someMessage,
  identity: someClient,
  dup: fc.boolean(),
  retain: fc.boolean(),
  qos: someQos,
  packetId: someId,
});

const connect = {
  identity: someClient,
  keepAlive: fc.nat(65_535),
  protocolVersion: fc.constantFrom(3, 4, 5),
  clean: fc.boolean(),
};

const someSubscribed = fc.record({
  identity: someClient,
  topic: hostileText,
  opts: fc.record({
    qos: someQos,
    noLocal: fc.boolean(),
    retainAsPublished: fc.boolean(),
    retainHandling: someQos,
    id: fc.integer({ min: 1, max: 268_435_455 }),
    group: hostileText,
  }, { requiredKeys: ["qos"] }),
});

const someUnsubscribed = fc.record({ identity: someClient, topic: hostileText });

/** Data of each event. Exhaustive by type. */
export const SOME_EVENT: { readonly [E in EventName]: fc.Arbitrary<EventData[E]> } = {
  session_created: fc.record({ identity: someClient, createdAt: someTime }),
  session_terminated: fc.record({ identity: someClient, reason: hostileText }),
  session_subscribed: someSubscribed,
  session_unsubscribed: someUnsubscribed,
  client_connect: fc.record(connect),
  client_connack: fc.record({ ...connect, connAck: hostileText }),
  client_connected: fc.record({
    ...connect,
    connectedAt: someTime,
    sessionPresent: fc.boolean(),
    userProperties: fc.array(fc.tuple(propertyName, hostileText), { minLength: 1, maxLength: 6 }),
  }, {
    requiredKeys: ["identity", "keepAlive", "protocolVersion", "clean", "connectedAt", "sessionPresent"],
  }),
  client_disconnected: fc.record({ identity: someClient, disconnectedAt: someTime, reason: hostileText }),
  client_subscribe: someSubscribed,
  client_unsubscribe: someUnsubscribed,
  message_publish: someMessage,
  message_delivered: someDelivery,
  message_acked: someDelivery,
  message_dropped: fc.record({
    message: someMessage,
    identity: someClient,
    dup: fc.boolean(),
    retain: fc.boolean(),
    qos: someQos,
    packetId: someId,
    reason: hostileText,
  }, { requiredKeys: ["message", "dup", "retain", "qos", "packetId", "reason"] }),
  offline_message: someDelivery,
};
