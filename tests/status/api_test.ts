// The HTTP API of a broker in memory: what RMQTT's clients ask for, and what is Hookline's own.
import assert from "node:assert/strict";
import type {
  ClientInfo,
  Health,
  MetricsInfo,
  RetainInfo,
  SubscriptionInfo,
} from "../../src/status/api_types.ts";
import { settled } from "../broker/_world.ts";
import { Live } from "./_live.ts";

const JSON_TYPE = { "Content-Type": "application/json" };

function post(live: Live, path: string, body: unknown): Promise<Response> {
  return live.fetch(`/api/v1${path}`, { method: "POST", headers: JSON_TYPE, body: JSON.stringify(body) });
}

Deno.test("brokers, nodes, stats and metrics have RMQTT's forms, for all nodes, one, and their sum", async () => {
  await using live = await Live.open();
  await live.world.connect("c1");
  const [broker] = await live.json("/brokers");
  assert.equal(broker.version, "hookline/1.2.3");
  assert.match(broker.datetime, /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/);
  assert.equal(broker.uptime, "0 days 0 hours, 0 minutes, 0 seconds");
  assert.deepEqual(await live.json("/brokers/1"), broker);
  const [node] = await live.json("/nodes");
  assert.equal(node.connections, 1);
  assert(node.memory_total > node.memory_free && node.disk_total > 0);
  assert.equal((await live.json("/stats"))[0].stats["connections.count"], 1);
  assert.equal((await live.json("/stats/1")).node.name, "1@127.0.0.1");
  assert.equal((await live.json("/stats/sum")).stats["sessions.count"], 1);
  const metrics: MetricsInfo = await live.json("/metrics/1");
  assert.equal(metrics.metrics["client.connected"], 1);
  assert.deepEqual(await live.json("/metrics/sum"), metrics.metrics);
  assert.equal(await live.statusOf("/api/v1/brokers/2"), 404);
});

Deno.test("clients are shown as they are, and as they were when they went", async () => {
  await using live = await Live.open();
  const will = { topic: "gone", payload: "bye", qos: 1 as const, retain: false };
  const client = await live.world.connect("sensor/1", { username: "ann", keepalive: 30, clean: false, will });
  client.send({ cmd: "subscribe", messageId: 1, subscriptions: [{ topic: "a/#", qos: 1 }] });
  await settled();
  const shown: ClientInfo = await live.json("/clients/sensor%2F1");
  const { clientid, username, proto_ver, ip_address, connected, keepalive, clean_start, subscriptions_cnt } =
    shown;
  assert.deepEqual(
    { clientid, username, proto_ver, ip_address, connected, keepalive, clean_start, subscriptions_cnt },
    {
      clientid: "sensor/1",
      username: "ann",
      proto_ver: 4,
      ip_address: "10.0.0.7",
      connected: true,
      keepalive: 30,
      clean_start: false,
      subscriptions_cnt: 1,
    },
  );
  assert.deepEqual(shown.last_will, { topic: "gone", message: btoa("bye"), qos: 1, retain: false });
  assert.equal(await live.json("/clients/sensor%2F1/online"), true);
  client.send({ cmd: "disconnect" });
  await settled();
  const gone: ClientInfo = await live.json("/clients/sensor%2F1");
  assert.deepEqual([gone.connected, gone.disconnected_reason, gone.last_will], [false, "Disconnect", null]);
  assert.notEqual(gone.disconnected_at, "");
  assert.equal(await live.json("/clients/sensor%2F1/online"), false);
  assert.equal(await live.statusOf("/api/v1/clients/nobody"), 404);
});

Deno.test("clients are searched, sorted and paged, and the answer says how many there are in all", async () => {
  await using live = await Live.open({ maxRowLimit: 4 });
  for (const [i, username] of ["ann", "bob", "cy", undefined, "dee", "ann"].entries()) {
    const client = await live.world.connect(`c${i}`, username === undefined ? {} : { username });
    for (let n = 0; n < i; n++) {
      client.send({ cmd: "publish", topic: "t", payload: "x", qos: 0, dup: false, retain: false });
    }
  }
  await settled();
  const ids = async (query: string): Promise<string[]> => {
    const rows: ClientInfo[] = await live.json(`/clients?${query}`);
    return rows.map(({ clientid }) => clientid);
  };
  assert.deepEqual(await ids(""), ["c0", "c1", "c2", "c3"]);
  assert.deepEqual(await ids("_limit=100&_offset=4"), ["c4", "c5"]);
  assert.deepEqual(await ids("_sort=received&_order=desc&_limit=2"), ["c5", "c4"]);
  assert.deepEqual(await ids("username=ann"), ["c0", "c5"]);
  assert.deepEqual(await ids("username=undefined"), ["c3"]);
  assert.deepEqual(await ids("_like_clientid=4&ip_address=10.0."), ["c4"]);
  assert.deepEqual(await ids("ip_address=192."), []);
  assert.deepEqual(await ids("connected=false"), []);
  assert.deepEqual(await ids("proto_ver=4&_gte_mqueue_len=1"), []);
  const answer = await live.fetch("/api/v1/clients?_limit=1");
  assert.equal(answer.headers.get("X-Total-Count"), "6");
  await answer.body?.cancel();
  for (const wrong of ["_limit=-1", "connected=maybe", "_sort=shoe_size"]) {
    const refused = await live.fetch(`/api/v1/clients?${wrong}`);
    assert.equal(refused.status, 400);
    assert.match((await refused.json()).error, /must be/);
  }
});

