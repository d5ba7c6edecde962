// Clients that publish faster than they may: not read for a while, and nothing of theirs is lost; or sent away.
import assert from "node:assert/strict";
import type { ListenerOptions } from "../../src/broker/options.ts";
import type { Packet } from "../helpers/mqtt_packet.ts";
import { publish, settled, type TestClient, World } from "./_world.ts";

function messages(from: number, to: number, payload = ""): Packet[] {
  return Array.from({ length: to - from }, (_, i) => publish("t", payload || String(from + i), 1, from + i));
}

async function pair(
  options: Partial<ListenerOptions>,
): Promise<{ world: World; a: TestClient; b: TestClient }> {
  const world = new World(options);
  const [a, b] = [await world.connect("a"), await world.connect("b", { protocolVersion: 5, keepalive: 4 })];
  await a.subscribe("#");
  a.take();
  b.take();
  return { world, a, b };
}

Deno.test("max_messages_per_second: what is more waits unread, comes in order, and nobody else waits", async () => {
  const { world, a, b } = await pair({ maxMessagesPerSecond: 10 });
  await using _ = world;
  b.send(...messages(1, 41));
  await settled();
  const seconds = [a.texts().length];
  assert.equal((await a.sent({ cmd: "pingreq" }))[0]?.cmd, "pingresp", "the other one is served");
  const texts: string[] = [];
  for (let i = 0; i < 3; i++) {
    await world.pass(1_000);
    const came = a.texts();
    seconds.push(came.length);
    texts.push(...came);
  }
  assert.deepEqual(seconds, [11, 10, 10, 9], "what one second may bring, then as much in each");
  assert.deepEqual(texts, Array.from({ length: 29 }, (_, i) => String(i + 12)));
  assert.equal(b.names().length, 40);
  assert.equal(world.broker.counters.throttled.get("max_messages_per_second"), 3);
  assert.deepEqual(world.log, [
    "warn: clients sent messages faster than their listener allows " +
    '{"count":1,"reasons":"max_messages_per_second: 1","busiest_address":"10.0.0.7","count_of_busiest":1}',
  ]);
});

Deno.test("a client within its rate is never held, however long it goes on", async () => {
  const { world, a, b } = await pair({ maxMessagesPerSecond: 10 });
  await using _ = world;
  for (let i = 0; i < 200; i++) {
    b.send(publish("t", "x"));
    await settled();
    world.clock.advance(100);
  }
  await settled();
  assert.equal(a.texts().length, 200);
  assert.equal(world.broker.counters.throttled.size, 0);
});

Deno.test("max_message_bytes_per_second: a message larger than that is taken, and paid for, and no keep alive ends it", async () => {
  const { world, a, b } = await pair({ maxMessageBytesPerSecond: 1_000 });
  await using _ = world;
  b.send(...messages(1, 2, "x".repeat(10_000)), ...messages(2, 3));
  await settled();
  assert.equal(a.texts().length, 1);
  await world.pass(8_000);
  assert.equal(a.texts().length, 0, "its keep alive of 4 s is over, but it is we who do not read");
  await world.pass(2_000);
  assert.equal(a.texts().length, 1);
  assert(!b.ended);
  await world.pass(7_000);
  assert(b.ended, "from here on its silence counts");
});

Deno.test("the keep alive of a client that was held counts from when it is read again", async () => {
  const { world, b } = await pair({ maxMessageBytesPerSecond: 1_000 });
  await using _ = world;
  b.send(...messages(1, 2, "x".repeat(10_000)));
  await world.pass(14_000);
  assert(!b.ended, "held for 10 s, and silent for 4");
  await world.pass(4_000);
  assert(b.ended);
});

Deno.test("disconnect_if_over_rate: whoever sends more is sent away, and the message that was too much is not taken", async () => {
  const { world, a, b } = await pair({ maxMessagesPerSecond: 10, disconnectIfOverRate: true });
  await using _ = world;
  b.send(...messages(1, 41));
  await settled();
  assert.equal(a.texts().length, 10);
  const farewell = b.take().at(-1);
  assert(farewell?.cmd === "disconnect");
  assert.equal(farewell.reasonCode, 0x96);
  assert.deepEqual(
    world.lines("client_disconnected").map((line) => line["reason"]),
    ["ProtocolError(messages come faster than max_messages_per_second)"],
  );
});

Deno.test("a held client that is taken over leaves nothing held", async () => {
  const { world, a, b } = await pair({ maxMessagesPerSecond: 1 });
  await using _ = world;
  b.send(...messages(1, 5));
  await settled();
  const again = await world.connect("b", { protocolVersion: 5 });
  await world.pass(2_000);
  assert(b.ended);
  again.send(publish("t", "again", 1));
  await settled();
  assert(a.texts().includes("again"));
});
