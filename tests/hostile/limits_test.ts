// What a listener's limits do to who passes them; those of time and number of connections are in ../broker.
import assert from "node:assert/strict";
import { ConnectRate } from "../../src/broker/connect_rate.ts";
import { settled, World } from "../broker/_world.ts";
import { MemoryPeer } from "../helpers/memory_transport.ts";
import { bytesOf } from "../mqtt/_notation.ts";

Deno.test("max_connects_per_second: one more of the same address is closed at once and counted", async () => {
  await using world = new World({ maxConnectsPerSecond: 3 });
  const accept = (peer: string): MemoryPeer => {
    const it = new MemoryPeer(peer);
    world.broker.accept(it.transport, world.listener());
    return it;
  };
  const closed = [1, 2, 3, 4, 5].map((port) => accept(`10.0.0.9:${port}`).closed);
  assert.deepEqual(closed, [false, false, false, true, true]);
  assert.equal(world.broker.counters.refused.get("TooManyConnectsOfAddress"), 2);
  assert.equal(accept("10.0.0.10:1").closed, false, "another address has its own");
  await world.pass(334);
  assert.deepEqual([6, 7].map((port) => accept(`10.0.0.9:${port}`).closed), [false, true]);
  await world.pass(1_000);
  assert.deepEqual([8, 9, 10, 11].map((port) => accept(`10.0.0.9:${port}`).closed), [
    false,
    false,
    false,
    true,
  ]);
});

Deno.test("mqtt.max_connects_per_second counts all addresses and listeners, and not what one address may not", async () => {
  await using world = new World({ maxConnectsPerSecond: 3 }, { maxConnectsPerSecond: 4 });
  const other = { ...world.options };
  for (let i = 0; i < 10; i++) world.accept(world.options, "10.0.0.9");
  assert(!world.accept(other, "10.0.0.10").closed, "a flood of one address left room");
  assert(world.accept(world.options, "10.0.0.11").closed);
  assert.deepEqual(Object.fromEntries(world.broker.counters.refused), {
    TooManyConnectsOfAddress: 7,
    TooManyConnects: 1,
  });
  await world.pass(1_000);
  assert.deepEqual([1, 2, 3, 4, 5].map((i) => world.accept(other, `10.0.1.${i}`).closed), [
    ...Array(4).fill(false),
    true,
  ]);
});

Deno.test("mqtt.max_connections counts the clients of all listeners; a takeover is not one more", async () => {
  await using world = new World({}, { maxConnections: 2 });
  const other = { ...world.options };
  const join = async (id: string, options = world.options): Promise<MemoryPeer> => {
    const peer = world.accept(options);
    peer.send(bytesOf(`10* 'MQTT' 04 02 0000 '${id}'`));
    await settled();
    return peer;
  };
  const [first] = [await join("a"), await join("b", other)];
  const third = await join("c", other);
  assert.equal(third.writes[0]?.toHex(), "20020003", "Server unavailable");
  assert(third.writeClosed);
  assert(!(await join("a", other)).writeClosed && first.writeClosed);
  assert.deepEqual(Object.fromEntries(world.broker.counters.refused), { TooManyClients: 1 });
  await join("d", { ...world.options, maxConnections: 0 });
  await world.pass(1_000);
  assert.match(world.log.join(), /connections were refused .*TooManyClients: 1; TooManyClientsOfListener: 1/);
});

Deno.test("one address may hold max_handshaking_per_address of the handshakes, and so keeps nobody out", async () => {
  await using world = new World({ maxHandshaking: 6, maxHandshakingPerAddress: 2 });
  const from = (address: string): MemoryPeer => world.accept(world.options, address);
  const [silent, joins, third] = [from("10.0.0.9"), from("10.0.0.9"), from("10.0.0.9")];
  assert.deepEqual([silent.closed, joins.closed, third.closed], [false, false, true]);
  assert.equal(world.broker.counters.refused.get("TooManyHandshakesOfAddress"), 1);
  assert(!from("10.0.0.10").closed, "another address has its own");
  const sixtyFour = ["[2001:db8::1]", "[2001:db8::2:0:0:3]", "[2001:db8::4]"].map(from);
  assert.deepEqual(sixtyFour.map(({ closed }) => closed), [false, false, true], "a /64 counts as one");
  // A handshake that ends, well or badly, makes room.
  joins.send(bytesOf("10* 'MQTT' 04 02 0000 'abc'"));
  silent.end();
  await settled();
  assert.deepEqual([1, 2, 3].map(() => from("10.0.0.9").closed), [false, false, true]);
});