Deno.test("a client is ended with its session, and hears why", async () => {
  await using live = await Live.open();
  const client = await live.world.connect("c1", {
    protocolVersion: 5,
    properties: { sessionExpiryInterval: 3600 },
  });
  const answer = await live.fetch("/api/v1/clients/c1", { method: "DELETE" });
  assert.equal(await answer.text(), `1@test/10.0.0.7:40000/c1/undefined`);
  await settled();
  assert.deepEqual(client.take().at(-1)?.cmd, "disconnect");
  assert.deepEqual(live.world.story("reason", "client_disconnected", "session_terminated"), [
    "client_disconnected:ByAdminKick",
    "session_terminated:ByAdminKick",
  ]);
  assert.equal(await live.statusOf("/api/v1/clients/c1", "DELETE"), 404);
});

Deno.test("subscriptions and routes", async () => {
  await using live = await Live.open();
  for (const [id, topics] of [["a", ["x/#", "$share/g/x/+"]], ["b", ["x/#"]]] as const) {
    const client = await live.world.connect(id);
    const subscriptions = topics.map((topic) => ({ topic, qos: 1 as const }));
    client.send({ cmd: "subscribe", messageId: 1, subscriptions });
  }
  await settled();
  const all: SubscriptionInfo[] = await live.json("/subscriptions");
  assert.deepEqual(all.map(({ clientid, topic, share, qos }) => [clientid, topic, share, qos]), [
    ["a", "x/#", null, 1],
    ["a", "x/+", "g", 1],
    ["b", "x/#", null, 1],
  ]);
  assert.equal((await live.json("/subscriptions/a")).length, 2);
  assert.equal((await live.json("/subscriptions?share=g")).length, 1);
  assert.equal((await live.json("/subscriptions?_match_topic=x/y/z")).length, 2);
  assert.deepEqual(await live.json("/routes"), [{ node_id: 1, topic: "x/#" }, { node_id: 1, topic: "x/+" }]);
  assert.deepEqual(await live.json("/routes/x%2Fy%2Fz"), [{ node_id: 1, topic: "x/#" }]);
  assert.equal((await live.json("/stats/1")).stats["routes.count"], 2);
  const { subscriptions, shared_subscriptions } = await live.json("/overview");
  assert.deepEqual([subscriptions, shared_subscriptions], [3, 1]);
});

Deno.test("messages are published and retained ones deleted: logged, delivered, told", async () => {
  await using live = await Live.open();
  const client = await live.world.connect("c1");
  client.send({ cmd: "subscribe", messageId: 1, subscriptions: [{ topic: "#", qos: 0 }] });
  await settled();
  const sent = await post(live, "/mqtt/publish", {
    topics: "a, b",
    payload: "aGk=",
    encoding: "base64",
    retain: true,
  });
  assert.equal(await sent.text(), "ok");
  assert.deepEqual(live.world.story("topic", "message_publish"), ["message_publish:a", "message_publish:b"]);
  assert.equal(live.world.lines("message_publish")[0]?.["from_type"], "admin");
  const kept: RetainInfo[] = await live.json("/retains?topic=%2B");
  assert.deepEqual(kept.map(({ topic, payload, clientid }) => [topic, atob(payload ?? ""), clientid]), [
    ["a", "hi", "system"],
    ["b", "hi", "system"],
  ]);
  assert.equal(kept[0]?.expiry_interval, 300);
  assert.equal(await (await live.fetch("/api/v1/retains/a", { method: "DELETE" })).json(), true);
  assert.deepEqual((await live.json("/retains")).map(({ topic }: RetainInfo) => topic), ["b"]);
  assert.equal(await live.statusOf("/api/v1/retains/a", "DELETE"), 404);
  const payloads = client.texts();
  assert.deepEqual(payloads, ["hi", "hi", ""]);
});

