// OutputBuffer: holds what was appended, in its order, and gives memory back.
import assert from "node:assert/strict";
import fc from "fast-check";
import { OutputBuffer } from "../../src/mqtt/output_buffer.ts";
import { someBytes } from "./_arbitraries.ts";

function contents(buffer: OutputBuffer): Uint8Array {
  return buffer.bytes.slice(0, buffer.length);
}

Deno.test("what was appended comes out in its order, however it grew", () => {
  const chunks = fc.array(someBytes(3000), { maxLength: 8 });
  fc.assert(fc.property(chunks, chunks, (first, second) => {
    const buffer = new OutputBuffer();
    for (const round of [first, second]) {
      for (const chunk of round) buffer.append(chunk);
      assert.equal(contents(buffer).toHex(), round.map((chunk) => chunk.toHex()).join(""));
      buffer.clear();
      assert.equal(buffer.length, 0);
    }
  }));
});

Deno.test("a buffer that grew large is given back when it is empty", () => {
  const buffer = new OutputBuffer();
  const start = buffer.bytes.length;
  buffer.reserve(1024 * 1024);
  buffer.clear();
  assert.equal(buffer.bytes.length, start);
});
