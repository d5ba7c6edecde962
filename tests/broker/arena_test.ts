// Arena: copies that stay what they are, and slabs small enough that a survivor keeps little else alive.
import assert from "node:assert/strict";
import { Arena } from "../../src/broker/arena.ts";

Deno.test("copies stay as they were, whatever becomes of their source and their neighbours", () => {
  const arena = new Arena();
  for (const keep of ["keep", "keepLong"] as const) {
    const source = new Uint8Array(700);
    const copies = Array.from(
      { length: 700 },
      (_, length) => arena[keep](source.subarray(0, length).fill(length)),
    );
    source.fill(0);
    for (const [length, copy] of copies.entries()) {
      assert.equal(copy.length, length);
      assert(copy.every((byte) => byte === length % 256));
    }
  }
});

Deno.test("what is kept long shares at most a kilobyte with others, and nothing when it is large", () => {
  const arena = new Arena();
  for (let length = 1; length <= 256; length++) {
    assert(arena.keepLong(new Uint8Array(length)).buffer.byteLength <= 1_024);
    assert(arena.roomLong(length).every((byte) => byte === 0));
  }
  assert.equal(arena.keepLong(new Uint8Array(257)).buffer.byteLength, 257);
  assert.equal(arena.roomLong(257).buffer.byteLength, 257);
});
