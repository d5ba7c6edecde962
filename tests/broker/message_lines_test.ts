// What the lines say of messages: Wills, retained ones, those that wait, come again or are dropped.
import assert from "node:assert/strict";
import type { Packet } from "../helpers/mqtt_packet.ts";
import { titleOf } from "../conformance/title.ts";
import { publish, retained, settled, type TestClient, World } from "./_world.ts";

const VERSIONS = [3, 4, 5] as const;
const STAYS = { clean: false, properties: { sessionExpiryInterval: 3600 } } as const;

/** The lines about a message and a client: event, DUP, Packet Identifier. */
function told(world: World, text: string, clientId = "me"): unknown[][] {
  return world.lines()
    .filter(({ clientid, payload }) => clientid === clientId && payload === btoa(text))
    .map(({ action, dup, packet_id }) => [action, dup, packet_id]);
}

/** Acknowledges all that comes, until nothing does. Returns the messages. */
async function receive(client: TestClient): Promise<Extract<Packet, { cmd: "publish" }>[]> {
  const messages: Extract<Packet, { cmd: "publish" }>[] = [];
  for (let came = client.take(); came.length > 0;) {
    const answers: Packet[] = [];
    for (const packet of came) {
      const { messageId = 0 } = packet;
      if (packet.cmd === "publish") messages.push(packet);
      if (packet.cmd === "publish" && packet.qos === 1) answers.push({ cmd: "puback", messageId });
      if (packet.cmd === "publish" && packet.qos === 2) answers.push({ cmd: "pubrec", messageId });
      if (packet.cmd === "pubrel") answers.push({ cmd: "pubcomp", messageId });
    }
    came = await client.sent(...answers);
  }
  return messages;
}

for (const version of VERSIONS) {
  Deno.test(`version ${version}: a Will is a message_publish of lastwill behind its client's client_disconnected`, async () => {
    await using world = new World();
    const watcher = await world.connect("watcher");
    await watcher.subscribe("will/#", 2);
    const will = { topic: "will/me", payload: "gone", qos: 1 as const, retain: true };
    const me = await world.connect("me", { protocolVersion: version, username: "ann", will });
    await me.drop();
    assert.deepEqual(watcher.texts(), ["gone"]);
    const [publish] = world.lines("message_publish");
    const { topic, from_clientid, from_username, from_type, packet_id, dup, payload } = publish ?? {};
    assert.deepEqual([topic, from_clientid, from_username, from_type], ["will/me", "me", "ann", "lastwill"]);
    assert.deepEqual([packet_id, dup, payload], ["", false, btoa("gone")]);
    const [delivered] = world.lines("message_delivered");
    assert.equal(delivered?.["from_type"], "lastwill");
    const after = world.lines().slice(-4).map(({ action }) => action);
    assert.deepEqual(after, [
      "client_disconnected",
      "message_publish",
      "message_delivered",
      "session_terminated",
    ]);
  });

  Deno.test(`version ${version}: what is retained is told with retain true, what is live with false`, async () => {
    await using world = new World();
    const publisher = await world.connect("publisher");
    await publisher.sent(retained("r/a", "kept", 1, 1));
    const me = await world.connect("me", { protocolVersion: version });
    await me.subscribe("r/+", 1);
    await publisher.sent(retained("r/a", "live", 1, 2));
    const retain = (event: "message_publish" | "message_delivered"): unknown[] =>
      world.lines(event).map((line) => line["retain"]);
    assert.deepEqual(retain("message_publish"), [true, true]);
    assert.deepEqual(retain("message_delivered"), [true, false]);
    assert.equal(world.lines("message_delivered")[0]?.["from_clientid"], "publisher");
    if (version < 5) return;
    await me.sent({
      cmd: "subscribe",
      messageId: 2,
      subscriptions: [{ topic: "r/+", qos: 1, rap: true, rh: 2 }],
    });
    await publisher.sent(retained("r/a", "live", 1, 3));
    assert.equal(retain("message_delivered").at(-1), true, "retain as published");
  });

  Deno.test(`version ${version}: what came while the client was away is told as offline_message, then as sent`, async () => {
    await using world = new World();
    const before = await world.connect("me", { protocolVersion: version, ...STAYS });
    await before.subscribe("a", 2);
    await before.leave();
    const publisher = await world.connect("publisher");
    await publisher.sent(publish("a", "m0"), publish("a", "m1", 1, 1), publish("a", "m2", 2, 2), {
      cmd: "pubrel",
      messageId: 2,
    });
    const back = await world.connect("me", { protocolVersion: version, ...STAYS });
    const got = (await receive(back)).map(({ payload, qos, dup }) => [payload.toString(), qos, dup]);
    assert.deepEqual(got, [["m0", 0, false], ["m1", 1, false], ["m2", 2, false]]);
    const acked = (id: string): unknown[][] => [
      ["offline_message", false, ""], // it has none for this client yet
      ["message_delivered", false, id],
      ["message_acked", false, id],
    ];
    assert.deepEqual(told(world, "m0"), [["offline_message", false, ""], ["message_delivered", false, ""]]);
    assert.deepEqual(told(world, "m1"), acked("1"));
    assert.deepEqual(told(world, "m2"), acked("2"));
  });

  Deno.test(`version ${version}: what is sent again is told with dup, and not as offline_message`, async () => {
    await using world = new World();
    const before = await world.connect("me", { protocolVersion: version, ...STAYS });
    await before.subscribe("a", 2);
    const publisher = await world.connect("publisher");
    await publisher.sent(
      publish("a", "one", 1, 1),
      publish("a", "two", 2, 2),
      publish("a", "released", 2, 3),
    );
    await before.sent({ cmd: "pubrec", messageId: 3 });
    await before.drop();
    const back = await world.connect("me", { protocolVersion: version, ...STAYS });
    const got = (await receive(back)).map(({ payload, dup }) => [payload.toString(), dup]);
    assert.deepEqual(got, [["one", true], ["two", true]]);
    const again = (id: string): unknown[][] => [
      ["message_delivered", false, id],
      ["message_delivered", true, id],
      ["message_acked", true, id],
    ];
    assert.deepEqual(told(world, "one"), again("1"));
    assert.deepEqual(told(world, "two"), again("2"));
    assert.deepEqual(told(world, "released"), [["message_delivered", false, "3"], [
      "message_acked",
      false,
      "3",
    ]]);
    assert.deepEqual(world.lines("offline_message"), []);
  });
}

