// One bound over all sessions: what piled up gives way, what is acknowledged makes room, and it is told.
import assert from "node:assert/strict";
import fc from "fast-check";
import { QueueTotal } from "../../src/broker/queue_total.ts";
import type { ListenerOptions } from "../../src/broker/options.ts";
import { publish, retained, settled, type TestClient, World } from "./_world.ts";
import { message } from "./_session_bench.ts";

const KB = 1024;

/** A session whose client is away, subscribed to its own name or to `topic`. */
async function away(world: World, clientId: string, topic = clientId): Promise<void> {
  const client = await world.connect(clientId, { clean: false });
  await client.subscribe(topic, 1);
  await client.sent({ cmd: "disconnect" });
}

/** `clientid reason` of each message_dropped, with how often. */
function drops(world: World): Record<string, number> {
  const told = world.lines("message_dropped").map(({ clientid, reason }) => `${clientid} ${reason}`);
  return Object.fromEntries(
    Object.entries(Object.groupBy(told, (text) => text)).map(([text, all = []]) => [text, all.length]),
  );
}

Deno.test("past max_mqueue_bytes_total the longest queue gives up its oldest, whoever comes", async () => {
  await using world = new World({}, { maxQueuedBytesTotal: 100 * KB });
  for (const name of ["greedy", "modest", "late"]) await away(world, name);
  const publisher = await world.connect("p");
  const send = (to: string, payload: string): Promise<unknown> => publisher.sent(publish(to, payload, 1));
  await send("modest", "m".repeat(KB));
  for (let i = 0; i < 150; i++) await send("greedy", `${i} `.padEnd(KB));
  await send("late", "l".repeat(KB));
  assert.deepEqual(Object.keys(drops(world)), ["greedy MessageQueueFull"]);
  assert(world.broker.snapshot().keptBytes <= 100 * KB);
  assert(world.broker.snapshot().keptBytes > 95 * KB);
  const first = world.lines("message_dropped").map(({ payload }) => parseInt(atob(String(payload))));
  assert.deepEqual(first, first.map((_, i) => i), "the oldest went first");
  for (const name of ["modest", "late"]) {
    const back = await world.connect(name, { clean: false });
    assert.deepEqual(back.names(), ["connack", "publish 1"]);
  }
});

Deno.test("it is told once a minute, with how many messages it cost", async () => {
  await using world = new World({}, { maxQueuedBytesTotal: 10 * KB });
  await away(world, "a");
  const publisher = await world.connect("p");
  const fill = async (): Promise<number> => {
    const before = world.lines("message_dropped").length;
    for (let i = 0; i < 20; i++) await publisher.sent(publish("a", "x".repeat(KB), 1));
    return world.lines("message_dropped").length - before;
  };
  const entry = (dropped: number): string =>
    "warn: all sessions together keep as much as mqtt.max_mqueue_bytes_total allows: messages are dropped " +
    JSON.stringify({ limit_bytes: 10 * KB, dropped });
  const first = await fill();
  await world.pass(1_000);
  assert.deepEqual(world.log, [entry(first)]);
  const second = await fill();
  await world.pass(59_000);
  assert.equal(world.log.length, 1);
  await world.pass(1_000);
  assert.deepEqual(world.log, [entry(first), entry(second)]);
  assert.equal(world.broker.counters.dropped.get("MessageQueueFull"), first + second);
});

Deno.test("what was sent and is not acknowledged counts too, and an acknowledgement makes room", async () => {
  await using world = new World({}, { maxQueuedBytesTotal: 4 * KB });
  const client = await world.connect("a");
  await client.subscribe("a", 1);
  const publisher = await world.connect("p");
  for (let id = 1; id <= 5; id++) await publisher.sent(publish("a", "x".repeat(KB), 1, id));
  assert.deepEqual(client.names(), ["publish 1", "publish 2", "publish 3"]);
  assert.deepEqual(drops(world), { "a MessageQueueFull": 2 });
  await client.sent({ cmd: "puback", messageId: 2 });
  await publisher.sent(publish("a", "x".repeat(KB), 1, 6), publish("a", "zero"));
  assert.deepEqual(client.names(), ["publish 4", "publish"], "QoS 0 is not kept, and so not counted");
});

