// PUBLISH from a client (3.3): checked, told to the hooks, retained, routed, acknowledged.
import { decodePublish } from "../../mqtt/decode.ts";
import { writeAcknowledgement } from "../../mqtt/encode.ts";
import { MqttError } from "../../mqtt/error.ts";
import { PacketType, type Publish } from "../../mqtt/packets.ts";
import { Reason, type ReasonCode } from "../../mqtt/reason_codes.ts";
import type { TopicName } from "../../mqtt/topic_cache.ts";
import type { Client } from "../client.ts";
import type { Connection } from "../connection.ts";
import { Message } from "../message.ts";
import type { Route } from "../router.ts";
import { expiryTime } from "../wills.ts";

export function handlePublish(
  connection: Connection,
  client: Client,
  header: number,
  bytes: Uint8Array,
  start: number,
  end: number,
): void {
  const { broker, options } = connection;
  const packet = decodePublish(header, bytes, start, end, connection.protocolVersion, broker.topics);
  const name = resolveAlias(connection, client, packet);
  checkCapabilities(connection, packet);
  if (packet.qos === 2 && client.session.received.has(packet.packetId)) {
    return acknowledge(connection, packet, Reason.Success); // received before [MQTT-4.3.3-10]
  }
  const message = new Message({
    from: client.subject,
    fromType: "custom",
    name,
    payload: packet.payload,
    dup: packet.dup,
    retain: packet.retain,
    qos: packet.qos,
    packetId: packet.packetId,
    properties: packet.properties,
    receivedAt: broker.turn.now,
    expiresAt: expiryTime(
      packet.properties.messageExpiryInterval,
      options.messageExpiryInterval,
      broker.turn.elapsed,
    ),
  });
  if (!broker.access.publish(client.subject.clientId, name.text)) {
    broker.dropPublish(message, "NotAuthorized");
    // 3.x has no way to say no: the message is acknowledged and goes nowhere (3.3.5).
    return acknowledge(connection, packet, Reason.NotAuthorized);
  }
  if (packet.qos === 2) {
    if (client.session.received.size >= options.maxInflight && connection.protocolVersion === 5) {
      throw new MqttError(Reason.ReceiveMaximumExceeded, "more QoS 2 messages than Receive Maximum");
    }
    client.session.received.add(packet.packetId);
  }
  const receivers = broker.publish(message);
  acknowledge(connection, packet, receivers === 0 ? Reason.NoMatchingSubscribers : Reason.Success);
}

/** The topic the packet is about; sets or looks up its Topic Alias. [MQTT-3.3.2-9] [MQTT-3.3.2-12] */
function resolveAlias(
  connection: Connection,
  client: Client,
  packet: Publish & { readonly topic: TopicName<Route> | undefined },
): TopicName<Route> {
  const { topic, topicAlias } = packet;
  if (topicAlias > connection.options.maxTopicAliases) {
    throw new MqttError(Reason.TopicAliasInvalid, "Topic Alias is above Topic Alias Maximum");
  }
  if (topic !== undefined) {
    if (topicAlias !== 0) client.aliases.set(topicAlias, topic);
    return topic;
  }
  const known = client.aliases.get(topicAlias);
  if (known === undefined) throw new MqttError(Reason.ProtocolError, "a Topic Alias that was never set");
  return known;
}

/** What this listener does not offer ends the connection: the CONNACK said so. */
function checkCapabilities(connection: Connection, packet: Publish): void {
  const { maxQos, retainAvailable } = connection.options;
  if (packet.qos > maxQos) throw new MqttError(Reason.QoSNotSupported, `QoS ${packet.qos} is not supported`);
  if (packet.retain && !retainAvailable) {
    throw new MqttError(Reason.RetainNotSupported, "Retained Messages are not supported"); // [MQTT-3.2.2-14]
  }
}

/** PUBACK or PUBREC, or nothing for QoS 0. [MQTT-3.3.4-1] */
function acknowledge(connection: Connection, packet: Publish, reasonCode: ReasonCode): void {
  if (packet.qos === 0) return;
  const type = packet.qos === 1 ? PacketType.PUBACK : PacketType.PUBREC;
  writeAcknowledgement(
    connection.out,
    type,
    packet.packetId,
    connection.protocolVersion === 5 ? reasonCode : Reason.Success,
  );
  connection.touch();
}
