// The snapshot of everything that takes no longer with more clients: each room says a part of it.
import type { Health, Overview, SinkInfo } from "./api_types.ts";
import type { StatusSources } from "./sources.ts";

/** @param started Unix milliseconds @param readers of streams */
export function overview(sources: StatusSources, started: number, readers: number): Overview {
  const { version, broker, clock } = sources;
  const { counters, traffic, ...held } = broker.snapshot();
  const { rss, heapUsed } = Deno.memoryUsage();
  const now = clock.now();
  return {
    now,
    version,
    runtime: `deno ${Deno.version.deno}`,
    pid: Deno.pid,
    node_id: held.nodeId,
    node_name: nodeName(held.nodeId),
    started,
    uptime: Math.max(0, now - started) / 1000,
    memory: { rss, heap: heapUsed },
    health: health(sources),
    counters: {
      clients_connected: counters.connected,
      clients_disconnected: sources.hooks.counts.client_disconnected,
      messages_received: counters.received,
      messages_sent: counters.sent,
      messages_acknowledged: counters.acknowledged,
      payload_bytes_received: counters.receivedBytes,
      payload_bytes_sent: counters.sentBytes,
      packets_received: traffic.packetsReceived,
      packets_sent: traffic.packetsSent,
      bytes_received: traffic.bytesReceived,
      bytes_sent: traffic.bytesSent,
      messages_dropped: Object.fromEntries(counters.dropped),
      connections_refused: Object.fromEntries(counters.refused),
      clients_throttled: Object.fromEntries(counters.throttled),
      events: {
        ...sources.hooks.counts,
        message_publish: counters.received,
        message_delivered: counters.sent - counters.sentOwn,
        message_acked: counters.acknowledged,
        message_dropped: sum(counters.dropped) - (counters.dropped.get("RetainedLimit") ?? 0),
      },
    },
    clients: held.clients,
    clients_max: counters.mostClients,
    sessions: held.sessions,
    connections: held.connections,
    subscriptions: held.subscriptions,
    shared_subscriptions: held.sharedSubscriptions,
    retained_messages: held.retainedMessages,
    retained_bytes: held.retainedBytes,
    kept_messages: held.keptMessages,
    kept_bytes: held.keptBytes,
    listeners: sources.listeners(),
    sinks: sinkInfos(sources),
    store: sources.store?.() ?? null,
    readers,
  };
}

function sum(counts: ReadonlyMap<string, number>): number {
  return [...counts.values()].reduce((all, count) => all + count, 0);
}

/** RMQTT's form of it. */
export function nodeName(nodeId: number): string {
  return `${nodeId}@127.0.0.1`;
}

/** Where two differ in nothing but their secrets, the second one has a number. */
export function sinkInfos({ sinks }: StatusSources): SinkInfo[] {
  const seen = new Map<string, number>();
  const named = (url: string): string => {
    const count = (seen.get(url) ?? 0) + 1;
    seen.set(url, count);
    return count === 1 ? url : `${url} (${count})`;
  };
  return sinks().map(({ url, status }) => ({
    url: named(url),
    state: status.state,
    lines_written: status.linesWritten,
    lines_waiting: status.linesWaiting,
    lines_dropped: status.linesDropped,
    last_error: status.lastError ?? null,
    oldest_waiting: status.oldestWaiting ?? null,
    spool_bytes: status.spoolBytes ?? null,
    parked_bytes: status.parkedBytes ?? null,
  }));
}

/** Listening, and sinks and store well; or what is not. */
export function health(sources: StatusSources): Health {
  const problems: string[] = [];
  if (sources.listeners().length === 0) problems.push("no listener is open");
  for (const { url, status } of sources.sinks()) {
    if (status.state !== "ok") problems.push(`sink ${url}: ${status.lastError ?? "degraded"}`);
  }
  const store = sources.store?.();
  if (store !== undefined && store.state !== "ok") problems.push(`store: ${store.last_error ?? "degraded"}`);
  return { running: true, ready: problems.length === 0, problems };
}
