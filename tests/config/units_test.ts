// Durations, sizes and addresses: what is read as what, and what is refused.
import assert from "node:assert/strict";
import { durationText, parseAddress, parseDuration, parseSize, sizeText } from "../../src/config/units.ts";

const DURATIONS: readonly (readonly [string, number | undefined])[] = [
  ["0", 0],
  ["0s", 0],
  ["500ms", 500],
  ["8s", 8_000],
  ["1m30s", 90_000],
  ["1m 30s", 90_000],
  [" 2h ", 7_200_000],
  ["1 h", 3_600_000],
  ["1d", 86_400_000],
  ["2w", 1_209_600_000],
  ["1h1m1s1ms", 3_661_001],
  ["8", 8_000],
  ["00", 0],
  ["8S", 8_000],
  ["1M 500MS", 60_500],
  ["1f", 1_209_600_000],
  ["9999999999999", undefined],
  ["999999999999w", undefined],
  ["9999999999999s", undefined],
  ["", undefined],
  [" ", undefined],
  ["s", undefined],
  ["-1s", undefined],
  ["1.5s", undefined],
  ["8 sec", undefined],
  ["1m30", undefined],
  ["1s,2s", undefined],
  ["1".repeat(100_000), undefined],
];

for (const [text, expected] of DURATIONS) {
  const shown = text.length > 20 ? `${text.slice(0, 20)}…` : text;
  Deno.test(`the duration "${shown}" is ${expected === undefined ? "refused" : `${expected} ms`}`, () => {
    assert.equal(parseDuration(text), expected);
  });
}

const SIZES: readonly (readonly [string, number | undefined])[] = [
  ["0", 0],
  ["1048576", 1_048_576],
  ["100B", 100],
  ["1m", 1_048_576],
  ["1M", 1_048_576],
  ["1MB", 1_048_576],
  ["1mb", 1_048_576],
  ["1MiB", 1_048_576],
  ["1 MB", 1_048_576],
  ["64KB", 65_536],
  ["64k", 65_536],
  ["2G", 2_147_483_648],
  ["1TB", 1_099_511_627_776],
  ["1M512K", 1_572_864],
  ["1mb 512KiB 1b", 1_572_865],
  ["9007199254740991", 9_007_199_254_740_991],
  ["9007199254740992", undefined],
  ["9999999999999999T", undefined],
  ["", undefined],
  ["MB", undefined],
  ["-1", undefined],
  ["1.5MB", undefined],
  ["1iB", undefined],
  ["1M512", undefined],
  ["1PB", undefined],
  ["1 megabyte", undefined],
  ["0x10", undefined],
  ["1e6", undefined],
];

for (const [text, expected] of SIZES) {
  Deno.test(`the size "${text}" is ${expected === undefined ? "refused" : `${expected} bytes`}`, () => {
    assert.equal(parseSize(text), expected);
  });
}

const ADDRESSES: readonly (readonly [string, string | undefined, number])[] = [
  ["127.0.0.1:1883", "127.0.0.1", 1883],
  ["0.0.0.0:0", "0.0.0.0", 0],
  ["[::]:1883", "::", 1883],
  ["[::1]:65535", "::1", 65_535],
  ["[fe80::1:2]:1", "fe80::1:2", 1],
  ["[::ffff:10.0.0.1]:1", "::ffff:10.0.0.1", 1],
  ["localhost:1883", "localhost", 1883],
  ["gate-1.plant.example:1883", "gate-1.plant.example", 1883],
  [":1883", undefined, 0],
  ["1883", undefined, 0],
  ["", undefined, 0],
  ["127.0.0.1", undefined, 0],
  ["127.0.0.1:", undefined, 0],
  ["127.0.0.1:65536", undefined, 0],
  ["127.0.0.1:-1", undefined, 0],
  ["127.0.0.1: 1883", undefined, 0],
  ["127.0.0.256:1883", undefined, 0],
  ["127.0.1:1883", undefined, 0],
  ["::1:1883", undefined, 0],
  ["[::g]:1883", undefined, 0],
  ["[]:1883", undefined, 0],
  ["[127.0.0.1]:1883", undefined, 0],
  ["-host:1883", undefined, 0],
  ["host..name:1883", undefined, 0],
  ["mqtt://host:1883", undefined, 0],
  ["ho st:1883", undefined, 0],
  ["*:1883", undefined, 0],
];

for (const [text, hostname, port] of ADDRESSES) {
  Deno.test(`the address "${text}" is ${hostname === undefined ? "refused" : `${hostname} and ${port}`}`, () => {
    assert.deepEqual(parseAddress(text), hostname === undefined ? undefined : { hostname, port });
  });
}

Deno.test("what is written of a duration or a size is read as the same", () => {
  for (const text of ["0", "1ms", "1500ms", "90s", "8s", "1m", "1h", "24d", "1w"]) {
    assert.equal(durationText(parseDuration(text) ?? NaN), text);
  }
  for (const text of ["0", "1", "1537", "64KB", "16MB", "1GB", "1024TB"]) {
    assert.equal(sizeText(parseSize(text) ?? NaN), text);
  }
});
