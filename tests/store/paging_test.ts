// Queues that are on the disk only: their order, their limits, and what leaves them unsent.
import assert from "node:assert/strict";
import fc from "fast-check";
import { Delivery } from "../../src/broker/message.ts";
import { MessageQueue, type Shelf } from "../../src/broker/message_queue.ts";
import type { QoS } from "../../src/mqtt/packets.ts";
import { client, message } from "../broker/_session_bench.ts";
import { publish, retained, type TestClient, type World } from "../broker/_world.ts";
import { Machine } from "./_machine.ts";

/** What a queue has put away, in pages of three. */
class PlainShelf implements Shelf {
  readonly on: Delivery[] = [];

  page(sequence: number): Delivery[] {
    return this.on.filter((each) => each.sequence > sequence).slice(0, 3);
  }

  oldestQos0(sequence: number): Delivery | undefined {
    return this.on.find((each) => each.sequence > sequence && each.qos === 0);
  }

  loaded(delivery: Delivery): void {
    this.on.splice(this.on.indexOf(delivery), 1);
  }

  lost(): void {}
}

Deno.test("a queue that is partly on a shelf gives what a plain list gives", () => {
  const someStep = fc.oneof(
    fc.record({ qos: fc.constantFrom<QoS>(0, 1), shelve: fc.boolean() }),
    fc.constant("shift" as const),
    fc.constant("give up" as const),
    fc.record({ unwanted: fc.integer({ min: 0, max: 3 }) }),
  );
  fc.assert(
    fc.property(fc.array(someStep, { maxLength: 80, size: "max" }), (steps) => {
      const shelf = new PlainShelf();
      const queue = new MessageQueue(shelf);
      const limits = { maxQueuedMessages: 12, maxQueuedBytes: 1e6 };
      let plain: Delivery[] = [];
      const giveUp = (): Delivery | undefined => {
        const qos0 = plain.findIndex(({ qos }) => qos === 0);
        return plain.splice(Math.max(qos0, 0), 1)[0];
      };
      for (const [i, step] of steps.entries()) {
        if (step === "shift") {
          assert.equal(queue.peek(), plain[0]);
          assert.equal(queue.shift(), plain.shift());
        } else if (step === "give up") assert.equal(queue.giveUpOldest(), giveUp());
        else if ("unwanted" in step) {
          const isUnwanted = ({ sequence }: Delivery): boolean => sequence % 4 === step.unwanted;
          assert.deepEqual(
            [...queue.takeOut(isUnwanted)].map(({ sequence }) => sequence).sort(),
            plain.filter(isUnwanted).map(({ sequence }) => sequence).sort(),
          );
          plain = plain.filter((each) => !isUnwanted(each));
        } else {
          const made = new Delivery(message("x"), client("s"), step.qos, false, undefined, 1);
          made.sequence = i + 1;
          const shelve = step.shelve || queue.shelves;
          if (shelve) shelf.on.push(made);
          queue.push(made, limits, (given) => {
            if (given === made && shelve) shelf.on.pop();
          }, shelve);
          if (plain.length < 12) plain.push(made);
          else if (step.qos > 0) {
            giveUp();
            plain.push(made);
          }
        }
        assert.equal(queue.length, plain.length);
        assert.equal(queue.bytes, plain.reduce((sum, { size }) => sum + size, 0));
      }
    }),
    { numRuns: 500 },
  );
});

/** One that takes everything and acknowledges it; returns the payloads. */
async function drain(client: TestClient): Promise<string[]> {
  const payloads: string[] = [];
  for (let packets = client.take(); packets.length > 0;) {
    const acks = packets.flatMap((p) => {
      if (p.cmd !== "publish") return [];
      payloads.push(p.payload.toString());
      return p.qos === 1 ? [{ cmd: "puback" as const, messageId: p.messageId ?? 0 }] : [];
    });
    packets = acks.length === 0 ? [] : await client.sent(...acks);
  }
  return payloads;
}

