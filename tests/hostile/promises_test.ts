// QoS 1 and 2 under any interleaving of two clients that publish to each other, read, break and come back.
import assert from "node:assert/strict";
import fc from "fast-check";
import type { ProtocolVersion } from "../../src/mqtt/packets.ts";
import { settled, World } from "../broker/_world.ts";
import { ModelClient } from "./_model_client.ts";

type Step =
  | { readonly do: "publish"; readonly who: 0 | 1; readonly qos: 1 | 2 }
  | { readonly do: "read"; readonly who: 0 | 1 }
  | { readonly do: "break"; readonly who: 0 | 1 }
  | { readonly do: "connect"; readonly who: 0 | 1 }
  | { readonly do: "settle" }
  | { readonly do: "wait" };

const who = fc.constantFrom<0 | 1>(0, 1);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant("publish"), who, qos: fc.constantFrom<1 | 2>(1, 2) }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant("read"), who }) },
  { weight: 6, arbitrary: fc.constant<Step>({ do: "settle" }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("break"), who }) },
  // Also while it is connected: then the old connection is taken over.
  { weight: 2, arbitrary: fc.record({ do: fc.constant("connect"), who }) },
  { weight: 1, arbitrary: fc.constant<Step>({ do: "wait" }) },
);
const version = fc.constantFrom<ProtocolVersion>(3, 4, 5);
const run = fc.record({
  versions: fc.tuple(version, version),
  window: fc.integer({ min: 1, max: 3 }),
  /** Whether unacknowledged messages are sent again on the same connection too (3.x). */
  retry: fc.boolean(),
  steps: fc.array(step, { maxLength: 150, size: "max" }),
});

Deno.test("whatever breaks, QoS 1 arrives at least once, QoS 2 exactly once, and each in its order", async () => {
  await fc.assert(
    fc.asyncProperty(run, async ({ versions, window, retry, steps }) => {
      await using world = new World({ maxInflight: window, messageRetryInterval: retry ? 1_000 : 0 });
      const clients = [
        new ModelClient("a", world, versions[0], window),
        new ModelClient("b", world, versions[1], window),
      ] as const;
      for (const client of clients) {
        client.connect();
        await settled();
        client.handleOne();
        client.subscribe(`to-${client.name}`);
        await settled();
        client.handleOne();
      }
      let number = 0;
      for (const it of steps) {
        if (it.do === "settle") await settled();
        else if (it.do === "wait") await world.pass(1_000);
        else if (it.do === "publish") {
          clients[it.who].publish(`to-${clients[1 - it.who]?.name}`, String(number++), it.qos);
        } else if (it.do === "read") clients[it.who].handleOne();
        else if (it.do === "break") clients[it.who].break();
        else clients[it.who].connect();
      }
      for (const client of clients) if (!client.connected) client.connect();
      await finish(clients);
      check(clients[0], clients[1]);
      check(clients[1], clients[0]);
    }),
    { numRuns: 400 },
  );
});

/** Lets both read everything until nothing more comes. */
async function finish(clients: readonly ModelClient[]): Promise<void> {
  for (let quiet = 0; quiet < 2;) {
    await settled();
    const read = clients.map((client) => {
      let any = false;
      while (client.handleOne()) any = true;
      return any;
    });
    quiet = read.includes(true) ? 0 : quiet + 1;
  }
}

function check(from: ModelClient, to: ModelClient): void {
  assert(from.done, "every exchange came to its end");
  const once = new Set(to.given);
  const of = (numbers: readonly string[]): string[] => [...once].filter((n) => numbers.includes(n));
  assert.deepEqual(of(from.published[1]), from.published[1], "QoS 1: at least once, in order");
  const twice = from.published[2];
  assert.deepEqual(to.given.filter((n) => twice.includes(n)), twice, "QoS 2: exactly once, in order");
}
