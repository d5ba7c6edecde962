// SUBSCRIBE (3.8): each Topic Filter on its own, one SUBACK for all, then the Retained Messages.
import type { SubscriptionOpts } from "../../hooks/events.ts";
import { codesAckSize, writeSuback } from "../../mqtt/encode.ts";
import { malformed, MqttError, protocolError } from "../../mqtt/error.ts";
import type { ProtocolVersion, QoS, Subscribe, SubscriptionRequest } from "../../mqtt/packets.ts";
import { Reason } from "../../mqtt/reason_codes.ts";
import { levelCount, type ParsedFilter, parseFilter } from "../../mqtt/topics.ts";
import type { Client } from "../client.ts";
import type { BrokerContext } from "../context.ts";
import type { Unavailable } from "../durability.ts";
import type { Subscription } from "../subscription.ts";
import { whenDecided } from "./decision.ts";

/** One Topic Filter of the packet: what was asked, and the filter taken apart. */
interface Asked extends ParsedFilter {
  readonly request: SubscriptionRequest;
  readonly opts: SubscriptionOpts;
}

/** A SUBSCRIBE that is being answered. */
interface Answering {
  readonly context: BrokerContext;
  readonly client: Client;
  readonly packet: Subscribe;
  readonly asked: readonly Asked[];
  /** Reason Codes of the SUBACK so far. */
  readonly codes: number[];
  /** Subscriptions that want their Retained Messages. */
  readonly retained: Subscription[];
}

export function handleSubscribe(context: BrokerContext, client: Client, packet: Subscribe): void {
  const { protocolVersion, maximumPacketSize } = client.connection;
  if (codesAckSize(packet.subscriptions.length) > maximumPacketSize) {
    // [MQTT-3.1.2-24]
    throw new MqttError(Reason.PacketTooLarge, "the SUBACK would be too large for the client");
  }
  // 3.1 has no code for a refusal.
  const unavailable = whyUnavailable(context, client);
  if (protocolVersion === 3 && unavailable !== undefined) {
    return client.connection.leaveUnanswered(unavailable);
  }
  // All of them before any is granted: a packet that breaks the rules has no effect.
  const asked = packet.subscriptions.map((request): Asked => {
    const parsed = wellFormed(request, protocolVersion);
    return {
      request,
      ...parsed,
      opts: optsOf(protocolVersion, request, packet.subscriptionIdentifier, parsed),
    };
  });
  goOn({ context, client, packet, asked, codes: [], retained: [] });
}

/** Decides on the filters that have no code yet, one after the other, and answers. */
function goOn(answering: Answering): void {
  const { context, client, asked, codes } = answering;
  for (const each of asked.slice(codes.length)) {
    context.hooks.client_subscribe?.({ identity: client.identity, topic: each.filter, opts: each.opts });
    const decision = client.principal.maySubscribe(each.filter, each.request.qos);
    if (typeof decision !== "boolean") {
      return whenDecided(context, client, decision, (allowed) => {
        decided(answering, each, allowed);
        goOn(answering);
      });
    }
    decided(answering, each, decision);
  }
  answer(answering);
}

function decided(answering: Answering, asked: Asked, allowed: boolean): void {
  const { context, client, codes } = answering;
  const refusal = !allowed
    ? Reason.NotAuthorized
    : whyUnavailable(context, client) !== undefined
    ? Reason.QuotaExceeded
    : beyondLimit(client, asked);
  if (refusal === undefined) codes.push(grant(answering, asked));
  // 3.1 has no code for it and wants a positive answer.
  else codes.push(client.connection.protocolVersion === 3 ? asked.request.qos : refusal);
}

function grant(
  { context, client, packet, retained }: Answering,
  { request, opts, filter, group }: Asked,
): QoS {
  const { connection: { protocolVersion, options }, session, identity } = client;
  const qos = Math.min(request.qos, options.maxQos) as QoS;
  const subscription: Subscription = {
    subscriber: session,
    topicFilter: request.topicFilter,
    filter,
    group,
    qos,
    noLocal: protocolVersion === 5 && request.noLocal,
    retainAsPublished: protocolVersion === 5 && request.retainAsPublished,
    id: packet.subscriptionIdentifier,
    opts: qos === opts.qos ? opts : { ...opts, qos },
  };
  const replaced = session.subscribe(subscription);
  context.hooks.session_subscribed?.({ identity, topic: filter, opts: subscription.opts });
  if (wantsRetained(subscription, request, replaced !== undefined)) retained.push(subscription);
  return qos;
}

function answer({ context, client, packet, codes, retained }: Answering): void {
  const { connection, session } = client;
  writeSuback(connection.out, connection.protocolVersion, packet.packetId, codes);
  connection.touch();
  for (const subscription of retained) {
    const messages = context.retained.match(subscription.filter, () => context.turn.monotonic);
    session.deliverRetained(subscription, messages);
  }
}

/**
 * The filter taken apart. An ill-formed one is a violation that ends the connection; 0x8F in the SUBACK is
 * for well-formed filters that are not allowed (3.9.3). [MQTT-4.7.1-1] [MQTT-4.7.1-2] [MQTT-4.8.2-1]
 */
function wellFormed(request: SubscriptionRequest, version: ProtocolVersion): ParsedFilter {
  const parsed = parseFilter(request.topicFilter);
  if (typeof parsed === "string") throw malformed(parsed);
  if (parsed.group !== undefined && request.noLocal && version === 5) {
    throw protocolError("No Local on a shared subscription"); // [MQTT-3.8.3-4]
  }
  return parsed;
}

/** Why a subscription may not be acknowledged now. */
function whyUnavailable({ durability }: BrokerContext, { session }: Client): Unavailable | undefined {
  return durability.refusal(session.isStored);
}

/** A Reason Code of 0x80 or more where the subscription is beyond a limit. */
function beyondLimit({ connection, session }: Client, { request, filter }: Asked): number | undefined {
  const { maxTopicLevels, maxSubscriptions } = connection.options;
  if (maxTopicLevels > 0 && levelCount(filter) > maxTopicLevels) return Reason.TopicFilterInvalid;
  const { subscriptions } = session;
  const isOneMore = subscriptions.size >= maxSubscriptions && !subscriptions.has(request.topicFilter);
  return maxSubscriptions > 0 && isOneMore ? Reason.QuotaExceeded : undefined;
}

/** What a subscription has that has nothing but its QoS: one object for all of them. */
const ONLY_QOS = [{ qos: 0 }, { qos: 1 }, { qos: 2 }] as const;

/** What the lines show: only `qos` for 3.x, which has nothing else. */
function optsOf(
  version: ProtocolVersion,
  { qos, noLocal, retainAsPublished, retainHandling }: SubscriptionRequest,
  id: number | undefined,
  { group }: ParsedFilter,
): SubscriptionOpts {
  if (version < 5 && group === undefined) return ONLY_QOS[qos];
  return {
    qos,
    ...(version === 5 && { noLocal, retainAsPublished, retainHandling, ...(id !== undefined && { id }) }),
    ...(group !== undefined && { group }),
  };
}

/** [MQTT-3.3.1-9] to [MQTT-3.3.1-11]; a shared subscription gets none (4.8.2). 3.x always asks for them. */
function wantsRetained(subscription: Subscription, request: SubscriptionRequest, existed: boolean): boolean {
  if (subscription.group !== undefined || request.retainHandling === 2) return false;
  return request.retainHandling === 0 || !existed;
}
