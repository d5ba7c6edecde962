// RMQTT's names for what there is now (stats) and for what happened since the start (metrics).
import type { SubscriptionSnapshot } from "../broker/view.ts";
import { page } from "./_answers.ts";
import type { StatusSources } from "./sources.ts";

/** What there is now, and what only looking at every subscription tells. */
export async function allStatsOf(sources: StatusSources): Promise<Readonly<Record<string, number>>> {
  const filters = new Set<string>();
  const keep = ({ filter }: SubscriptionSnapshot): boolean => {
    filters.add(filter);
    return false;
  };
  await page(sources.broker.subscriptions(), { keep, offset: 0, limit: 0 });
  return { ...statsOf(sources), "topics.count": filters.size, "routes.count": filters.size };
}

/** What there is now. */
export function statsOf({ broker, listeners }: StatusSources): Readonly<Record<string, number>> {
  const { counters, ...now } = broker.snapshot();
  return {
    "connections.count": now.clients,
    "connections.max": counters.mostClients,
    "handshakings.count": listeners().reduce((sum, { handshakes }) => sum + handshakes, 0),
    "sessions.count": now.sessions,
    "subscriptions.count": now.subscriptions,
    "subscriptions_shared.count": now.sharedSubscriptions,
    "retained.count": now.retainedMessages,
    "message_queues.count": now.keptMessages,
    "message_queues.bytes": now.keptBytes,
  };
}

/** What happened since the start. */
export function metricsOf({ broker, hooks: { counts } }: StatusSources): Readonly<Record<string, number>> {
  const { counters } = broker.snapshot();
  const sum = (of: ReadonlyMap<string, number>): number =>
    [...of.values()].reduce((all, count) => all + count, 0);
  return {
    "client.connect": counts.client_connect,
    "client.connack": counts.client_connack,
    "client.connack.error": sum(counters.refused),
    "client.connected": counters.connected,
    "client.disconnected": counts.client_disconnected,
    "client.handshaking.timeout": counters.refused.get("HandshakeTimeout") ?? 0,
    "client.subscribe": counts.client_subscribe,
    "client.unsubscribe": counts.client_unsubscribe,
    "messages.publish": counters.received,
    "messages.delivered": counters.sent - counters.sentOwn,
    "messages.acked": counters.acknowledged,
    "messages.dropped": sum(counters.dropped),
    "client.publish.auth.error": counters.dropped.get("NotAuthorized") ?? 0,
    "session.created": counts.session_created,
    "session.resumed": counters.connected - counts.session_created,
    "session.subscribed": counts.session_subscribed,
    "session.unsubscribed": counts.session_unsubscribed,
    "session.terminated": counts.session_terminated,
  };
}
