// /metrics: the overview in Prometheus' text format. No series is of a single client.
import type { ListenerInfo, Overview, SinkInfo } from "./api_types.ts";

type Labels = Readonly<Record<string, string>>;
type Sample = readonly [labels: Labels, value: number];

export const PROMETHEUS_TYPE = "text/plain; version=0.0.4; charset=utf-8";

export function prometheusText(now: Overview): string {
  return [...families(now)].map((family) => familyText(family)).join("");
}

interface Family {
  /** Ends with `_total` where it is a counter. */
  readonly name: string;
  readonly help: string;
  readonly samples: readonly Sample[];
}

function* families(now: Overview): Generator<Family> {
  const { counters, listeners, sinks, store } = now;
  const one = (name: string, help: string, value: number): Family => ({ name, help, samples: [[{}, value]] });
  const by = (
    name: string,
    help: string,
    label: string,
    values: Readonly<Record<string, number>>,
  ): Family => ({
    name,
    help,
    samples: Object.entries(values).map(([key, value]) => [{ [label]: key }, value]),
  });
  yield {
    name: "hookline_build_info",
    help: "Version and runtime.",
    samples: [[{ version: now.version, runtime: now.runtime }, 1]],
  };
  yield one("process_start_time_seconds", "When the program started, Unix time.", now.started / 1000);
  yield one("process_resident_memory_bytes", "Memory that the process takes.", now.memory.rss);
  yield one("hookline_heap_bytes", "Memory in use by the heap.", now.memory.heap);
  yield one(
    "hookline_ready",
    "1 where it listens and all sinks and the store are well.",
    Number(now.health.ready),
  );
  yield one("hookline_clients", "Clients connected.", now.clients);
  yield one(
    "hookline_clients_most",
    "The most clients that were connected at once since the start.",
    now.clients_max,
  );
  yield one(
    "hookline_sessions",
    "Sessions of clients that are here and of those that are away.",
    now.sessions,
  );
  yield one("hookline_connections", "Network connections.", now.connections);
  yield one("hookline_subscriptions", "Subscriptions, shared ones included.", now.subscriptions);
  yield one("hookline_shared_subscriptions", "Shared subscriptions.", now.shared_subscriptions);
  yield one("hookline_retained_messages", "Topics with a Retained Message.", now.retained_messages);
  yield one("hookline_retained_bytes", "Payload, topic and property bytes of them.", now.retained_bytes);
  yield one(
    "hookline_kept_messages",
    "Messages that wait for clients or are not acknowledged.",
    now.kept_messages,
  );
  yield one("hookline_kept_bytes", "What they take.", now.kept_bytes);
  yield one("hookline_live_readers", "Readers of event and log streams.", now.readers);
  yield one("hookline_clients_connected_total", "Clients accepted.", counters.clients_connected);
  yield one("hookline_clients_disconnected_total", "Clients that went.", counters.clients_disconnected);
  yield one("hookline_messages_received_total", "Messages that entered.", counters.messages_received);
  yield one("hookline_messages_sent_total", "PUBLISH packets that left.", counters.messages_sent);
  yield one(
    "hookline_messages_acknowledged_total",
    "Messages whose exchange with a client ended well.",
    counters.messages_acknowledged,
  );
  yield one("hookline_payload_received_bytes_total", "Their payloads, in.", counters.payload_bytes_received);
  yield one("hookline_payload_sent_bytes_total", "Their payloads, out.", counters.payload_bytes_sent);
  yield by(
    "hookline_messages_dropped_total",
    "Messages that reach no client.",
    "reason",
    counters.messages_dropped,
  );
  yield by(
    "hookline_connections_refused_total",
    "Connections that did not become clients.",
    "reason",
    counters.connections_refused,
  );
  yield by("hookline_events_total", "Events, whether a rule selects them or not.", "event", counters.events);
  yield* ofListeners(listeners);
  yield* ofSinks(sinks);
  if (store === null) return;
  yield one(
    "hookline_store_up",
    "1 where what is to survive a restart is stored.",
    Number(store.state === "ok"),
  );
  yield one("hookline_store_file_bytes", "What the store takes on the disk.", store.bytes);
  yield one(
    "hookline_store_message_bytes",
    "Messages in the store that wait or are not acknowledged.",
    store.kept_bytes,
  );
  yield one("hookline_store_limit_bytes", "How many of those there may be; 0: no limit.", store.limit_bytes);
}

function* ofListeners(listeners: readonly ListenerInfo[]): Generator<Family> {
  const each = (name: string, help: string, of: (it: ListenerInfo) => number | null): Family => ({
    name: `hookline_listener_${name}`,
    help,
    samples: listeners.flatMap((it) => {
      const value = of(it);
      return value === null ? [] : [[{ listener: it.name, kind: it.kind }, value] as const];
    }),
  });
  yield each("clients", "Clients connected by the listener.", (it) => it.clients);
  yield each("handshakes", "Connections of the listener without a CONNECT.", (it) => it.handshakes);
  yield each("connections_total", "Connections that it took.", (it) => it.connections_total);
  yield each("clients_total", "Clients that it accepted.", (it) => it.clients_total);
  yield each("packets_received_total", "MQTT packets in.", (it) => it.packets_received);
  yield each("packets_sent_total", "MQTT packets out.", (it) => it.packets_sent);
  yield each("received_bytes_total", "Bytes in.", (it) => it.bytes_received);
  yield each("sent_bytes_total", "Bytes out.", (it) => it.bytes_sent);
  yield each("certificate_expiry_timestamp_seconds", "When its certificate is over, Unix time.", (it) => {
    return it.certificate_expires === null ? null : it.certificate_expires / 1000;
  });
}

function* ofSinks(sinks: readonly SinkInfo[]): Generator<Family> {
  const each = (name: string, help: string, of: (it: SinkInfo) => number | null): Family => ({
    name: `hookline_sink_${name}`,
    help,
    samples: sinks.flatMap((it) => {
      const value = of(it);
      return value === null ? [] : [[{ sink: it.url }, value] as const];
    }),
  });
  yield each("up", "1 where the place takes lines.", (it) => Number(it.state === "ok"));
  yield each("lines_written_total", "Lines that reached the place.", (it) => it.lines_written);
  yield each("lines_waiting", "Lines that have not reached it yet.", (it) => it.lines_waiting);
  yield each("oldest_waiting_timestamp_seconds", "When the oldest of them was made, Unix time.", (it) => {
    return it.oldest_waiting === null ? null : it.oldest_waiting / 1000;
  });
  yield each("spool_bytes", "What they take on the disk.", (it) => it.spool_bytes);
  yield each("parked_bytes", "Files of parked events.", (it) => it.parked_bytes);
  yield {
    name: "hookline_sink_lines_dropped_total",
    help: "Lines lost.",
    samples: sinks.flatMap(({ url, lines_dropped }) => {
      return Object.entries(lines_dropped).map(([reason, count]) => [{ sink: url, reason }, count] as const);
    }),
  };
}

function familyText({ name, help, samples }: Family): string {
  if (samples.length === 0) return "";
  const type = name.endsWith("_total") ? "counter" : "gauge";
  const lines = samples.map(([labels, value]) => `${name}${labelsText(labels)} ${value}\n`);
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join("")}`;
}

function labelsText(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => {
    return `${name}="${value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n")}"`;
  });
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}
