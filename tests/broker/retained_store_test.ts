// MemoryRetainedStore: one message per topic, within the limits, found by filter.
import assert from "node:assert/strict";
import fc from "fast-check";
import { BROKER_DEFAULTS } from "../../src/broker/options.ts";
import { MemoryRetainedStore } from "../../src/broker/stores.ts";
import { topicMatches } from "../../src/mqtt/topics.ts";
import { message } from "./_session_bench.ts";

function store(
  limits: { maxRetainedMessages?: number; maxRetainedBytes?: number } = {},
): MemoryRetainedStore {
  return new MemoryRetainedStore({ ...BROKER_DEFAULTS, ...limits });
}

function payloads(it: MemoryRetainedStore, filter: string, now = 0): string[] {
  return it.match(filter, now).map((m) => new TextDecoder().decode(m.payload));
}

Deno.test("the newest message of a topic replaces the one before [MQTT-3.3.1-5]", () => {
  const it = store();
  it.set(message("one", { topic: "a" }));
  it.set(message("two", { topic: "a" }));
  assert.equal(it.size, 1);
  assert.deepEqual(payloads(it, "a"), ["two"]);
});

Deno.test("an empty payload removes the topic's message and is not kept [MQTT-3.3.1-6] [MQTT-3.3.1-7]", () => {
  const it = store();
  it.set(message("one", { topic: "a" }));
  assert(it.set(message("", { topic: "a" })));
  assert(it.set(message("", { topic: "never" })));
  assert.equal(it.size, 0);
});

Deno.test("any filter finds what plain matching finds", () => {
  const topics = ["a", "a/b", "a/b/c", "/", "a//c", "b", "$SYS/x", "$SYS/x/y"];
  const it = store();
  for (const topic of topics) it.set(message(topic, { topic }));
  const someFilter = fc.constantFrom(
    ...topics,
    "#",
    "+",
    "a/#",
    "a/+",
    "+/b",
    "a/+/c",
    "+/#",
    "$SYS/#",
    "/+",
  );
  fc.assert(fc.property(someFilter, (filter) => {
    assert.deepEqual(payloads(it, filter), topics.filter((topic) => topicMatches(filter, topic)));
  }));
});

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

Deno.test("a message that is too large leaves no older one of its topic behind [MQTT-3.3.1-5]", () => {
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
