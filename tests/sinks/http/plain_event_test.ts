// The quick look at a line agrees with the plain one: what it takes for an event, JSON.parse takes for an object.
import assert from "node:assert/strict";
import fc from "fast-check";
import { clientOf } from "../../../src/sinks/http/_client_of.ts";
import { isPlainEvent } from "../../../src/sinks/http/_plain_event.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** As the spool decides without the quick look. */
function isEvent(bytes: Uint8Array): boolean {
  try {
    return clientOf(decoder.decode(bytes)) !== undefined;
  } catch {
    // Not UTF-8.
    return false;
  }
}

/** Looks at the bytes in the middle of others, which must not matter. */
function isPlain(bytes: Uint8Array): boolean {
  const among = encoder.encode(`"}${" ".repeat(bytes.length)}12"}`);
  among.set(bytes, 2);
  return isPlainEvent(among, 2, 2 + bytes.length);
}

const LINE =
  `{"action":"message_publish","from_node":1,"from_ipaddress":"127.0.0.1:40000","from_clientid":"c","dup":false,` +
  `"retain":true,"qos":-1,"topic":"a/b","packet_id":null,"payload":"QUJD","ts":1764000000000,"zero":0}`;

Deno.test("a line as most are is taken at once", () => assert(isPlain(encoder.encode(LINE))));

for (
  const text of [
    "",
    "{",
    "{}",
    "[]",
    `"a"`,
    `{"a"}`,
    `{"a":}`,
    `{"a":1,}`,
    `{"a":1`,
    `{"a":"1`,
    `{"a":1}}`,
    `{"a":01}`,
    `{"a":-}`,
    `{"a":1.5}`,
    `{"a":tru}`,
    `{"a":nullx}`,
    `{"a":[1]}`,
    `{"a":{"b":1}}`,
    `{"a":"\\n"}`,
    `{"a":"\t"}`,
    `{"a":"é"}`,
    `{"a": 1}`,
    `{"a":1}\n`,
    `{a:1}`,
  ]
) {
  Deno.test(`the plain twin decides on ${JSON.stringify(text)}`, () =>
    assert(!isPlain(encoder.encode(text))));
}

Deno.test("what it takes is an object, whatever happened to a line", () => {
  const line = encoder.encode(LINE);
  const position = fc.nat({ max: line.length - 1 });
  const byte = fc.oneof(fc.nat({ max: 255 }), fc.constantFrom(...encoder.encode(`{}[]":,\\0-tfn 9`)));
  const change = fc.tuple(position, fc.constantFrom("set", "insert", "cut"), byte);
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
      let bytes = line;
      for (const [at, how, value] of changes) {
        const [before, after] = [bytes.subarray(0, at), bytes.subarray(how === "insert" ? at : at + 1)];
        bytes = Uint8Array.of(...before, ...(how === "cut" ? [] : [value]), ...after);
      }
      if (isPlain(bytes)) assert(isEvent(bytes), decoder.decode(bytes));
    }),
    { numRuns: 20_000 },
  );
});

Deno.test("what it takes is an object, for any short text of JSON's own characters", () => {
  const characters = fc.array(fc.constantFrom(...`{}":,01-truefalsn a`), { maxLength: 14 });
  fc.assert(
    fc.property(characters, (text) => {
      const bytes = encoder.encode(`{"a":${text.join("")}}`);
      if (isPlain(bytes)) assert(isEvent(bytes), text.join(""));
    }),
    { numRuns: 20_000 },
  );
});