Deno.test("without max_handshaking_per_address one address may hold all handshakes", async () => {
  await using world = new World({ maxHandshaking: 3, maxHandshakingPerAddress: 0 });
  assert.deepEqual([1, 2, 3, 4].map(() => world.accept().closed), [false, false, false, true]);
});

Deno.test("a refused connection costs no place among the handshakes", async () => {
  await using world = new World({ maxConnectsPerSecond: 1, maxHandshaking: 2 });
  world.accept();
  for (let i = 0; i < 10; i++) assert(world.accept().closed);
  await world.pass(1_000);
  assert(!world.accept().closed);
});

Deno.test("connects are counted for each address: of IPv6, for each /64; without a limit for none", () => {
  const rate = new ConnectRate();
  const taken = (peer: string): boolean => rate.take(peer, 1, 0);
  assert(taken("[2001:db8:1:2::1]:50000"));
  assert(!taken("[2001:db8:1:2:3:4:5:6]:50001"), "the same /64, written in full");
  assert(taken("[2001:db8:1:3::1]:50000"));
  assert(taken("[fe80::1]:1"));
  assert(!taken("[fe80::2]:1"));
  assert(taken("[::1]:1"));
  assert(!taken("[::1]:2"));
  for (let i = 0; i < 10; i++) assert(rate.take("10.0.0.7:1", 0, 0));
});

Deno.test("every rate allows a burst of itself, and no more", () => {
  for (let perSecond = 1; perSecond <= 3_000; perSecond += 7) {
    const rate = new ConnectRate();
    let taken = 0;
    while (rate.take("10.0.0.7:1", perSecond, 12_345.678)) taken++;
    assert.equal(taken, perSecond);
  }
});

Deno.test("the table of addresses is bounded: the one that came longest ago is forgotten", () => {
  const rate = new ConnectRate();
  for (let i = 0; i < 10_000; i++) assert(rate.take(`10.1.${i >> 8}.${i & 255}:1`, 1, 0));
  assert(!rate.take("10.1.0.0:1", 1, 0));
  assert(rate.take("10.2.0.0:1", 1, 0));
  assert(rate.take("10.1.0.0:1", 1, 0), "forgotten");
  assert(!rate.take("10.1.0.3:1", 1, 0), "still known");
});

Deno.test("a CONNECT over max_connect_packet_size is refused as soon as its length is known, whatever others may send", async () => {
  await using world = new World({ maxConnectPacketSize: 1_024, maxPacketSize: 100_000 });
  const peer = world.accept();
  peer.send(bytesOf("10 81 08")); // 1025 follow, so it would be 1028
  await settled();
  assert(peer.writeClosed);
  assert.equal(world.broker.counters.refused.get("ConnectTooLarge"), 1);
  const client = await world.connect("a", { username: "u".repeat(900) });
  assert.equal(client.take()[0]?.cmd, "connack");
  await client.sent({
    cmd: "publish",
    topic: "t",
    payload: "x".repeat(50_000),
    qos: 0,
    dup: false,
    retain: false,
  });
  assert(!client.peer.writeClosed, "a client is not held to it");
});

Deno.test("a packet that claims 256 MB is given room as its bytes come, not as it claims", async () => {
  await using world = new World({ maxPacketSize: 268_435_460 });
  const peer = new MemoryPeer();
  let room = 0;
  const broker = {
    ...peer.transport,
    read: (into: Uint8Array): Promise<number | null> => {
      room = Math.max(room, into.buffer.byteLength);
      return peer.transport.read(into);
    },
  };
  world.broker.accept(broker, world.listener());
  peer.send(bytesOf("10* 'MQTT' 04 02 0000 'a'"));
  await settled();
  peer.send(bytesOf("30 ffffff7f 0001 61"));
  await settled();
  assert(room <= 2_048, `${room} bytes for a claim`);
  for (let sent = 0; sent < 1_000_000; sent += 10_000) {
    peer.send(new Uint8Array(10_000));
    await settled();
  }
  assert(room <= 2 * 1_048_576, `${room} bytes`);
  assert(!peer.writeClosed);
});

