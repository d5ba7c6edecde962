// The life of sessions and wills: takeover, resumption, expiry, delay.
import assert from "node:assert/strict";
import type { Packet } from "mqtt-packet";
import { publish, settled, type TestClient, World } from "./_world.ts";

function connack(client: TestClient): Extract<Packet, { cmd: "connack" }> {
  const [packet] = client.take();
  assert(packet?.cmd === "connack");
  return packet;
}

const FIVE = { protocolVersion: 5, clean: false } as const;

Deno.test("the lines of one client come in the order of its life", async () => {
  await using world = new World();
  const client = await world.connect("a");
  await client.sent({ cmd: "disconnect" });
  assert.deepEqual(world.story(), [
    "client_connect:a",
    "session_created:a",
    "client_connack:a",
    "client_connected:a",
    "client_disconnected:a",
    "session_terminated:a",
  ]);
});

Deno.test("a takeover ends the old connection before the new one is answered", async () => {
  await using world = new World();
  const old = await world.connect("a", { ...FIVE, properties: { sessionExpiryInterval: 100 } });
  old.take();
  const now = await world.connect("a", { ...FIVE, properties: { sessionExpiryInterval: 100 } });
  const [goodbye] = old.take();
  assert(goodbye?.cmd === "disconnect" && goodbye.reasonCode === 0x8e);
  assert(old.peer.writeClosed && !now.peer.writeClosed);
  assert.equal(connack(now).sessionPresent, true);
  assert.deepEqual(world.story("reason").slice(4), [
    "client_connect:undefined",
    "client_disconnected:Kicked",
    "client_connack:undefined",
    "client_connected:undefined",
  ]);
  // The old connection's end comes late and ends nothing more.
  old.peer.end();
  await settled();
  assert.equal(world.broker.snapshot().clients, 1);
  assert.equal(world.lines("client_disconnected").length, 1);
});

Deno.test("a clean start ends the session there was and begins another", async () => {
  await using world = new World();
  const first = await world.connect("a", { clean: false });
  await first.subscribe("t", 1);
  await first.sent({ cmd: "disconnect" });
  const second = await world.connect("a", { clean: true });
  assert.equal(connack(second).sessionPresent, false);
  assert.deepEqual(world.story("reason", "session_terminated", "session_created"), [
    "session_created:undefined",
    "session_terminated:Kicked",
    "session_created:undefined",
  ]);
  const publisher = await world.connect("p");
  await publisher.sent(publish("t", "x"));
  assert.deepEqual(second.take(), [], "its subscriptions are gone");
});

Deno.test("a resumed session has its subscriptions and what waited for it", async () => {
  await using world = new World();
  const first = await world.connect("a", { clean: false });
  await first.subscribe("t", 1);
  first.peer.end();
  await settled();
  const publisher = await world.connect("p");
  await publisher.sent(publish("t", "one", 1), publish("t", "two", 1, 2));
  const second = await world.connect("a", { clean: false });
  const [hello, ...messages] = second.take();
  assert(hello?.cmd === "connack" && hello.sessionPresent);
  assert.deepEqual(messages.map((p) => p.cmd === "publish" && p.payload.toString()), ["one", "two"]);
  assert.deepEqual(
    world.story("clientid", "offline_message", "message_delivered"),
    ["offline_message:a", "offline_message:a", "message_delivered:a", "message_delivered:a"],
  );
});

Deno.test("a 5.0 session ends when its expiry interval has passed, with what waits in it", async () => {
  await using world = new World();
  const client = await world.connect("a", { ...FIVE, properties: { sessionExpiryInterval: 10 } });
  await client.subscribe("t", 1);
  client.peer.end();
  await settled();
  const publisher = await world.connect("p");
  await publisher.sent(publish("t", "x", 1));
  await world.pass(9_000);
  assert.equal(world.sessions, 2);
  await world.pass(1_000);
  assert.equal(world.sessions, 1);
  assert.deepEqual(world.story("reason", "message_dropped", "session_terminated"), [
    "message_dropped:SessionExpiration",
    "session_terminated:SessionExpiration",
  ]);
});

Deno.test("without an expiry interval a 5.0 session ends with its connection", async () => {
  await using world = new World();
  const client = await world.connect("a", FIVE);
  client.peer.end();
  await settled();
  assert.deepEqual(world.story("reason", "session_terminated"), ["session_terminated:RemoteClose"]);
});

Deno.test("an expiry interval of 0xFFFFFFFF never passes", async () => {
  await using world = new World();
  const client = await world.connect("a", { ...FIVE, properties: { sessionExpiryInterval: 0xffffffff } });
  client.peer.end();
  await settled();
  world.clock.advance(10 * 365 * 86_400);
  await world.pass(5_000);
  assert.equal(world.sessions, 1);
});