/** A stored session that is away and subscribed to `t`, and who publishes to it. */
async function away(world: World): Promise<(first: number, count: number, qos?: 0 | 1) => Promise<void>> {
  const subscriber = await world.connect("s", { clean: false });
  await subscriber.subscribe("t", 1);
  await subscriber.leave();
  const publisher = await world.connect("p");
  return async (first, count, qos = 1) => {
    const all = Array.from({ length: count }, (_, i) => publish("t", String(first + i), qos, i % 1_000 + 1));
    await publisher.sent(...all);
  };
}

function upTo(count: number, from = 0): string[] {
  return Array.from({ length: count }, (_, i) => String(from + i));
}

for (const way of ["stays", "kill"] as const) {
  Deno.test(`2,500 messages of a client that is away come in their order (${way})`, async () => {
    using machine = new Machine();
    let world = machine.start();
    const send = await away(world);
    await send(0, 1_500);
    await send(1_500, 1_000);
    if (way === "kill") {
      await machine.kill(world);
      await world[Symbol.asyncDispose]();
      world = machine.start();
    }
    await using last = world;
    assert.equal(last.broker.snapshot().keptMessages, 2_500);
    assert.equal(last.broker.snapshot().keptBytes, 0, "none of them is in memory");
    assert.deepEqual(await drain(await last.connect("s", { clean: false })), upTo(2_500));
    assert.equal(last.broker.snapshot().keptMessages, 0);
  });
}

Deno.test("the limits count what is on the disk, and QoS 0 goes first", async () => {
  using machine = new Machine();
  await using world = machine.start({ maxQueuedMessages: 1_500 });
  const send = await away(world);
  await send(0, 700);
  await send(700, 10, 0);
  await send(710, 800);
  const dropped = world.lines("message_dropped").map(({ payload, reason }) =>
    `${reason} ${atob(String(payload))}`
  );
  assert.deepEqual(dropped, upTo(10, 700).map((number) => `MessageQueueFull ${number}`));
  await send(1_510, 5);
  assert.deepEqual(await drain(await world.connect("s", { clean: false })), [
    ...upTo(695, 5),
    ...upTo(805, 710),
  ]);
});

Deno.test("past store.max_bytes the longest queue gives up its oldest", async () => {
  using machine = new Machine();
  machine.maxBytes = 300 * 300;
  await using world = machine.start();
  const send = await away(world);
  await send(0, 1_000);
  const left = await drain(await world.connect("s", { clean: false }));
  assert(left.length > 300 && left.length < 400, String(left.length));
  assert.deepEqual(left, upTo(left.length, 1_000 - left.length));
  await world.pass(1_000);
  assert.match(world.log.splice(0).join(), /as much as store\.max_bytes allows/);
});

Deno.test("what expires on the disk goes without anyone asking for it, and so do Retained Messages", async () => {
  using machine = new Machine();
  await using world = machine.start({ messageExpiryInterval: 10_000 });
  const send = await away(world);
  await send(0, 50);
  await (await world.connect("q")).sent(retained("r", "x"));
  await world.pass(9_000);
  assert.deepEqual(world.lines("message_dropped"), []);
  await world.pass(2_000);
  assert.equal(
    world.story("reason", "message_dropped").filter((it) => it.endsWith(":MessageExpiration")).length,
    50,
  );
  assert.equal(world.broker.snapshot().keptMessages, 0);
  assert.equal(world.broker.snapshot().retainedMessages, 0);
});

Deno.test("a session that ends takes what is on the disk along, each told as lost", async () => {
  using machine = new Machine();
  await using world = machine.start({ sessionExpiryInterval: 5_000 });
  const send = await away(world);
  await send(0, 1_200);
  await world.pass(6_000);
  const reasons = world.story("reason", "message_dropped", "session_terminated");
  assert.equal(reasons.filter((it) => it === "message_dropped:SessionExpiration").length, 1_200);
  assert.equal(world.broker.snapshot().keptMessages, 0);
});
