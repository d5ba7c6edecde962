// What leaves: after the lines it stands for, in one write a turn, and bounded where the peer does not read.
import assert from "node:assert/strict";
import type { Transport } from "../../src/listeners/transport.ts";
import { generate } from "../helpers/mqtt_packet.ts";
import { MemoryPeer } from "../helpers/memory_transport.ts";
import { publish, settled, TestClient, World } from "./_world.ts";

Deno.test("no acknowledgement leaves before its lines are in the file", async () => {
  await using world = new World();
  const peer = new MemoryPeer();
  let writes = 0;
  const transport: Transport = {
    ...peer.transport,
    write(bytes): Promise<number> {
      writes++;
      assert.deepEqual(world.sink.appended, [], "lines are still waiting");
      return peer.transport.write(bytes);
    },
  };
  world.broker.accept(transport, world.listener());
  const client = new TestClient(peer, 4);
  await client.sent({ cmd: "connect", clientId: "a", protocolVersion: 4, clean: true });
  assert.deepEqual([writes, world.lines("client_connected").length], [1, 1]);
  await client.subscribe("a", 1);
  assert.deepEqual([writes, world.lines("session_subscribed").length], [2, 1]);
  await client.sent(...Array.from({ length: 50 }, (_, i) => publish("a", "x", 1, i + 1)));
  assert.equal(writes, 3, "one write for 50 PUBACK and 50 PUBLISH");
  assert.equal(world.lines("message_publish").length, 50);
  assert.equal(world.lines("message_delivered").length, 50);
});

Deno.test("a turn that concerns many connections makes one write to each", async () => {
  await using world = new World();
  const subscribers = await Promise.all(["a", "b", "c"].map((id) => world.connect(id)));
  for (const subscriber of subscribers) await subscriber.subscribe("#");
  const before = subscribers.map((subscriber) => subscriber.peer.writes.length);
  const publisher = await world.connect("p");
  await publisher.sent(...Array.from({ length: 20 }, () => publish("t", "x")));
  assert.deepEqual(subscribers.map((s) => s.peer.writes.length), before.map((count) => count + 1));
  for (const subscriber of subscribers) assert.equal(subscriber.take().length, 20);
});

const BIG = "x".repeat(1024);

Deno.test("messages for a peer that does not read wait in its queue, and come in order when it reads", async () => {
  await using world = new World();
  const subscriber = await world.connect("s");
  await subscriber.subscribe("#");
  subscriber.peer.room = 0;
  const publisher = await world.connect("p");
  const count = 5000;
  for (let i = 0; i < count; i += 100) {
    publisher.send(...Array.from({ length: 100 }, (_, k) => publish("t", `${i + k} ${BIG}`)));
    await settled();
    await world.pass(1000); // whoever holds the publisher gives up
  }
  await world.pass(10_000);
  const written = world.lines("message_delivered").length;
  assert(written > 0 && written < 2200, `${written} KiB were put into the output`);
  assert.equal(world.lines("message_publish").length, count);
  subscriber.peer.take(Infinity);
  await settled();
  const got = subscriber.take().map((p) => p.cmd === "publish" ? parseInt(p.payload.toString()) : NaN);
  assert.deepEqual(got, Array.from({ length: count }, (_, i) => i));
  assert.equal(world.broker.counters.dropped.size, 0);
});

Deno.test("a queue that is full drops, counts and tells what it drops", async () => {
  await using world = new World({ maxQueuedMessages: 10 });
  const subscriber = await world.connect("s");
  await subscriber.subscribe("#");
  subscriber.peer.room = 0;
  const publisher = await world.connect("p");
  for (let i = 0; i < 3000; i += 100) {
    publisher.send(...Array.from({ length: 100 }, () => publish("t", BIG)));
    await settled();
    await world.pass(1000);
  }
  await world.pass(10_000);
  const dropped = world.broker.counters.dropped.get("MessageQueueFull") ?? 0;
  assert.equal(world.lines("message_dropped").length, dropped);
  assert.equal(dropped + world.lines("message_delivered").length + 10, 3000);
});

Deno.test("writes that take a few bytes at a time lose and repeat nothing", async () => {
  await using world = new World();
  const subscriber = await world.connect("s");
  await subscriber.subscribe("#", 1);
  subscriber.take();
  subscriber.peer.room = 0;
  const publisher = await world.connect("p");
  for (let i = 0; i < 40; i++) {
    await publisher.sent(publish("t", `message ${i}`, 1, i + 1));
    subscriber.peer.take(i % 7);
  }
  for (let i = 0; i < 400; i++) {
    subscriber.peer.take(3);
    await settled();
  }
  const got = subscriber.take().map((p) => p.cmd === "publish" ? p.payload.toString() : p.cmd);
  assert.deepEqual(got, Array.from({ length: 40 }, (_, i) => `message ${i}`));
});

Deno.test("a client that asks on and on and never reads is no longer read, until it reads", async () => {
  await using world = new World();
  const client = await world.connect("a");
  const before = client.peer.writes.reduce((sum, bytes) => sum + bytes.length, 0);
  client.peer.room = 0;
  const ping = generate({ cmd: "pingreq" }, 4);
  const chunk = new Uint8Array(64 * 1024);
  for (let at = 0; at < chunk.length; at += 2) chunk.set(ping, at);
  const chunks = 160; // 10 MiB of questions, 10 MiB of answers
  for (let i = 0; i < chunks; i++) client.peer.send(chunk);
  await settled();
  assert(
    client.peer.unread > 5 * 1024 * 1024,
    `all but ${client.peer.unread} bytes were answered into memory`,
  );
  client.peer.take(Infinity);
  await settled();
  assert.equal(client.peer.unread, 0);
  const after = client.peer.writes.reduce((sum, bytes) => sum + bytes.length, 0);
  assert.equal(after - before, chunks * chunk.length);
});

Deno.test("a connection that breaks while it is written to is gone, with its reason", async () => {
  await using world = new World();
  const subscriber = await world.connect("s");
  await subscriber.subscribe("#");
  subscriber.peer.room = 0;
  const publisher = await world.connect("p");
  await publisher.sent(publish("t", "x"));
  subscriber.peer.break();
  await settled();
  assert.deepEqual(world.story("reason", "client_disconnected"), ["client_disconnected:ReadWriteError"]);
  assert(subscriber.peer.closed);
  await publisher.sent(publish("t", "y"));
  assert.equal(world.broker.snapshot().clients, 1);
});