Deno.test("a message that many wait for counts once", async () => {
  await using world = new World({}, { maxQueuedBytesTotal: 60 * KB });
  for (let i = 0; i < 20; i++) await away(world, `c${i}`, "all");
  const publisher = await world.connect("p");
  for (let i = 0; i < 5; i++) await publisher.sent(publish("all", "x".repeat(5 * KB), 1));
  assert.deepEqual(drops(world), {});
});

Deno.test("with 0 there is no bound over all sessions", async () => {
  await using world = new World({}, { maxQueuedBytesTotal: 0 });
  await away(world, "a");
  const publisher = await world.connect("p");
  for (let i = 0; i < 100; i++) await publisher.sent(publish("a", "x".repeat(10 * KB), 1));
  assert.deepEqual(drops(world), {});
});

Deno.test("a reload changes the bound", async () => {
  await using world = new World({}, { maxQueuedBytesTotal: 4 * KB });
  await away(world, "a");
  world.broker.prepare({ ...world.broker.options, maxQueuedBytesTotal: 40 * KB }).commit();
  const publisher = await world.connect("p");
  for (let i = 0; i < 20; i++) await publisher.sent(publish("a", "x".repeat(KB), 1));
  assert.deepEqual(drops(world), {});
});

/** What a client does next, in any order. */
const someStep = fc.constantFrom("publish", "come", "leave", "ack", "pass", "clean", "retained");

Deno.test("whatever clients do, what is kept goes back to nothing once all sessions are gone", async () => {
  const limits: Partial<ListenerOptions> = {
    maxInflight: 2,
    maxQueuedMessages: 3,
    sessionExpiryInterval: 60_000,
  };
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(someStep, fc.nat(2)), { maxLength: 40 }), async (steps) => {
      await using world = new World(limits, { maxQueuedBytesTotal: 2 * KB });
      const clients = new Map<string, TestClient>();
      const publisher = await world.connect("p");
      for (const [step, n] of steps) {
        const name = `c${n}`;
        const client = clients.get(name);
        if (step === "come" || step === "clean") {
          const again = await world.connect(name, { clean: step === "clean" });
          await again.subscribe("#", n as 0 | 1 | 2);
          clients.set(name, again);
        } else if (step === "leave") client?.peer.end();
        else if (step === "ack" && client !== undefined) {
          for (const packet of client.take()) {
            if (packet.cmd === "publish" && packet.qos > 0) {
              client.send({ cmd: packet.qos === 1 ? "puback" : "pubrec", messageId: packet.messageId ?? 1 });
            } else if (packet.cmd === "pubrel") {
              client.send({ cmd: "pubcomp", messageId: packet.messageId ?? 1 });
            }
          }
        } else if (step === "publish") publisher.send(publish("t", "x".repeat(200), n as 0 | 1 | 2));
        else if (step === "retained") {
          publisher.send(retained(`r/${n}`, "r".repeat(300), 1, 9));
        } else if (step === "pass") await world.pass(1_000);
        await settled();
        assert(world.broker.snapshot().keptBytes <= 2 * KB, `${world.broker.snapshot().keptBytes} bytes`);
      }
      for (const client of clients.values()) client.peer.end();
      await world.pass(62_000);
      assert.equal(world.broker.snapshot().keptBytes, 0);
    }),
    { numRuns: 60 },
  );
});

Deno.test("the longest queue is looked for once while it gives half of what it has", () => {
  const total = new QueueTotal(10_000, () => {});
  let looked = 0;
  const giver = (bytes: number): { queuedBytes: number; giveUpOldest(): void } => {
    const kept = Array.from({ length: bytes / 100 }, () => message("x".repeat(97)));
    for (const each of kept) total.hold(each);
    return {
      get queuedBytes(): number {
        looked++;
        return kept.length * 100;
      },
      giveUpOldest: () => {
        const oldest = kept.shift();
        if (oldest !== undefined) total.release(oldest);
      },
    };
  };
  for (let i = 0; i < 10; i++) total.watch(giver(100));
  total.watch(giver(1_600));
  for (let i = 0; i < 8; i++) {
    const newcomer = message("x".repeat(97));
    assert(total.admit(newcomer, true));
    total.hold(newcomer);
  }
  assert(looked < 50, `${looked} looks`);
});
