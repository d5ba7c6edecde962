// TopicCache: whatever it remembers, it answers as decoding anew would.
import assert from "node:assert/strict";
import fc from "fast-check";
import { MqttError } from "../../src/mqtt/error.ts";
import { decodeUtf8 } from "../../src/mqtt/reader.ts";
import { TopicCache, TopicName } from "../../src/mqtt/topic_cache.ts";

const encoder = new TextEncoder();

/** The topic, or the message of its refusal. */
function outcome(make: () => TopicName): { text: string; wire: string; json: string } | string {
  try {
    const { text, wire, json } = make();
    return { text, wire: wire.toHex(), json };
  } catch (error) {
    assert(error instanceof MqttError, String(error));
    return error.message;
  }
}

// Few short topics, so that a cache of two slots meets each of them often, with every collision there is.
const anyTopic = fc.oneof(
  fc.constantFrom("a", "b", "ab", "ba", "a/b", "b/a", "a/#", "", "é", "🚀", "a\0", "toolong/toolong"),
  fc.string({ maxLength: 4 }),
).map((text) => encoder.encode(text));
const anyBytes = fc.oneof({ weight: 3, arbitrary: anyTopic }, fc.uint8Array({ maxLength: 6 }));

Deno.test("a cache of two slots answers any topics as a plain decode does", () => {
  fc.assert(fc.property(fc.array(anyBytes, { maxLength: 60, size: "max" }), (topics) => {
    const cache = new TopicCache(2, 8);
    for (const bytes of topics) {
      const padded = Uint8Array.from([0x2f, ...bytes, 0x2f]);
      assert.deepEqual(
        outcome(() => cache.at(padded, 1, 1 + bytes.length)),
        outcome(() => new TopicName(decodeUtf8(bytes))),
      );
    }
  }));
});

Deno.test("a topic longer than the cache's limit is decoded and not kept", () => {
  const cache = new TopicCache(2, 8);
  const bytes = encoder.encode("123456789");
  assert.equal(cache.at(bytes, 0, 9).text, "123456789");
  assert.notEqual(cache.at(bytes, 0, 9), cache.at(bytes, 0, 9));
  assert.equal(cache.at(bytes, 0, 8), cache.at(bytes, 0, 8));
});

Deno.test("a cached topic does not change with the buffer it was read from", () => {
  const cache = new TopicCache();
  const bytes = encoder.encode("one");
  const one = cache.at(bytes, 0, 3);
  bytes.set(encoder.encode("two"));
  assert.equal(one.text, "one");
  assert.equal(cache.at(bytes, 0, 3).text, "two");
});

Deno.test("a topic from text has the same wire and JSON", () => {
  const cache = new TopicCache();
  const text = 'a/"é"';
  const bytes = encoder.encode(text);
  assert.deepEqual(
    outcome(() => cache.of(text)),
    outcome(() => cache.at(bytes, 0, bytes.length)),
  );
  assert.equal(cache.of(text).json, JSON.stringify(text));
});