Deno.test("3.1.1: with message_retry_interval an unacknowledged message comes again on the same connection", async () => {
  await using world = new World({ messageRetryInterval: 20_000 });
  const me = await world.connect("me");
  await me.subscribe("a", 1);
  const publisher = await world.connect("publisher");
  await publisher.sent(publish("a", "hello", 1));
  await world.pass(22_000);
  const dups = me.take().flatMap((packet) => packet.cmd === "publish" ? [packet.dup] : []);
  assert.deepEqual(dups, [false, true]);
  assert.deepEqual(told(world, "hello"), [["message_delivered", false, "1"], [
    "message_delivered",
    true,
    "1",
  ]]);
});

for (const version of [4, 5] as const) {
  Deno.test(`version ${version}: a full queue gives up QoS 0 first, then its oldest, and names the client`, async () => {
    await using world = new World({ maxQueuedMessages: 2 });
    const away = { protocolVersion: version, username: "bob", ...STAYS };
    const before = await world.connect("away", away);
    await before.subscribe("a", 1);
    await before.leave();
    const publisher = await world.connect("publisher", { protocolVersion: version });
    await publisher.sent(
      publish("a", "one", 1, 1),
      publish("a", "zero"),
      publish("a", "two", 1, 2),
      publish("a", "three", 1, 3),
      publish("a", "another zero"),
    );
    const back = await world.connect("away", away);
    assert.deepEqual((await receive(back)).map(({ payload }) => payload.toString()), ["two", "three"]);
    const dropped = world.lines("message_dropped");
    assert.deepEqual(dropped.map(({ payload, reason }) => [atob(String(payload)), reason]), [
      ["zero", "MessageQueueFull"],
      ["one", "MessageQueueFull"],
      ["another zero", "MessageQueueFull"],
    ]);
    const { node, clientid, username, qos, packet_id, pts, from_clientid, from_type } = dropped[1] ?? {};
    assert.deepEqual([node, clientid, username, qos, packet_id], [1, "away", "bob", 1, ""]);
    const [published] = world.lines("message_publish");
    assert.deepEqual([pts, from_clientid, from_type], [published?.["ts"], "publisher", "custom"]);
  });

  Deno.test(
    titleOf(
      version,
      `version ${version}: a PUBLISH into $SYS/ reaches nobody, and its line names no client`,
      "[3.1.1: 3.3.5-2]",
    ),
    async () => {
      await using world = new World();
      const client = await world.connect("me", { protocolVersion: version });
      await client.subscribe("$SYS/#", 1);
      const [puback, ...more] = await client.sent(retained("$SYS/x", "x", 1, 7));
      assert(puback?.cmd === "puback" && more.length === 0);
      if (version === 5) assert.equal(puback.reasonCode, 0x87);
      const [event] = world.lines("message_dropped");
      const { topic, packet_id, from_clientid, reason } = event ?? {};
      assert.deepEqual([topic, packet_id, from_clientid, reason], ["$SYS/x", "7", "me", "NotAuthorized"]);
      assert.equal("clientid" in (event ?? {}), false);
      assert.deepEqual(world.lines("message_publish"), []);
    },
  );
}