Deno.test("what cannot be published says why", async (t) => {
  await using live = await Live.open();
  const rows: readonly (readonly [body: unknown, says: RegExp])[] = [
    [[], /must be a JSON object/],
    [{ payload: "x" }, /topic is missing/],
    [{ topic: "a" }, /payload is missing/],
    [{ topic: "a/#", payload: "x" }, /wildcard/],
    [{ topic: "$SYS/broker/version", payload: "x" }, /the broker's own/],
    [{ topic: "a/\ud800", payload: "x" }, /half a character/],
    [{ topic: "a", payload: "x", clientid: "a\0" }, /clientid must be/],
    [{ topic: "a", payload: "x", qos: 3 }, /qos must be/],
    [{ topic: "a", payload: "x", retain: "yes" }, /retain must be/],
    [{ topic: "a", payload: "?", encoding: "base64" }, /no base64/],
    [{ topic: "a", payload: "x", encoding: "hex" }, /plain or base64/],
  ];
  for (const [body, says] of rows) {
    await t.step(JSON.stringify(body), async () => {
      const answer = await post(live, "/mqtt/publish", body);
      assert.equal(answer.status, 400);
      assert.match((await answer.json()).error, says);
    });
  }
  const long = await post(live, "/mqtt/publish", { topic: "a", payload: "x".repeat(5 * 1024 * 1024) });
  assert.equal(long.status, 413);
  await long.body?.cancel();
  assert.deepEqual(live.world.lines("message_publish"), []);
});

Deno.test("topics are counted from the first request on, and no longer than somebody asks", async () => {
  await using live = await Live.open();
  const client = await live.world.connect("c1");
  const publish = async (topic: string, payload: string): Promise<void> => {
    client.send({ cmd: "publish", topic, payload, qos: 0, dup: false, retain: false });
    await settled();
  };
  await publish("a/1", "before");
  assert.deepEqual((await live.json("/topics")).topics, []);
  await publish("a/1", "x");
  await publish("a/2", "yy");
  await publish("a/1", "z".repeat(1000));
  const { topics, total } = await live.json("/topics?topic=a/%23");
  assert.equal(total, 2);
  assert.deepEqual([topics[0].topic, topics[0].count, topics[0].bytes, topics[0].payload_size], [
    "a/1",
    2,
    1001,
    1000,
  ]);
  assert.equal(atob(topics[0].payload).length, 256);
  assert.equal((await live.json("/topics?topic=b")).total, 0);
  await live.world.pass(31_000);
  await publish("a/1", "x");
  assert.deepEqual((await live.json("/topics")).topics, []);
});

Deno.test("a payload that lines leave out is left out of topics too, and too many topics are said", async () => {
  await using live = await Live.open();
  const { lineOptions } = live.world.hooks;
  live.world.hooks.prepare({ ...lineOptions, redact: ["secret/#"], rules: {} }).commit();
  const client = await live.world.connect("c1");
  await live.json("/topics");
  for (let i = 0; i < 10_002; i++) {
    client.send({ cmd: "publish", topic: `secret/${i}`, payload: "x", qos: 0, dup: false, retain: false });
    if (i % 1000 === 0) await settled();
  }
  await settled();
  const { topics, total, left_out } = await live.json("/topics?_limit=1");
  assert.deepEqual([total, left_out, topics[0].payload], [10_000, 2, null]);
});

Deno.test("a payload that lines leave out is left out of Retained Messages and Wills too", async () => {
  await using live = await Live.open();
  const { lineOptions } = live.world.hooks;
  live.world.hooks.prepare({ ...lineOptions, redact: ["secret/#"], rules: {} }).commit();
  const sent = await post(live, "/mqtt/publish", { topics: "secret/a,b", payload: "x", retain: true });
  assert.equal(await sent.text(), "ok");
  const kept: RetainInfo[] = await live.json("/retains");
  assert.deepEqual(kept.map(({ topic, payload }) => [topic, payload]), [["secret/a", null], [
    "b",
    btoa("x"),
  ]]);
  const will = { topic: "secret/w", payload: "bye", qos: 1 as const, retain: false };
  await live.world.connect("c1", { will });
  const shown: ClientInfo = await live.json("/clients/c1");
  assert.deepEqual(shown.last_will, { topic: "secret/w", message: "", qos: 1, retain: false });
});

Deno.test("readyz names what is not well, and is well again when that is", async () => {
  await using live = await Live.open();
  const ready = async (): Promise<[number, Health]> => {
    const answer = await live.fetch("/readyz");
    return [answer.status, await answer.json()];
  };
  assert.deepEqual(await ready(), [200, { running: true, ready: true, problems: [] }]);
  const { sink, store, listeners } = live;
  live.sink = { ...sink, state: "degraded", lastError: "the disk is full" };
  live.store = { ...store, state: "degraded", last_error: "its limit is reached" };
  live.listeners = [];
  assert.deepEqual(await ready(), [503, {
    running: true,
    ready: false,
    problems: [
      "no listener is open",
      "sink file:///hook.log: the disk is full",
      "store: its limit is reached",
    ],
  }]);
  assert.deepEqual((await live.json("/health/check")).ready, false);
  Object.assign(live, { sink, store, listeners });
  assert.equal((await ready())[0], 200);
  assert.equal(await live.statusOf("/healthz"), 200);
});

Deno.test("paths and methods that are none say so", async () => {
  await using live = await Live.open();
  const wrong = await live.fetch("/api/v1/clints");
  assert.equal(wrong.status, 404);
  assert.match((await wrong.json()).error, /\/api\/v1 lists/);
  const method = await live.fetch("/api/v1/clients", { method: "DELETE" });
  assert.equal(method.status, 405);
  assert.match((await method.json()).error, /only GET/);
  assert.equal(await live.statusOf("/api/v1/clients/%E0%A4%A"), 400);
});
