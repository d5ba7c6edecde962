// Reader: the data representations of 1.5, and what the standard forbids in them.
import assert from "node:assert/strict";
import fc from "fast-check";
import { MqttError } from "../../src/mqtt/error.ts";
import { decodeUtf8, Reader } from "../../src/mqtt/reader.ts";
import { Reason } from "../../src/mqtt/reason_codes.ts";
import { anyCharacter } from "./_arbitraries.ts";
import { bytesOf, varint } from "./_notation.ts";

function reader(spelt: string): Reader {
  const bytes = bytesOf(spelt);
  return new Reader(bytes, 0, bytes.length);
}

function malformed(run: () => unknown): void {
  assert.throws(run, (error) => error instanceof MqttError && error.reasonCode === Reason.MalformedPacket);
}

const BAD_UTF8: readonly (readonly [why: string, bytes: string])[] = [
  ["the lowest surrogate", "eda080"],
  ["the highest surrogate", "edbfbf"],
  ["a pair of surrogates (CESU-8)", "eda081edb080"],
  ["/ in two bytes", "c0af"],
  ["/ in three bytes", "e080af"],
  ["/ in four bytes", "f08080af"],
  ["U+0000 in two bytes (modified UTF-8)", "c080"],
  ["beyond U+10FFFF", "f4908080"],
  ["a first byte that there is not", "f5808080"],
  ["a byte of all ones", "ff"],
  ["a second byte alone", "80"],
  ["a first byte alone", "c3"],
  ["a cut character before another", "e282 41"],
  ["U+0000", "00"],
  ["U+0000 inside", "610062"],
];

for (const [why, bytes] of BAD_UTF8) {
  Deno.test(`a string is malformed that holds ${why} [5.0: 1.5.4-1, 1.5.4-2]`, () => {
    malformed(() => decodeUtf8(bytesOf(bytes)));
  });
}

Deno.test("U+FEFF is kept wherever it stands [5.0: 1.5.4-3]", () => {
  assert.equal(decodeUtf8(bytesOf("efbbbf")), "\ufeff");
  assert.equal(decodeUtf8(bytesOf("efbbbf 61 efbbbf")), "\ufeffa\ufeff");
});

Deno.test("control characters and noncharacters are let through: the standard only advises against them", () => {
  assert.equal(decodeUtf8(bytesOf("01 1f 7f c280 efbfbf")), "\u0001\u001f\u007f\u0080\uffff");
});

Deno.test("any well-formed text comes back", () => {
  fc.assert(
    fc.property(fc.string({ unit: anyCharacter }), (text) => {
      fc.pre(!text.includes("\0"));
      assert.equal(decodeUtf8(new TextEncoder().encode(text)), text);
    }),
  );
});

Deno.test("integers are read big end first", () => {
  const r = reader("01 0203 04050607 ffffffff");
  assert.equal(r.byte(), 1);
  assert.equal(r.uint16(), 0x0203);
  assert.equal(r.uint32(), 0x04050607);
  assert.equal(r.uint32(), 0xffffffff);
  assert(r.atEnd);
});

Deno.test("every variable byte integer comes back from its shortest form", () => {
  const edges = [0, 1, 127, 128, 16_383, 16_384, 2_097_151, 2_097_152, 268_435_455];
  const anyValue = fc.oneof(fc.constantFrom(...edges), fc.integer({ min: 0, max: 268_435_455 }));
  fc.assert(fc.property(anyValue, (value) => {
    const bytes = Uint8Array.from(varint(value));
    const r = new Reader(bytes, 0, bytes.length);
    assert.equal(r.variableByteInteger(), value);
    assert(r.atEnd);
  }));
});

Deno.test("a variable byte integer in a longer form, too long or cut is malformed [5.0: 1.5.5-1]", () => {
  for (
    const bytes of ["8000", "808000", "ff00", "80808000", "8080808001", "ffffffff7f", "", "80", "ffffff"]
  ) {
    malformed(() => reader(bytes).variableByteInteger());
  }
});

Deno.test("no field reaches past the end of its packet", () => {
  malformed(() => reader("").byte());
  malformed(() => reader("01").uint16());
  malformed(() => reader("010203").uint32());
  malformed(() => reader("0002 61").string());
  malformed(() => reader("ffff").binary());
  malformed(() => reader("01").take(2));
  malformed(() => reader("01").section(2));
  // The bytes behind a packet belong to the next one.
  const bytes = bytesOf("0003 616263");
  malformed(() => new Reader(bytes, 0, 4).string());
});

Deno.test("a section ends where it says, and its owner goes on behind it", () => {
  const r = reader("01 0203 04");
  assert.equal(r.byte(), 1);
  const section = r.section(2);
  assert.equal(section.byte(), 2);
  malformed(() => section.uint16());
  assert.equal(r.byte(), 4);
});

Deno.test("bytes that are left are malformed", () => {
  const r = reader("0102");
  r.byte();
  malformed(() => r.finish());
  r.byte();
  r.finish();
});
