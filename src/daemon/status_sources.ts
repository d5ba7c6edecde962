// What the live view is shown: each room's snapshot.
import type { Clock } from "../base/clock.ts";
import type { Log } from "../base/log.ts";
import type { Broker } from "../broker/broker.ts";
import type { ReloadableHooks } from "../hooks/reloadable_hooks.ts";
import type { Expiry } from "../listeners/certificates.ts";
import type { Listeners } from "../listeners/listeners.ts";
import type { SinkSet } from "../sinks/open_sinks.ts";
import type { ListenerInfo, StoreInfo } from "../status/api_types.ts";
import type { LogEntries, StatusSources } from "../status/sources.ts";
import type { ServedListener } from "../config/config.ts";
import type { ServedReceiver } from "./served_listeners.ts";

/** How the store is doing. */
interface StoreState {
  /** Why it takes nothing now; `undefined` while it does. */
  readonly trouble: string | undefined;
  /** Of its file. */
  readonly bytes: number;
}

interface Rooms {
  readonly broker: Broker;
  readonly hooks: ReloadableHooks;
  readonly listeners: Listeners<ServedListener, ServedReceiver>;
  readonly sinks: SinkSet;
  readonly store: StoreState | undefined;
  readonly entries: LogEntries;
  readonly version: string;
  readonly log: Log;
  readonly clock: Clock;
}

export function sourcesOf({ broker, hooks, listeners, sinks, store, ...rest }: Rooms): StatusSources {
  return {
    ...rest,
    broker: broker.view,
    hooks,
    listeners: () => listenerInfos(listeners),
    sinks: () => sinks.status(),
    ...store !== undefined && { store: () => storeInfo(store, broker) },
    redeliver: (index, signal) => sinks.redeliver(index, signal),
  };
}

function storeInfo({ trouble, bytes }: StoreState, broker: Broker): StoreInfo {
  const { storedBytes, storedLimit, storeIsFull } = broker.view.snapshot();
  const full = storeIsFull
    ? "store.max_bytes is reached: the longest queues give up their oldest messages"
    : undefined;
  const error = trouble ?? full;
  return {
    state: error === undefined ? "ok" : "degraded",
    bytes,
    last_error: error ?? null,
    kept_bytes: storedBytes,
    limit_bytes: storedLimit,
  };
}

function listenerInfos({ all }: Listeners<ServedListener, ServedReceiver>): ListenerInfo[] {
  return all.map(({ config, listener, receiver: { state } }) => ({
    name: config.name,
    kind: config.kind,
    address: listener.address,
    clients: state.clients,
    handshakes: state.handshakes.count,
    connections_total: state.traffic.connections,
    clients_total: state.traffic.clients,
    packets_received: state.traffic.packetsReceived,
    packets_sent: state.traffic.packetsSent,
    bytes_received: state.traffic.bytesReceived,
    bytes_sent: state.traffic.bytesSent,
    certificate_expires: earliest(listener.certificates?.loaded.expiries),
  }));
}

function earliest(expiries: readonly Expiry[] = []): number | null {
  return expiries.length === 0 ? null : Math.min(...expiries.map(({ at }) => at));
}
