// SUBSCRIBE (3.8): each Topic Filter on its own, one SUBACK for all, then the Retained Messages.
import { codesAckSize, writeSuback } from "../../mqtt/encode.ts";
import type { ProtocolVersion, QoS, Subscribe, SubscriptionRequest } from "../../mqtt/packets.ts";
import { malformed, MqttError, protocolError } from "../../mqtt/error.ts";
import { Reason } from "../../mqtt/reason_codes.ts";
import { levelCount, type ParsedFilter, parseFilter } from "../../mqtt/topics.ts";
import type { SubscriptionOpts } from "../../hooks/events.ts";
import type { Client } from "../client.ts";
import type { Connection } from "../connection.ts";
import type { Subscription } from "../subscription.ts";

export function handleSubscribe(connection: Connection, client: Client, packet: Subscribe): void {
  const { broker, protocolVersion } = connection;
  if (codesAckSize(packet.subscriptions.length) > connection.maximumPacketSize) {
    throw new MqttError(Reason.PacketTooLarge, "the SUBACK would be too large for the client"); // [MQTT-3.1.2-24]
  }
  const codes: number[] = [];
  const retained: Subscription[] = [];
  // All of them before any is granted: a packet that breaks the rules has no effect.
  const filters = packet.subscriptions.map((request) => wellFormed(request, protocolVersion));
  for (const [i, request] of packet.subscriptions.entries()) {
    const parsed = filters[i];
    if (parsed === undefined) continue;
    const topic = parsed.filter;
    const opts = optsOf(connection, request, packet.subscriptionIdentifier, parsed);
    broker.hooks.client_subscribe?.({ client: client.subject, topic, opts });
    const refusal = refuse(connection, client, request, parsed);
    if (refusal !== undefined) {
      // 3.1 has no code for it and wants a positive answer.
      codes.push(protocolVersion === 3 ? request.qos : refusal);
      continue;
    }
    const before = client.session.subscriptions.get(request.topicFilter);
    const qos = Math.min(request.qos, connection.options.maxQos) as QoS;
    const subscription: Subscription = {
      session: client.session,
      topicFilter: request.topicFilter,
      ...parsed,
      qos,
      noLocal: protocolVersion === 5 && request.noLocal,
      retainAsPublished: protocolVersion === 5 && request.retainAsPublished,
      id: packet.subscriptionIdentifier,
      opts: { ...opts, qos },
    };
    broker.router.subscribe(subscription);
    broker.hooks.session_subscribed?.({ client: client.subject, topic, opts: subscription.opts });
    codes.push(qos);
    if (wantsRetained(subscription, request, before !== undefined)) retained.push(subscription);
  }
  writeSuback(connection.out, protocolVersion, packet.packetId, codes);
  connection.touch();
  for (const subscription of retained) {
    const messages = broker.retained.match(subscription.filter, () => broker.turn.elapsed);
    client.session.deliverRetained(subscription, messages);
  }
}

/**
 * The filter taken apart. An ill-formed one is a violation that ends the connection; 0x8F in the SUBACK is for
 * well-formed filters that are not allowed (3.9.3). [MQTT-4.7.1-1] [MQTT-4.7.1-2] [MQTT-4.8.2-1]
 */
function wellFormed(request: SubscriptionRequest, version: ProtocolVersion): ParsedFilter {
  const parsed = parseFilter(request.topicFilter);
  if (typeof parsed === "string") throw malformed(parsed);
  if (parsed.group !== undefined && request.noLocal && version === 5) {
    throw protocolError("No Local on a shared subscription"); // [MQTT-3.8.3-4]
  }
  return parsed;
}

/** A Reason Code of 0x80 or more where the subscription is not granted. */
function refuse(
  connection: Connection,
  client: Client,
  request: SubscriptionRequest,
  parsed: ParsedFilter,
): number | undefined {
  const { maxTopicLevels, maxSubscriptions } = connection.options;
  if (maxTopicLevels > 0 && levelCount(parsed.filter) > maxTopicLevels) return Reason.TopicFilterInvalid;
  const { subscriptions } = client.session;
  if (
    maxSubscriptions > 0 && subscriptions.size >= maxSubscriptions && !subscriptions.has(request.topicFilter)
  ) {
    return Reason.QuotaExceeded;
  }
  if (!connection.broker.access.subscribe(client.subject.clientId, parsed.filter)) {
    return Reason.NotAuthorized;
  }
  return undefined;
}

/** What the lines show: only `qos` for 3.x, which has nothing else. */
function optsOf(
  connection: Connection,
  request: SubscriptionRequest,
  id: number | undefined,
  { group }: ParsedFilter,
): SubscriptionOpts {
  return {
    qos: request.qos,
    ...(connection.protocolVersion === 5 && {
      noLocal: request.noLocal,
      retainAsPublished: request.retainAsPublished,
      retainHandling: request.retainHandling,
      ...(id !== undefined && { id }),
    }),
    ...(group !== undefined && { group }),
  };
}

/** [MQTT-3.3.1-9] to [MQTT-3.3.1-11]; a shared subscription gets none (4.8.2). 3.x always asks for them. */
function wantsRetained(subscription: Subscription, request: SubscriptionRequest, existed: boolean): boolean {
  if (subscription.group !== undefined || request.retainHandling === 2) return false;
  return request.retainHandling === 0 || !existed;
}
