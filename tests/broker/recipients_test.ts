// Recipients: one subscription alone comes to the same as one that is taken together with others.
import assert from "node:assert/strict";
import { recipientAlone, recipientOf, recipientsOf } from "../../src/broker/recipients.ts";
import { CountingSubscriber, subscription } from "./_session_bench.ts";

Deno.test("a subscription alone and a list of one make the same recipient, whatever its options", () => {
  const subscriber = new CountingSubscriber("a");
  for (const qos of [0, 1, 2] as const) {
    for (const noLocal of [false, true]) {
      for (const retainAsPublished of [false, true]) {
        for (const id of [undefined, 7]) {
          const one = subscription(subscriber, "t", { qos, noLocal, retainAsPublished, id });
          assert.deepEqual(recipientAlone(one), recipientOf([one]));
        }
      }
    }
  }
});

Deno.test("subscriptions of one subscriber are taken together, those of others are not", () => {
  const [a, b] = [new CountingSubscriber("a"), new CountingSubscriber("b")];
  const alone = subscription(b, "t");
  const both = [subscription(a, "t", { id: 1 }), subscription(a, "#", { qos: 2, id: 2 })];
  assert.deepEqual(recipientsOf([...both, alone]), [recipientOf(both), recipientAlone(alone)]);
  assert.deepEqual(recipientsOf([alone]), [recipientAlone(alone)]);
  assert.deepEqual(recipientsOf([]), []);
});
