// Peers that do not read, and a file that takes its time: who pays, and how much is kept for them.
import assert from "node:assert/strict";
import { publish, settled, World } from "../broker/_world.ts";

const BIG = "x".repeat(100_000);

Deno.test("a subscriber that stops reading loses QoS 0 first, then the oldest, counted as MessageQueueFull; others lose nothing", async () => {
  await using world = new World({ maxQueuedMessages: 10 });
  const slow = await world.connect("slow");
  await slow.subscribe("#", 1);
  const healthy = await world.connect("healthy");
  await healthy.subscribe("#", 1);
  healthy.take();
  slow.peer.room = 0;
  const publisher = await world.connect("p");
  let sent = 0;
  const send = async (qos: 0 | 1, payload: string): Promise<void> => {
    await publisher.sent(publish(`q${qos}`, payload, qos, ++sent));
    // For so long it is trusted to catch up, and the publisher waits.
    await world.pass(100);
    for (const { messageId } of healthy.take()) {
      if (messageId !== undefined) await healthy.sent({ cmd: "puback", messageId });
    }
  };
  // One is being written, a megabyte of output waits, and the queue begins.
  for (let i = 0; i < 12; i++) await send(0, BIG);
  const dropped = (): unknown[] =>
    world.lines("message_dropped").map((line) => [line["clientid"], line["reason"], line["topic"]]);
  for (let i = 0; i < 5; i++) await send(1, "b");
  for (let i = 0; i < 20; i++) await send(0, "a");
  const full = ["slow", "MessageQueueFull"];
  assert.deepEqual(dropped(), new Array(15).fill([...full, "q0"]), "QoS 0 finds the queue full");
  for (let i = 0; i < 5; i++) await send(1, "c");
  assert.deepEqual(dropped(), new Array(20).fill([...full, "q0"]), "and goes first, though it is younger");
  for (let i = 0; i < 3; i++) await send(1, "d");
  assert.deepEqual(dropped().slice(20), new Array(3).fill([...full, "q1"]));
  assert.equal(world.broker.counters.dropped.get("MessageQueueFull"), 23);
  slow.peer.take(Infinity);
  await settled();
  const arrived = slow.take().filter((p) => p.cmd === "publish");
  // Nothing is lost in between: what it got and what was counted are all there was.
  assert.equal(arrived.length + 23, sent);
  assert.equal(arrived.slice(-10).map((p) => p.payload.toString()).join(""), "bbcccccddd");
});

Deno.test("what waits for a slow file is no more than one turn's lines: the write is synchronous, so reading waits for it", async () => {
  await using world = new World();
  const publisher = await world.connect("p");
  let most = 0;
  const flush = world.sink.flush.bind(world.sink);
  world.sink.flush = () => {
    most = Math.max(most, world.sink.appended.length);
    flush();
  };
  const packets = Array.from({ length: 20_000 }, (_, i) => publish("t", `payload number ${i}`));
  publisher.send(...packets);
  await settled();
  assert.equal(world.lines("message_publish").length, 20_000);
  // One read is at most 64 KiB, and here a packet has 21 bytes or more; each makes a line.
  assert(most <= 64 * 1024 / 21, `${most} lines waited`);
});
