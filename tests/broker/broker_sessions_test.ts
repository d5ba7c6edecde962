// The life of sessions and wills: takeover, resumption, expiry, delay.
import assert from "node:assert/strict";
import { publish, settled, World } from "./_world.ts";

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

Deno.test("a takeover ends the old connection before the new one is answered [3.1.1: 3.1.4-2] [5.0: 3.1.4-3]", async () => {
  await using world = new World();
  const old = await world.connect("a", { ...FIVE, properties: { sessionExpiryInterval: 100 } });
  await old.subscribe("t");
  const now = await world.connect("a", { ...FIVE, properties: { sessionExpiryInterval: 100 } });
  const [goodbye] = old.take();
  assert(goodbye?.cmd === "disconnect" && goodbye.reasonCode === 0x8e);
  assert(old.peer.writeClosed && !now.peer.writeClosed);
  assert.equal(now.connack().sessionPresent, true);
  assert.deepEqual(await now.sent(publish("t", "x")).then((packets) => packets.map(({ cmd }) => cmd)), [
    "publish",
  ]);
  assert.deepEqual(world.story("reason").slice(6, 10), [
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

Deno.test(
  "a clean start ends the session there was, with what waits in it, and begins another " +
    "[3.1.1: 3.1.2-6, 3.1.4-3] [5.0: 3.1.2-4, 3.1.4-4]",
  async () => {
    await using world = new World();
    const publisher = await world.connect("p");
    const first = await world.connect("a", { clean: false });
    await first.subscribe("t", 1);
    await first.leave();
    await publisher.sent(publish("t", "waiting", 1));
    const second = await world.connect("a", { clean: true });
    assert.equal(second.connack().sessionPresent, false);
    assert.deepEqual(world.story("reason").slice(-6), [
      "client_connect:undefined",
      "message_dropped:Kicked",
      "session_terminated:Kicked",
      "session_created:undefined",
      "client_connack:undefined",
      "client_connected:undefined",
    ]);
    await publisher.sent(publish("t", "x"));
    assert.deepEqual(second.take(), [], "its subscriptions are gone");
  },
);

for (const version of [3, 4, 5] as const) {
  Deno.test(`version ${version}: a clean start over a connected session closes it and ends it before the new one begins`, async () => {
    await using world = new World();
    const old = await world.connect("a", {
      protocolVersion: version,
      properties: { sessionExpiryInterval: 100 },
    });
    await old.subscribe("t");
    const now = await world.connect("a", { protocolVersion: version });
    assert(old.ended);
    assert.equal(now.connack().sessionPresent, false);
    assert.deepEqual(world.story("reason").slice(6), [
      "client_connect:undefined",
      "client_disconnected:Kicked",
      "session_terminated:Kicked",
      "session_created:undefined",
      "client_connack:undefined",
      "client_connected:undefined",
    ]);
    const [gone] = world.lines("client_disconnected");
    assert.equal(
      gone?.["ipaddress"],
      world.lines("client_connect")[0]?.["ipaddress"],
      "the old one's address",
    );
    assert.equal((await now.sent(publish("t", "x", 1))).length, 1, "the PUBACK alone");
  });
}

Deno.test(
  "a resumed session has its subscriptions and what waited for it " +
    "[3.1.1: 3.1.2-4, 3.1.2-5, 3.1.3-2, 3.1.4-3, 4.1.0.1] [5.0: 3.1.2-5, 3.1.3-2, 3.1.4-4]",
  async () => {
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
  },
);

Deno.test("a 5.0 session ends when its expiry interval has passed, with what waits in it [5.0: 3.1.2-23, 4.1.0-2]", async () => {
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

Deno.test("a session whose client is here does not expire [3.1.1: 4.1.0-2] [5.0: 4.1.0-1]", async () => {
  await using world = new World({ sessionExpiryInterval: 1_000 });
  const five = await world.connect("five", { ...FIVE, properties: { sessionExpiryInterval: 1 } });
  const four = await world.connect("four", { clean: false });
  await world.pass(10_000);
  assert.equal(world.sessions, 2);
  for (const client of [five, four]) assert(!client.ended);
});

Deno.test("without an expiry interval a 5.0 session ends with its connection [5.0: 3.1.2-23, 4.1.0-2]", async () => {
  await using world = new World();
  const client = await world.connect("a", FIVE);
  client.peer.end();
  await settled();
  assert.deepEqual(world.story("reason", "session_terminated"), ["session_terminated:RemoteClose"]);
});

Deno.test("an expiry interval of 0xFFFFFFFF never passes [5.0: 3.1.2-23]", async () => {
  await using world = new World();
  const client = await world.connect("a", { ...FIVE, properties: { sessionExpiryInterval: 0xffffffff } });
  client.peer.end();
  await settled();
  world.clock.advance(10 * 365 * 86_400);
  await world.pass(5_000);
  assert.equal(world.sessions, 1);
});

for (const protocolVersion of [3, 4] as const) {
  Deno.test(`version ${protocolVersion}: a session without clean session lives as long as the listener says`, async () => {
    await using world = new World({ sessionExpiryInterval: 20_000 });
    const client = await world.connect("a", { protocolVersion, clean: false });
    await client.drop();
    await world.pass(19_000);
    assert.equal(world.sessions, 1);
    await world.pass(2_000);
    assert.equal(world.sessions, 0);
    const back = await world.connect("a", { protocolVersion, clean: false });
    assert.equal(back.connack().sessionPresent, false);
  });
}

Deno.test("a cap on the expiry interval is announced and kept", async () => {
  await using world = new World({ maxSessionExpiryInterval: 5_000 });
  const client = await world.connect("a", { ...FIVE, properties: { sessionExpiryInterval: 60 } });
  assert.equal(client.connack().properties?.sessionExpiryInterval, 5);
  const forever = await world.connect("b", { ...FIVE, properties: { sessionExpiryInterval: 0xffffffff } });
  assert.equal(forever.connack().properties?.sessionExpiryInterval, 5);
  const short = await world.connect("c", { ...FIVE, properties: { sessionExpiryInterval: 4 } });
  assert.equal(short.connack().properties?.sessionExpiryInterval, undefined);
  client.peer.end();
  await settled();
  await world.pass(5_000);
  assert.equal(world.sessions, 2);
});

Deno.test("DISCONNECT can change the expiry interval, but not from 0 [5.0: 3.14.2.2.2 zero]", async () => {
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

Deno.test(
  "a will is published when the connection is lost, not after a good-bye " +
    "[3.1.1: 3.1.2-8, 3.14.4-3, 3.1.2-10] [5.0: 3.1.2-7, 3.1.2-8, 3.14.4-3, 3.1.2-10]",
  async () => {
    await using world = new World();
    const lost = await world.connect("lost", WILL);
    lost.peer.break();
    await settled();
    const polite = await world.connect("polite", WILL);
    await polite.sent({ cmd: "disconnect" });
    assert.deepEqual(world.story("from_clientid", "message_publish"), ["message_publish:lost"]);
    assert.equal(world.lines("message_publish")[0]?.["from_type"], "lastwill");
  },
);

Deno.test("a protocol error publishes the will", async () => {
  await using world = new World();
  const client = await world.connect("a", WILL);
  await client.says("f0*");
  assert.deepEqual(world.story("from_clientid", "message_publish"), ["message_publish:a"]);
});

Deno.test("a 5.0 good-bye with reason 0x04 leaves the will in place [5.0: 3.14.4-3]", async () => {
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

Deno.test("a delayed will waits for its delay [5.0: 3.1.2-7, 3.1.2-8]", async () => {
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

Deno.test("a delayed will is not sent when the client is back in time [5.0: 3.1.2-8, 3.1.3-9]", async () => {
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

Deno.test("a delayed will is sent when its session ends before the delay [5.0: 3.1.2-8]", async () => {
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
  await (await world.connect("b", delayed(50, 0))).drop();
  assert.equal(world.lines("message_publish").length, 2, "at once where the session ends at once");
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
