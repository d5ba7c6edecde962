// The bus: which rules an event meets, and which sinks get its line.
import assert from "node:assert/strict";
import { createHooks, type Hooks } from "../../src/hooks/bus.ts";
import { EVENT_NAMES, type MessageData } from "../../src/hooks/events.ts";
import type { Rules } from "../../src/hooks/rules.ts";
import { ClientIdentity } from "../../src/hooks/client_identity.ts";
import { MemorySink } from "../helpers/memory_sink.ts";

const A = "file:///a.log";
const B = "file:///b.log";
const identity = new ClientIdentity(1, "10.0.0.7:49152", "c1", undefined);

class Bus {
  readonly sinks = new Map<string, MemorySink>();
  readonly hooks: Hooks;
  ms = 1_000;

  constructor(rules: Rules) {
    this.hooks = createHooks(rules, (url) => this.sink(url), () => this.ms);
  }

  sink(url: string): MemorySink {
    const sink = this.sinks.get(url) ?? new MemorySink(url);
    this.sinks.set(url, sink);
    return sink;
  }

  /** The actions of the lines that went to `url`. */
  actions(url: string): string[] {
    return this.sink(url).appended.map((line) => JSON.parse(line).action);
  }
}

function message(topic: string): MessageData {
  return {
    from: identity,
    fromType: "custom",
    dup: false,
    retain: false,
    qos: 0,
    topic,
    packetId: 0,
    payload: new Uint8Array(0),
    receivedAt: 0,
    topicJson: JSON.stringify(topic),
    payloadJson: undefined,
    ptsJson: undefined,
  };
}

Deno.test("an event without a rule is undefined and costs nothing", () => {
  const { hooks } = new Bus({ client_connect: [{ action: "x", urls: [A] }], session_created: [] });
  for (const event of EVENT_NAMES) {
    assert.equal(typeof hooks[event], event === "client_connect" ? "function" : "undefined", event);
  }
});

Deno.test("a rule without URLs is as good as none", () => {
  const { hooks } = new Bus({ client_connect: [{ action: "x", urls: [] }] });
  assert.equal(hooks.client_connect, undefined);
});

Deno.test("one event makes one line for each rule and each of its URLs, under the rule's action", () => {
  const bus = new Bus({
    session_terminated: [
      { action: "ended", urls: [A, B] },
      { action: "ended_2", urls: [B] },
      { action: "twice", urls: [A, A] },
    ],
  });
  bus.hooks.session_terminated?.({ identity, reason: "Disconnect" });
  assert.deepEqual(bus.actions(A), ["ended", "twice", "twice"]);
  assert.deepEqual(bus.actions(B), ["ended", "ended_2"]);
});

Deno.test("only lines whose topic one of the rule's filters selects are made", () => {
  const bus = new Bus({
    message_publish: [
      { action: "some", topics: ["x/y/z", "foo/#"], urls: [A] },
      { action: "plus", topics: ["+/y/+"], urls: [A] },
      { action: "every", urls: [A] },
      { action: "none", topics: [], urls: [A] },
    ],
  });
  const actionsFor = (topic: string): string[] => {
    bus.hooks.message_publish?.(message(topic));
    const actions = bus.actions(A);
    bus.sink(A).appended = [];
    return actions;
  };
  assert.deepEqual(actionsFor("x/y/z"), ["some", "plus", "every"]);
  assert.deepEqual(actionsFor("foo"), ["some", "every"]);
  assert.deepEqual(actionsFor("foo/bar/baz"), ["some", "every"]);
  assert.deepEqual(actionsFor("fo/bar"), ["every"]);
  assert.deepEqual(actionsFor("a/y/b"), ["plus", "every"]);
});

Deno.test("# does not select $SYS; with $SYS/# beside it, everything is selected", () => {
  const bus = new Bus({
    message_publish: [
      { action: "hash", topics: ["#"], urls: [A] },
      { action: "both", topics: ["#", "$SYS/#"], urls: [A] },
    ],
  });
  bus.hooks.message_publish?.(message("$SYS/uptime"));
  bus.hooks.message_publish?.(message("a"));
  assert.deepEqual(bus.actions(A), ["both", "hash", "both"]);
});

Deno.test("subscription events are selected by their filter, taken as a topic", () => {
  const rules = [{ action: "s", topics: ["a/#"], urls: [A] }];
  const bus = new Bus({
    client_subscribe: rules,
    session_subscribed: rules,
    client_unsubscribe: rules,
    session_unsubscribed: rules,
  });
  for (const topic of ["a/+/c", "a/#", "b/#", "+/b"]) {
    bus.hooks.client_subscribe?.({ identity, topic, opts: { qos: 0 } });
    bus.hooks.session_subscribed?.({ identity, topic, opts: { qos: 0 } });
    bus.hooks.client_unsubscribe?.({ identity, topic });
    bus.hooks.session_unsubscribed?.({ identity, topic });
  }
  const topics = bus.sink(A).appended.map((line) => JSON.parse(line).topic);
  assert.deepEqual(topics, [...Array(4).fill("a/+/c"), ...Array(4).fill("a/#")]);
});

Deno.test("deliveries, acknowledgements, drops and offline messages are selected by their message's topic", () => {
  const rules = [{ action: "m", topics: ["a/#"], urls: [A] }];
  const bus = new Bus({
    message_delivered: rules,
    message_acked: rules,
    message_dropped: rules,
    offline_message: rules,
  });
  for (const topic of ["a/b", "b/a"]) {
    const delivery = {
      message: message(topic),
      identity,
      dup: false,
      retain: false,
      qos: 1 as const,
      packetId: 1,
    };
    bus.hooks.message_delivered?.(delivery);
    bus.hooks.message_acked?.(delivery);
    bus.hooks.message_dropped?.({ ...delivery, reason: "MessageQueueFull" });
    bus.hooks.offline_message?.(delivery);
  }
  assert.deepEqual(bus.sink(A).appended.map((line) => JSON.parse(line).topic), Array(4).fill("a/b"));
});

Deno.test("events without a topic ignore the rule's topics", () => {
  const rules = [{ action: "c", topics: ["a/#"], urls: [A] }];
  const bus = new Bus({ session_created: rules, client_connect: rules, client_disconnected: rules });
  bus.hooks.session_created?.({ identity, createdAt: 1 });
  bus.hooks.client_connect?.({ identity, keepAlive: 1, protocolVersion: 4, clean: true });
  bus.hooks.client_disconnected?.({ identity, disconnectedAt: 1, reason: "RemoteClose" });
  assert.equal(bus.sink(A).appended.length, 3);
});

Deno.test("ts is the turn's time when the line is made, pts when the message came", () => {
  const bus = new Bus({ message_acked: [{ action: "m", urls: [A] }] });
  const delivery = {
    message: message("a"),
    identity,
    dup: false,
    retain: false,
    qos: 1 as const,
    packetId: 1,
  };
  bus.hooks.message_acked?.(delivery);
  bus.ms = 2_500;
  bus.hooks.message_acked?.(delivery);
  bus.ms = 2_501;
  bus.hooks.message_acked?.(delivery);
  const lines = bus.sink(A).appended.map((line) => JSON.parse(line));
  assert.deepEqual(lines.map(({ ts, pts }) => [ts, pts]), [[1_000, 0], [2_500, 0], [2_501, 0]]);
  assert.deepEqual(lines.map(({ time }) => time.slice(-4)), [".000", ".500", ".501"]);
});