Deno.test("a 3.1.1 session without clean session lives as long as the listener says", async () => {
  await using world = new World({ sessionExpiryInterval: 20_000 });
  const client = await world.connect("a", { clean: false });
  client.peer.end();
  await world.pass(20_000);
  assert.equal(world.sessions, 1);
  await world.pass(1_000);
  assert.equal(world.sessions, 0);
});

Deno.test("a cap on the expiry interval is announced and kept", async () => {
  await using world = new World({ maxSessionExpiryInterval: 5_000 });
  const client = await world.connect("a", { ...FIVE, properties: { sessionExpiryInterval: 60 } });
  assert.equal(connack(client).properties?.sessionExpiryInterval, 5);
  client.peer.end();
  await settled();
  await world.pass(5_000);
  assert.equal(world.sessions, 0);
});

Deno.test("DISCONNECT can change the expiry interval, but not from 0", async () => {
  await using world = new World();
  const a = await world.connect("a", { ...FIVE, properties: { sessionExpiryInterval: 100 } });
  await a.sent({ cmd: "disconnect", reasonCode: 0, properties: { sessionExpiryInterval: 0 } });
  assert.deepEqual(world.story("clientid", "session_terminated"), ["session_terminated:a"]);
  const b = await world.connect("b", FIVE);
  b.take();
  const [refusal] = await b.sent({
    cmd: "disconnect",
    reasonCode: 0,
    properties: { sessionExpiryInterval: 5 },
  });
  assert(refusal?.cmd === "disconnect" && refusal.reasonCode === 0x82);
});

const WILL = { will: { topic: "will", payload: "gone", qos: 1 as const, retain: false } };

Deno.test("a will is published when the connection is lost, not after a good-bye", async () => {
  await using world = new World();
  const lost = await world.connect("lost", WILL);
  lost.peer.break();
  await settled();
  const polite = await world.connect("polite", WILL);
  await polite.sent({ cmd: "disconnect" });
  assert.deepEqual(world.story("from_clientid", "message_publish"), ["message_publish:lost"]);
  assert.equal(world.lines("message_publish")[0]?.["from_type"], "lastwill");
});

Deno.test("a 5.0 good-bye with reason 0x04 leaves the will in place", async () => {
  await using world = new World();
  const client = await world.connect("a", { ...WILL, protocolVersion: 5 });
  await client.sent({ cmd: "disconnect", reasonCode: 4 });
  assert.equal(world.lines("message_publish").length, 1);
});

function delayed(seconds: number, expiry: number): Parameters<World["connect"]>[1] {
  return {
    ...FIVE,
    will: { ...WILL.will, properties: { willDelayInterval: seconds } },
    properties: { sessionExpiryInterval: expiry },
  };
}

Deno.test("a delayed will waits for its delay [MQTT-3.1.2-8]", async () => {
  await using world = new World();
  const client = await world.connect("a", delayed(5, 100));
  client.peer.break();
  await world.pass(4_000);
  assert.equal(world.lines("message_publish").length, 0);
  await world.pass(2_000);
  assert.equal(world.lines("message_publish").length, 1);
  await world.pass(10_000);
  assert.equal(world.lines("message_publish").length, 1, "once");
});

Deno.test("a delayed will is not sent when the client is back in time [MQTT-3.1.3-9]", async () => {
  await using world = new World();
  const client = await world.connect("a", delayed(5, 100));
  client.peer.break();
  await world.pass(3_000);
  const again = await world.connect("a", { ...FIVE, properties: { sessionExpiryInterval: 100 } });
  await world.pass(10_000);
  assert.equal(world.lines("message_publish").length, 0);
  again.peer.end();
  await settled();
  await world.pass(10_000);
  assert.equal(world.lines("message_publish").length, 0, "nor when it leaves again without a will");
});

Deno.test("a delayed will is sent when its session ends before the delay", async () => {
  await using world = new World();
  const client = await world.connect("a", delayed(50, 3));
  client.peer.break();
  await world.pass(2_000);
  assert.equal(world.lines("message_publish").length, 0);
  await world.pass(2_000);
  assert.deepEqual(world.story("clientid", "message_publish", "session_terminated"), [
    "message_publish:undefined",
    "session_terminated:a",
  ]);
});

Deno.test("a takeover publishes a will without delay and keeps a delayed one back", async () => {
  await using world = new World();
  await world.connect("now", { ...WILL, clean: false });
  await world.connect("now", { clean: false });
  assert.deepEqual(world.story("from_clientid", "message_publish"), ["message_publish:now"]);
  await world.connect("later", delayed(5, 100));
  await world.connect("later", { ...FIVE, properties: { sessionExpiryInterval: 100 } });
  await world.pass(10_000);
  assert.equal(world.lines("message_publish").length, 1);
});
