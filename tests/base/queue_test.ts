// The queue gives back what it was given, in order, whatever is put before and behind meanwhile.
import assert from "node:assert/strict";
import fc from "fast-check";
import { Queue } from "../../src/base/queue.ts";

const STEP = fc.oneof(
  { weight: 5, arbitrary: fc.constant("push" as const) },
  { weight: 4, arbitrary: fc.constant("shift" as const) },
  { weight: 1, arbitrary: fc.constant("unshift" as const) },
);

Deno.test("a queue agrees with an array through any steps", () => {
  fc.assert(
    fc.property(fc.array(STEP, { maxLength: 6_000, size: "max" }), (steps) => {
      const queue = new Queue<number>();
      const array: number[] = [];
      for (const [i, step] of steps.entries()) {
        if (step === "push") queue.push(i), array.push(i);
        else if (step === "unshift") queue.unshift([i, -i]), array.unshift(i, -i);
        else assert.equal(queue.shift(), array.shift());
        assert.equal(queue.length, array.length);
        assert.equal(queue.peek(), array[0]);
      }
    }),
    { numRuns: 30 },
  );
});