Deno.test("one subscription more than max_subscriptions is refused alone; one that is there may be changed", async () => {
  await using world = new World({ maxSubscriptions: 2 });
  const client = await world.connect("a", { protocolVersion: 5 });
  client.take();
  const subscribe = async (...topics: string[]): Promise<unknown> => {
    const subscriptions = topics.map((topic) => ({ topic, qos: 1 as const }));
    const [suback] = await client.sent({ cmd: "subscribe", messageId: 1, subscriptions });
    return suback?.cmd === "suback" && suback.granted;
  };
  assert.deepEqual(await subscribe("a", "b", "c"), [1, 1, 0x97]);
  assert.deepEqual(await subscribe("b"), [1]);
  await client.sent({ cmd: "unsubscribe", messageId: 2, unsubscriptions: ["a"] });
  assert.deepEqual(await subscribe("c"), [1]);
});

Deno.test("a filter of more than max_topic_levels is refused; a message of more is delivered and retained", async () => {
  await using world = new World({ maxTopicLevels: 3 });
  const client = await world.connect("a", { protocolVersion: 5 });
  client.take();
  const [suback] = await client.sent({
    cmd: "subscribe",
    messageId: 1,
    subscriptions: [{ topic: "a/b/c", qos: 0 }, { topic: "a/b/c/#", qos: 0 }],
  });
  assert.deepEqual(suback?.cmd === "suback" && suback.granted, [0, 0x8f]);
  await client.subscribe("#");
  const message = {
    cmd: "publish",
    topic: "a/b/c/d",
    payload: "x",
    qos: 0,
    dup: false,
    retain: true,
  } as const;
  assert.deepEqual((await client.sent(message)).map(({ cmd }) => cmd), ["publish"]);
  assert.equal(world.broker.snapshot().retainedMessages, 1);
});

Deno.test("a topic of 32,768 levels is delivered, and not retained, for each level would cost memory", async () => {
  await using world = new World();
  const client = await world.connect("a");
  await client.subscribe("#");
  const topic = "x/".repeat(32_767) + "x";
  const fields = { cmd: "publish", payload: "x", qos: 0, dup: false, retain: true } as const;
  assert.deepEqual((await client.sent({ ...fields, topic })).map(({ cmd }) => cmd), ["publish"]);
  assert.equal(world.broker.snapshot().retainedMessages, 0);
  assert.equal(world.broker.counters.dropped.get("RetainedLimit"), 1);
  await client.sent({ ...fields, topic: "x/".repeat(127) + "x" });
  assert.equal(world.broker.snapshot().retainedMessages, 1);
});

Deno.test("10,000 subscriptions of one client: each message comes once, and all can be taken back", async () => {
  await using world = new World();
  const client = await world.connect("a");
  for (let i = 0; i < 10_000; i += 100) {
    const topics = Array.from({ length: 100 }, (_, k) => `+/${i + k}/#`);
    await client.sent({
      cmd: "subscribe",
      messageId: 1,
      subscriptions: topics.map((topic) => ({ topic, qos: 0 })),
    });
  }
  const publisher = await world.connect("p");
  for (const topic of ["x/0", "x/9999/deep/er", "x/10000"]) {
    await publisher.sent({ cmd: "publish", topic, payload: "1", qos: 0, dup: false, retain: false });
  }
  assert.deepEqual(client.names(), ["publish", "publish"]);
  for (let i = 0; i < 10_000; i += 1_000) {
    const unsubscriptions = Array.from({ length: 1_000 }, (_, k) => `+/${i + k}/#`);
    await client.sent({ cmd: "unsubscribe", messageId: 1, unsubscriptions });
  }
  await publisher.sent({ cmd: "publish", topic: "x/0", payload: "1", qos: 0, dup: false, retain: false });
  assert.deepEqual(client.names(), []);
});