Deno.test("a message without subscribers is not a dropped message, and a 5.0 publisher hears of it", async () => {
  await using world = new World();
  const me = await world.connect("me", { protocolVersion: 5 });
  me.take();
  const [nobody] = await me.sent(publish("a", "x", 1, 1));
  assert(nobody?.cmd === "puback" && nobody.reasonCode === 0x10);
  assert.deepEqual(world.lines().slice(4).map(({ action }) => action), ["message_publish"]);
  await (await world.connect("other")).subscribe("a");
  const [somebody] = await me.sent(publish("a", "x", 1, 2));
  assert(somebody?.cmd === "puback" && somebody.reasonCode === 0);
});

Deno.test("the members of a group who are here take turns, those who are away wait for no message", async () => {
  await using world = new World();
  const members = new Map<string, TestClient>();
  for (const name of ["away", "x", "y"]) {
    const member = await world.connect(name, { protocolVersion: 5, ...STAYS });
    await member.subscribe("$share/g/a/+", 1);
    members.set(name, member);
  }
  await members.get("away")?.leave();
  const publisher = await world.connect("publisher");
  for (let i = 0; i < 12; i++) await publisher.sent(publish("a/b", String(i), 1, i + 1));
  const counts = Object.groupBy(world.lines("message_delivered"), (line) => String(line["clientid"]));
  assert.deepEqual(Object.keys(counts).sort(), ["x", "y"]);
  for (const name of ["x", "y"]) assert((counts[name]?.length ?? 0) >= 4, name);
  assert.equal(world.lines("message_delivered").length, 12);
  assert.deepEqual(world.lines("offline_message"), []);
  await members.get("x")?.drop();
  await members.get("y")?.drop();
  await publisher.sent(publish("a/b", "for one of them", 1, 13));
  assert.equal(world.lines("offline_message").length, 1, "where all are away it waits for one");
});

Deno.test("groups and ordinary subscriptions each get their own copy, and a group no retained message", async () => {
  await using world = new World();
  const publisher = await world.connect("publisher");
  await publisher.sent(retained("a", "kept"));
  const x = await world.connect("x");
  const y = await world.connect("y");
  const subscriptions = ["$share/one/a", "a"].map((topic) => ({ topic, qos: 0 as const }));
  await y.subscribe("$share/two/a");
  assert.deepEqual(y.texts(), []);
  await x.sent({ cmd: "subscribe", messageId: 1, subscriptions });
  x.take();
  await publisher.sent(publish("a", "m"));
  assert.deepEqual([x.texts(), y.texts()], [["m", "m"], ["m"]]);
  await x.sent({ cmd: "unsubscribe", messageId: 2, unsubscriptions: ["$share/one/a"] });
  await publisher.sent(publish("a", "n"));
  assert.deepEqual([x.texts(), y.texts()], [["n"], ["n"]]);
});

Deno.test("5.0: a client that allows two aliases gets them for its first two topics", async () => {
  await using world = new World();
  const me = await world.connect("me", { protocolVersion: 5, properties: { topicAliasMaximum: 2 } });
  await me.subscribe("#");
  me.take();
  const publisher = await world.connect("publisher");
  for (const topic of ["a", "b", "c", "a", "b", "c"]) await publisher.sent(publish(topic, "x"));
  const got = me.take().map((p) => p.cmd === "publish" && [p.topic, p.properties?.topicAlias]);
  assert.deepEqual(got, [["a", 1], ["b", 2], ["c", undefined], ["", 1], ["", 2], ["c", undefined]]);
});

Deno.test("a subscription to more retained messages than its queue may hold gets them all", async () => {
  await using world = new World({ maxInflight: 4, maxQueuedMessages: 10 });
  const publisher = await world.connect("publisher");
  const topics = Array.from({ length: 200 }, (_, i) => `many/${i}`);
  for (const topic of topics) await publisher.sent(retained(topic, topic, 1, 1));
  const me = await world.connect("me");
  me.send({ cmd: "subscribe", messageId: 1, subscriptions: [{ topic: "many/+", qos: 1 }] });
  await settled();
  await receive(me);
  const got = world.lines("message_acked").map((line) => String(line["topic"]));
  assert.deepEqual(got.sort(), topics.sort());
  assert.deepEqual(world.lines("message_dropped"), []);
});
