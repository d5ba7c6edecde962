// OutputBuffer: holds what was appended, in its order, and gives its memory to others.
import assert from "node:assert/strict";
import fc from "fast-check";
import { OutputBuffer, SpareArrays } from "../../src/mqtt/output_buffer.ts";
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

Deno.test("an empty buffer has no array: the next one to be filled takes it", () => {
  const spare = new SpareArrays();
  const [first, second] = [new OutputBuffer(spare), new OutputBuffer(spare)];
  first.append(new Uint8Array([1, 2, 3]));
  const array = first.bytes;
  first.clear();
  assert.equal(first.bytes.length, 0);
  second.append(new Uint8Array([4]));
  assert.equal(second.bytes, array);
  first.append(new Uint8Array([5]));
  assert.deepEqual([contents(first), contents(second)], [new Uint8Array([5]), new Uint8Array([4])]);
});

Deno.test("of what buffers give back at once, and of large arrays, only so much is kept", () => {
  const spare = new SpareArrays();
  const buffers = Array.from({ length: 100 }, () => new OutputBuffer(spare));
  buffers[0]?.reserve(1024 * 1024);
  for (const buffer of buffers.slice(1)) buffer.reserve(64 * 1024);
  const before = new Set(buffers.map(({ bytes }) => bytes));
  for (const buffer of buffers) buffer.clear();
  for (const buffer of buffers) buffer.reserve(1);
  assert.equal(buffers.filter(({ bytes }) => before.has(bytes)).length, 16);
});
