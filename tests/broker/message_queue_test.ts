// MessageQueue: bounded by number and bytes, QoS 0 given up first, otherwise first in, first out.
import assert from "node:assert/strict";
import fc from "fast-check";
import { Delivery } from "../../src/broker/message.ts";
import { MessageQueue, type QueueLimits } from "../../src/broker/message_queue.ts";
import type { QoS } from "../../src/mqtt/packets.ts";
import { client, message } from "./_session_bench.ts";

let sequence = 0;

/** `size` bytes count for it: payload, topic and the topic's length. */
function delivery(name: string, qos: QoS, size = 10): Delivery {
  const made = new Delivery(message(name.padEnd(size - 3, ".")), client("s"), qos, false, undefined);
  made.sequence = ++sequence;
  return made;
}

function nameOf(d: Delivery | undefined): string | undefined {
  return d && new TextDecoder().decode(d.payload).replace(/\.+$/, "");
}

/** The same by plain means. */
class PlainQueue {
  readonly waiting: Delivery[] = [];

  push(d: Delivery, limits: QueueLimits): Delivery[] {
    const bytes = (): number => this.waiting.reduce((sum, other) => sum + other.message.size, d.message.size);
    if (limits.maxQueuedMessages < 1 || d.message.size > limits.maxQueuedBytes) return [d];
    const given: Delivery[] = [];
    while (this.waiting.length >= limits.maxQueuedMessages || bytes() > limits.maxQueuedBytes) {
      if (d.qos === 0) return [d];
      const qos0 = this.waiting.findIndex((other) => other.qos === 0);
      given.push(...this.waiting.splice(qos0 < 0 ? 0 : qos0, 1));
    }
    this.waiting.push(d);
    return given;
  }
}

const someStep = fc.oneof(
  fc.record({ qos: fc.constantFrom<QoS>(0, 1, 2), size: fc.integer({ min: 5, max: 60 }) }),
  fc.constant("shift" as const),
);
const someLimits = fc.record({
  maxQueuedMessages: fc.integer({ min: 0, max: 6 }),
  maxQueuedBytes: fc.integer({ min: 0, max: 150 }),
});

Deno.test("any pushes and shifts give what a plain list gives", () => {
  fc.assert(
    fc.property(fc.array(someStep, { maxLength: 60, size: "max" }), someLimits, (steps, limits) => {
      const [queue, plain] = [new MessageQueue(), new PlainQueue()];
      for (const [i, step] of steps.entries()) {
        if (step === "shift") {
          assert.equal(queue.peek(), plain.waiting[0]);
          assert.equal(queue.shift(), plain.waiting.shift());
        } else {
          const d = delivery(`${i}`, step.qos, step.size);
          const given: Delivery[] = [];
          queue.push(d, limits, (other) => given.push(other));
          assert.deepEqual(given.map(nameOf), plain.push(d, limits).map(nameOf));
        }
        assert.equal(queue.length, plain.waiting.length);
        assert.equal(queue.bytes, plain.waiting.reduce((sum, d) => sum + d.message.size, 0));
        assert(queue.length <= limits.maxQueuedMessages && queue.bytes <= limits.maxQueuedBytes);
      }
      while (plain.waiting.length > 0) assert.equal(queue.shift(), plain.waiting.shift());
      assert.equal(queue.shift(), undefined);
    }),
    { numRuns: 500 },
  );
});

Deno.test("many messages go through in order and in reasonable time", () => {
  const queue = new MessageQueue();
  const limits = { maxQueuedMessages: 1_000_000, maxQueuedBytes: 1e9 };
  const { message: one } = delivery("x", 1);
  const all = Array.from({ length: 200_000 }, (_, i) => {
    const made = new Delivery(one, client("s"), i % 2 === 0 ? 1 : 0, false, undefined);
    made.sequence = i;
    return made;
  });
  for (const each of all) queue.push(each, limits, () => assert.fail());
  for (const each of all) assert(queue.shift() === each);
  assert.equal(queue.bytes, 0);
});
