// Hostile bytes: whatever comes, it decodes or is refused with MqttError, and soon.
import assert from "node:assert/strict";
import fc from "fast-check";
import { MqttError } from "../../src/mqtt/error.ts";
import { Frame, readFrame } from "../../src/mqtt/framing.ts";
import { type ProtocolVersion } from "../../src/mqtt/packets.ts";
import { anyVersion } from "./_arbitraries.ts";
import { decodeFrame } from "./_decode.ts";
import { bytesOf, varint } from "./_notation.ts";
import { ACCEPTED_CONNECTS } from "./connect_packets.ts";
import { ACCEPTED_OTHERS } from "./other_packets.ts";
import { ACCEPTED_PUBLISHES } from "./publish_packets.ts";

/** Reads all packets of `stream` until it ends or one is refused; any other error is a defect. */
function readAll(stream: Uint8Array, version: ProtocolVersion): void {
  const frame = new Frame();
  let start = 0;
  try {
    while (start < stream.length && readFrame(frame, stream, start, stream.length)) {
      assert(frame.end > start, "no progress");
      if (frame.end > stream.length) return;
      decodeFrame(frame, stream, version);
      start = frame.end;
    }
  } catch (error) {
    assert(error instanceof MqttError, error instanceof Error ? error.stack ?? error.message : String(error));
    assert(error.reasonCode >= 0x80 && error.message !== "");
  }
}

Deno.test("any byte string decodes or is refused", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200, size: "max" }), anyVersion, readAll), {
    numRuns: 2000,
  });
});

Deno.test("any body behind any header decodes or is refused", () => {
  const anyStream = fc.tuple(fc.nat(255), fc.uint8Array({ maxLength: 80, size: "max" })).map((
    [header, body],
  ) => Uint8Array.from([header, ...varint(body.length), ...body]));
  fc.assert(fc.property(anyStream, anyVersion, readAll), { numRuns: 4000 });
});

Deno.test("a good packet with any of its bytes changed decodes or is refused", () => {
  const rows = [...ACCEPTED_CONNECTS, ...ACCEPTED_OTHERS, ...ACCEPTED_PUBLISHES];
  const good = fc.constantFrom(...rows.map((row) => bytesOf(row.bytes)));
  const changes = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(good, changes, anyVersion, (bytes, edits, version) => {
      const changed = bytes.slice();
      for (const [at, value] of edits) changed[at % changed.length] = value;
      readAll(changed, version);
    }),
    { numRuns: 4000 },
  );
});

Deno.test("the worst packets of a megabyte are read in bounded time", () => {
  const size = 1024 * 1024;
  const fill = (head: number[], unit: readonly number[]): Uint8Array => {
    const body: number[] = [...head];
    while (body.length < size) body.push(...unit);
    return Uint8Array.from(body);
  };
  const packet = (header: number, body: Uint8Array): Uint8Array => {
    const start = [header, ...varint(body.length)];
    const bytes = new Uint8Array(start.length + body.length);
    bytes.set(start);
    bytes.set(body, start.length);
    return bytes;
  };
  const properties = (before: string, unit: readonly number[]): Uint8Array => {
    const inner = fill([], unit);
    return fill([...bytesOf(before), ...varint(inner.length), ...inner], [0x00]);
  };
  const worst = [
    packet(0x82, fill([0, 1], [0, 1, 0x61, 0])), // 260,000 filters
    packet(0xa2, fill([0, 1], [0, 0])), // 520,000 empty filters
    packet(0x30, properties("'a'", [0x26, 0, 0, 0, 0])), // 210,000 user properties
    packet(0x30, fill(Array.from(bytesOf("ffff")), [0x2f])), // a topic of 65,535 levels
    packet(0x10, properties("'MQTT' 05 02 003c", [0x26, 0, 0, 0, 0])),
  ];
  for (const bytes of worst) {
    const start = performance.now();
    for (const version of [3, 4, 5] as const) readAll(bytes, version);
    // Linear work takes some 100 ms on a slow machine, quadratic work minutes.
    assert(performance.now() - start < 10_000, `header 0x${bytes[0]?.toString(16)} took too long`);
  }
});
