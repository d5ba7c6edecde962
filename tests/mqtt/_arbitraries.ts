// Packets for fast-check: texts, topics and properties as clients may send them.
import fc from "fast-check";
import { Buffer } from "node:buffer";
import type { ProtocolVersion, QoS } from "../../src/mqtt/packets.ts";

export const anyVersion = fc.constantFrom<ProtocolVersion>(3, 4, 5);
export const anyQos = fc.constantFrom<QoS>(0, 1, 2);
export const anyPacketId = fc.integer({ min: 1, max: 65_535 });
export const anyUint16 = fc.oneof(fc.constantFrom(0, 1, 65_535), fc.nat(65_535));
export const anyUint32 = fc.oneof(fc.constantFrom(0, 1, 0xffffffff), fc.nat(0xffffffff));

/** Any character, of one to four bytes; fast-check's own "binary" takes seconds to be built. */
export const anyCharacter = fc.oneof(
  fc.nat(0x7f),
  fc.integer({ min: 0x80, max: 0xd7ff }),
  fc.integer({ min: 0xe000, max: 0x10ffff }),
).map((point) => String.fromCodePoint(point));

/** Well-formed text without U+0000. */
export const anyText = fc.oneof(
  fc.constantFrom("", "\ufeff", "é🚀", '"\\\n', "a".repeat(300)),
  fc.string({ unit: anyCharacter, maxLength: 12 }),
).map((text) => text.replaceAll("\0", "0"));

/** A Topic Name. */
export const anyTopic = fc.oneof(
  fc.constantFrom("a", "/", "a/b", "$SYS/x", "sport//tennis", "é/🚀"),
  anyText.map((text) => `t${text.replaceAll(/[#+]/g, "_")}`),
);

/** A Topic Filter, shared ones included. */
export const anyFilter = fc.oneof(
  fc.constantFrom("#", "+", "a/#", "+/b", "/", "$share/g/a/#", "$SYS/#"),
  anyTopic,
);

/** Bytes whose number matters more than their values, so that a failing case is shrunk at once. */
export function someBytes(maxLength: number): fc.Arbitrary<Uint8Array> {
  return fc.tuple(fc.nat(maxLength), fc.nat(255)).map(([length, start]) =>
    Uint8Array.from({ length }, (_, i) => start + 7 * i)
  );
}

export const anyPayload = someBytes(400);

/** As mqtt-packet wants its bytes. */
export const anyBuffer = fc.uint8Array({ maxLength: 20 }).map((bytes) => Buffer.from(bytes));

/** Not empty: mqtt-packet's parser loses repeated empty ones. */
const anyValue = anyText.map((text) => `v${text}`);

/** In mqtt-packet's shape, which keeps the order of one name only; it miscounts the length of an empty one. */
export const anyUserProperties = fc.dictionary(
  anyText.map((text) => `k${text}`),
  fc.oneof(anyValue, fc.array(anyValue, { minLength: 2, maxLength: 3 })),
  { minKeys: 1, maxKeys: 3, noNullPrototype: true },
);

/** The same pairs as our decoder gives them. */
export function pairsOf(properties: Readonly<Record<string, string | string[]>> = {}): [string, string][] {
  return Object.entries(properties).flatMap(([name, values]) =>
    [values].flat().map((value): [string, string] => [name, value])
  );
}

/** Properties that travel with a message, in mqtt-packet's shape; each may be absent. */
export const anyForwardedProperties = fc.record({
  payloadFormatIndicator: fc.boolean(),
  contentType: anyText,
  responseTopic: anyTopic,
  correlationData: anyBuffer,
  userProperties: anyUserProperties,
}, { requiredKeys: [] });
