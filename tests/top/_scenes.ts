// Answers of the API as `top` gathers them, for what it draws.
import { type ClientRow, type Gathered, type SinkRow, type TopicRow, VIEWS } from "../../src/top/gather.ts";
import type { Scene } from "../../src/top/screen.ts";
import { firstLook } from "../../src/top/tables.ts";

export function client(clientid: string, changes: Partial<ClientRow> = {}): ClientRow {
  return {
    node_id: 1,
    clientid,
    username: "undefined",
    proto_ver: 5,
    ip_address: "10.0.0.7",
    port: 49_152,
    connected: true,
    connected_at: "2026-11-24 09:05:01",
    disconnected_at: "",
    disconnected_reason: "",
    keepalive: 60,
    clean_start: true,
    session_present: false,
    expiry_interval: 0,
    created_at: "2026-11-24 09:05:01",
    subscriptions_cnt: 1,
    max_subscriptions: 0,
    inflight: 0,
    max_inflight: 1_000,
    mqueue_len: 0,
    max_mqueue: 100_000,
    extra_attrs: 0,
    last_will: null,
    listener: "default",
    mqueue_bytes: 0,
    received: 0,
    sent: 0,
    in: 0,
    out: 0,
    ...changes,
  };
}

export function topic(name: string, changes: Partial<TopicRow> = {}): TopicRow {
  const payload = new TextEncoder().encode("21.5").toBase64();
  const zero = { count: 0, bytes: 0, last: 0, payload_size: 4, qos: 0, rate: 0 };
  return { topic: name, payload, retain: false, ...zero, ...changes };
}

export function sink(url: string, changes: Partial<SinkRow> = {}): SinkRow {
  return {
    url,
    state: "ok",
    lines_written: 0,
    lines_waiting: 0,
    lines_dropped: {},
    last_error: null,
    oldest_waiting: null,
    spool_bytes: null,
    parked_bytes: null,
    rate: 0,
    ...changes,
  };
}

export function gathered(rows: Partial<Gathered> = {}, problems: readonly string[] = []): Gathered {
  return {
    views: VIEWS,
    overview: {
      now: 0,
      version: "0.1.0",
      runtime: "deno 2.9.6",
      pid: 1,
      node_id: 1,
      node_name: "1@127.0.0.1",
      started: 0,
      uptime: 185,
      memory: { rss: 68_000_000, heap: 21_000_000 },
      health: { running: true, ready: problems.length === 0, problems },
      counters: {
        clients_connected: 0,
        clients_disconnected: 0,
        messages_received: 0,
        messages_sent: 0,
        messages_acknowledged: 0,
        payload_bytes_received: 0,
        payload_bytes_sent: 0,
        packets_received: 0,
        packets_sent: 0,
        bytes_received: 0,
        bytes_sent: 0,
        messages_dropped: { MessageQueueFull: 12 },
        connections_refused: {},
        clients_throttled: {},
        events: {},
      },
      clients: 1_234,
      clients_max: 1_234,
      sessions: 1_240,
      connections: 1_234,
      subscriptions: 0,
      shared_subscriptions: 0,
      retained_messages: 3,
      retained_bytes: 0,
      kept_messages: 0,
      kept_bytes: 0,
      listeners: [],
      sinks: [],
      store: null,
      readers: 0,
    },
    rates: [[0, 0], [100, 250.5]],
    clients: [],
    topics: [],
    topicsLeftOut: 0,
    sinks: [],
    ...rows,
  };
}

export function scene(changes: Partial<Scene> = {}): Scene {
  const view = changes.view ?? "clients";
  return {
    view,
    looking: firstLook(view),
    from: 0,
    typing: false,
    gathered: undefined,
    trouble: undefined,
    url: "http://127.0.0.1:6060/",
    ...changes,
  };
}
