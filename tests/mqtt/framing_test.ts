// Framing: where packets end, however the stream was cut.
import assert from "node:assert/strict";
import fc from "fast-check";
import { MqttError } from "../../src/mqtt/error.ts";
import { Frame, MAX_PACKET_SIZE, MAX_REMAINING_LENGTH, readFrame } from "../../src/mqtt/framing.ts";
import { someBytes } from "./_arbitraries.ts";
import { bytesOf, varint } from "./_notation.ts";

/** The packets of a stream that comes in these pieces, read as a connection reads them. */
function framesOf(pieces: readonly Uint8Array[]): string[] {
  const frame = new Frame();
  const packets: string[] = [];
  let kept = new Uint8Array(0);
  for (const piece of pieces) {
    const bytes = new Uint8Array(kept.length + piece.length);
    bytes.set(kept);
    bytes.set(piece, kept.length);
    let start = 0;
    while (
      start < bytes.length && readFrame(frame, bytes, start, bytes.length) && frame.end <= bytes.length
    ) {
      packets.push(`${frame.header}:${bytes.subarray(frame.bodyStart, frame.end).toHex()}`);
      start = frame.end;
    }
    kept = bytes.slice(start);
  }
  assert.equal(kept.length, 0, "bytes are left");
  return packets;
}

const anyPacket = fc.record({
  header: fc.integer({ min: 0, max: 255 }),
  body: someBytes(300),
});

Deno.test("any split of a stream gives the same packets", () => {
  fc.assert(
    fc.property(
      fc.array(anyPacket, { maxLength: 8 }),
      fc.array(fc.nat(), { maxLength: 12 }),
      (packets, cuts) => {
        const stream = Uint8Array.from(
          packets.flatMap((p) => [p.header, ...varint(p.body.length), ...p.body]),
        );
        const at = [0, ...cuts.map((cut) => cut % (stream.length + 1)), stream.length].sort((a, b) => a - b);
        const pieces = at.slice(1).map((end, i) => stream.slice(at[i], end));
        assert.deepEqual(framesOf(pieces), packets.map((p) => `${p.header}:${p.body.toHex()}`));
      },
    ),
  );
});

Deno.test("a header that has not come whole is no frame yet", () => {
  const frame = new Frame();
  for (const start of ["30", "30 80", "30 8080", "30 808080"]) {
    const bytes = bytesOf(start);
    assert.equal(readFrame(frame, bytes, 0, bytes.length), false, start);
  }
});

Deno.test("bytes beyond those that have come are not read", () => {
  const frame = new Frame();
  const stale = bytesOf("30 05 00");
  assert.equal(readFrame(frame, stale, 0, 1), false);
});

Deno.test("the largest remaining length is 268,435,455", () => {
  const frame = new Frame();
  assert(readFrame(frame, bytesOf("30 ffffff7f"), 0, 5));
  assert.equal(frame.end - frame.bodyStart, MAX_REMAINING_LENGTH);
  assert.equal(frame.end, MAX_PACKET_SIZE);
});

Deno.test("a remaining length of five bytes is malformed as soon as its fourth byte is there", () => {
  const frame = new Frame();
  assert.throws(() => readFrame(frame, bytesOf("30 80808080"), 0, 5), MqttError);
  assert.throws(() => readFrame(frame, bytesOf("30 ffffffff01"), 0, 6), MqttError);
});

Deno.test("a frame says whether its remaining length is in the shortest form", () => {
  const frame = new Frame();
  const forms: readonly (readonly [string, boolean])[] = [
    ["c0 00", true],
    ["c0 8000", false],
    ["30 8001", true],
    ["30 818000", false],
    ["30 80808001", true],
    ["30 80808000", false],
  ];
  for (const [spelt, shortest] of forms) {
    const bytes = bytesOf(spelt);
    assert(readFrame(frame, bytes, 0, bytes.length));
    assert.equal(frame.shortest, shortest, spelt);
  }
});
