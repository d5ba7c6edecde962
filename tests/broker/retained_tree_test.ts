// RetainedTree: one message per topic, within the limits, found by filter.
import assert from "node:assert/strict";
import fc from "fast-check";
import { brokerDefaults } from "../../src/broker/options.ts";
import { RetainedTree } from "../../src/broker/retained_tree.ts";
import { topicMatches } from "../../src/mqtt/topics.ts";
import { message } from "./_session_bench.ts";

function store(
  limits: { maxRetainedMessages?: number; maxRetainedBytes?: number } = {},
): RetainedTree {
  return new RetainedTree({ ...brokerDefaults(), ...limits });
}

function payloads(it: RetainedTree, filter: string, now = 0): string[] {
  const found = [...it.match(filter, () => now)].filter((m) => m !== undefined);
  return found.map((m) => new TextDecoder().decode(m.payload));
}

Deno.test("a new topic past the number of messages is not kept; a known one still changes", () => {
  const it = store({ maxRetainedMessages: 2 });
  assert(it.set(message("1", { topic: "a" })));
  assert(it.set(message("1", { topic: "b" })));
  assert(!it.set(message("1", { topic: "c" })));
  assert(it.set(message("2", { topic: "a" })));
  assert.deepEqual(payloads(it, "#"), ["2", "1"]);
  it.set(message("", { topic: "b" }));
  assert(it.set(message("1", { topic: "c" })), "there is room again");
});

Deno.test("payload and topic bytes are bounded, and given back", () => {
  const it = store({ maxRetainedBytes: 100 });
  assert(it.set(message("x".repeat(47), { topic: "a" }))); // 50 bytes with its topic
  assert(it.set(message("x".repeat(47), { topic: "b" })));
  assert(!it.set(message("x", { topic: "c" })));
  assert(it.set(message("x".repeat(10), { topic: "a" })));
  assert(it.set(message("x".repeat(34), { topic: "c" })));
  assert(!it.set(message("x".repeat(1), { topic: "d" })));
});

Deno.test("what a 5.0 message carries in its properties counts as well", () => {
  const it = store({ maxRetainedBytes: 100 });
  assert(it.set(message("x", { topic: "a", forwarded: new Uint8Array(96) })));
  assert(!it.set(message("x", { topic: "b" })));
  assert(!it.set(message("x", { topic: "a", forwarded: new Uint8Array(97) })));
  assert(it.set(message("x", { topic: "b" })), "its bytes are free again");
});

Deno.test("a message that is too large leaves no older one of its topic behind [5.0: 3.3.1-5]", () => {
  const it = store({ maxRetainedBytes: 100 });
  assert(it.set(message("old", { topic: "a" })));
  assert(!it.set(message("x".repeat(200), { topic: "a" })));
  assert.deepEqual(payloads(it, "a"), []);
  assert.equal(it.size, 0);
  assert(it.set(message("x".repeat(97), { topic: "b" })), "its bytes are free again");
});

Deno.test("a message that has expired is not found any more, and frees its place", () => {
  const it = store({ maxRetainedMessages: 1 });
  it.set(message("one", { topic: "a", expiresAt: 5_000 }));
  assert.deepEqual(payloads(it, "a", 4_999), ["one"]);
  assert.deepEqual(payloads(it, "#", 5_000), []);
  assert(it.set(message("two", { topic: "b" })));
});

Deno.test("a kept payload does not change with the buffer it was read from", () => {
  const it = store();
  const kept = message("one", { topic: "a" });
  const buffer = kept.payload;
  it.set(kept);
  buffer.fill(0);
  assert.deepEqual(payloads(it, "a"), ["one"]);
});

Deno.test("after any sets and removals the tree holds what a plain map holds", () => {
  const level = fc.constantFrom("", "a", "b", "$x");
  const topic = fc.array(level, { minLength: 1, maxLength: 4 }).map((levels) => levels.join("/"))
    .filter((text) => text !== "");
  const filter = fc.array(fc.constantFrom("", "a", "b", "$x", "+"), { minLength: 1, maxLength: 4 })
    .chain((levels) => fc.boolean().map((all) => [...levels, ...(all ? ["#"] : [])].join("/")))
    .filter((text) => text !== "");
  const change = fc.record({ topic, payload: fc.constantFrom("", "1", "2") });
  fc.assert(fc.property(fc.array(change, { maxLength: 30 }), filter, (changes, wanted) => {
    const it = store();
    const plain = new Map<string, string>();
    for (const { topic, payload } of changes) {
      it.set(message(payload, { topic }));
      if (payload === "") plain.delete(topic);
      else plain.set(topic, payload);
    }
    assert.equal(it.size, plain.size);
    const expected = [...plain].filter(([name]) => topicMatches(wanted, name)).map(([, payload]) => payload);
    assert.deepEqual(payloads(it, wanted).sort(), expected.sort());
  }));
});

Deno.test("a search that finds nothing lets others have their turn every few thousand topics", () => {
  const it = store();
  for (let i = 0; i < 20_000; i++) it.set(message("x", { topic: `a/${i}/b` }));
  const found = [...it.match("a/+/c", () => 0)];
  assert.deepEqual(found, found.map(() => undefined));
  assert.equal(found.length, Math.floor(20_002 / 4_096));
});

Deno.test("a message retained or removed during a search does not disturb it", () => {
  const it = store();
  for (let i = 0; i < 10; i++) it.set(message(String(i), { topic: `a/${i}` }));
  const seen: string[] = [];
  for (const found of it.match("a/#", () => 0)) {
    const text = new TextDecoder().decode(found?.payload);
    seen.push(text);
    if (text === "3") it.set(message("", { topic: "a/5" }));
    if (text === "4") it.set(message("", { topic: "a/4" }));
  }
  assert.deepEqual(seen, ["0", "1", "2", "3", "4", "6", "7", "8", "9"]);
});

Deno.test("what is retained after a search began is not among its finds: the new subscription gets it as it comes", () => {
  const it = store();
  for (const topic of ["a/1", "a/2"]) it.set(message("old", { topic }));
  const search = it.match("a/#", () => 0);
  it.set(message("new", { topic: "a/2" }));
  it.set(message("new", { topic: "a/3" }));
  assert.deepEqual([...search].map((m) => m?.topic), ["a/1"]);
});
