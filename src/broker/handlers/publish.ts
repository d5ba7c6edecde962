// PUBLISH from a client (3.3): checked, told to the hooks, retained, routed, acknowledged.
import { decodePublish } from "../../mqtt/decode.ts";
import { writeAcknowledgement } from "../../mqtt/encode.ts";
import { MqttError } from "../../mqtt/error.ts";
import { PacketType, type Publish } from "../../mqtt/packets.ts";
import { Reason, type ReasonCode } from "../../mqtt/reason_codes.ts";
import type { TopicName } from "../../mqtt/topic_cache.ts";
import type { Client, ClientConnection } from "../client.ts";
import type { BrokerContext } from "../context.ts";
import type { Unavailable } from "../durability.ts";
import { expiryTime, Message } from "../message.ts";
import { dropMessage, publish } from "../publish.ts";
import { whenDecided } from "./decision.ts";

export function handlePublish(
  context: BrokerContext,
  client: Client,
  header: number,
  bytes: Uint8Array,
  start: number,
  end: number,
): void {
  const { connection, session } = client;
  const packet = decodePublish(header, bytes, start, end, connection.protocolVersion, context.topics);
  const name = resolveAlias(client, packet);
  checkCapabilities(connection, packet);
  if (packet.qos === 2 && session.hasReceived(packet.packetId)) {
    return acknowledge(connection, packet, Reason.Success); // received before [MQTT-4.3.3-10]
  }
  const { turn } = context;
  const { messageExpiryInterval } = packet.properties;
  const expiresAt = expiryTime(
    messageExpiryInterval,
    connection.options.messageExpiryInterval,
    turn.monotonic,
  );
  const message = new Message(client.identity, "custom", name, packet, turn.now, expiresAt);
  const decision = client.principal.mayPublish(name.text, packet.qos, packet.retain);
  if (typeof decision === "boolean") return decided(context, client, packet, message, decision);
  message.keepLong(context.arena); // the read buffer is used again meanwhile
  whenDecided(
    context,
    client,
    decision,
    (allowed) => decided(context, client, packet, message, allowed),
  );
}

function decided(
  context: BrokerContext,
  client: Client,
  packet: Publish,
  message: Message,
  allowed: boolean,
): void {
  const { connection, session } = client;
  if (!allowed) {
    dropMessage(context, message, "NotAuthorized");
    // 3.x has no way to say no: the connection ends, or the message is acknowledged and goes nowhere (3.3.5).
    const ends = connection.protocolVersion < 5 && (client.principal.closeIfDenied ?? false);
    if (ends) return connection.close("NotAuthorized");
    return acknowledge(connection, packet, Reason.NotAuthorized);
  }
  const unavailable = packet.qos === 0 ? undefined : whyUnavailable(context, client, message);
  if (unavailable !== undefined) {
    dropMessage(context, message, unavailable);
    if (connection.protocolVersion < 5) return connection.leaveUnanswered(unavailable);
    return acknowledge(connection, packet, Reason.QuotaExceeded);
  }
  if (packet.qos === 2) {
    if (session.received >= connection.options.maxInflight && connection.protocolVersion === 5) {
      throw new MqttError(Reason.ReceiveMaximumExceeded, "more QoS 2 messages than Receive Maximum");
    }
    session.receive(packet.packetId);
  }
  if (session.visit !== undefined) session.visit.received++;
  const receivers = publish(context, message, client);
  acknowledge(connection, packet, receivers === 0 ? Reason.NoMatchingSubscribers : Reason.Success);
}

/** Why the message may not be acknowledged now. */
function whyUnavailable(context: BrokerContext, client: Client, message: Message): Unavailable | undefined {
  const { durability } = context;
  if (durability.trouble === undefined) return undefined; // as a rule
  return durability.refusal(mustBeStored(context, client, message));
}

/** Whether an answer to the message would stand for something that is stored. */
function mustBeStored({ router }: BrokerContext, { session }: Client, message: Message): boolean {
  return message.retain || (message.qos === 2 && session.isStored) || router.leadsToStore(message.name);
}

/** The topic the packet is about; sets or looks up its Topic Alias. [MQTT-3.3.2-9] [MQTT-3.3.2-12] */
function resolveAlias({ connection, aliases }: Client, { topic, topicAlias }: Publish): TopicName {
  if (topicAlias > connection.options.maxTopicAliases) {
    throw new MqttError(Reason.TopicAliasInvalid, "Topic Alias is above Topic Alias Maximum");
  }
  if (topic !== undefined) {
    if (topicAlias !== 0) aliases.set(topicAlias, topic);
    return topic;
  }
  const known = aliases.get(topicAlias);
  if (known === undefined) throw new MqttError(Reason.ProtocolError, "a Topic Alias that was never set");
  return known;
}

/** What this listener does not offer ends the connection: the CONNACK said so. */
function checkCapabilities({ options }: ClientConnection, packet: Publish): void {
  const { maxQos, retainAvailable } = options;
  if (packet.qos > maxQos) throw new MqttError(Reason.QoSNotSupported, `QoS ${packet.qos} is not supported`);
  if (packet.retain && !retainAvailable) {
    throw new MqttError(Reason.RetainNotSupported, "Retained Messages are not supported"); // [MQTT-3.2.2-14]
  }
}

/** PUBACK or PUBREC, or nothing for QoS 0. [MQTT-3.3.4-1] */
function acknowledge(connection: ClientConnection, packet: Publish, reasonCode: ReasonCode): void {
  if (packet.qos === 0) return;
  const type = packet.qos === 1 ? PacketType.PUBACK : PacketType.PUBREC;
  const code = connection.protocolVersion === 5 ? reasonCode : Reason.Success;
  writeAcknowledgement(connection.out, type, packet.packetId, code);
  connection.touch();
}
