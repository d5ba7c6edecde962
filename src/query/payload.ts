// A payload out of its base64: as text where it is UTF-8, else as bytes.

const utf8 = new TextDecoder("utf-8", { fatal: true });
const PAD = 0x3d;

/** Six bits of each digit; 255 for what is none. */
const DIGITS = new Uint8Array(256).fill(255);
for (const [i, char] of [..."ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"].entries()) {
  DIGITS[char.charCodeAt(0)] = i;
}

/**
 * Decodes `from[start, end)` into `to` at `at`. Returns its length for text, the negated length for bytes (for SQLite,
 * text ends at U+0000), and `undefined` for what is no base64 with padding.
 */
export function putPayload(
  from: Uint8Array,
  start: number,
  end: number,
  to: Uint8Array,
  at: number,
): number | undefined {
  if ((end - start) % 4 !== 0) return undefined;
  const pads = end === start ? 0 : from[end - 2] === PAD ? 2 : from[end - 1] === PAD ? 1 : 0;
  const last = end - pads;
  let out = at;
  let bits = 0;
  let held = 0;
  let high = 0;
  let zero = false;
  for (let i = start; i < last; i++) {
    const digit = DIGITS[from[i] ?? 0] ?? 0;
    if (digit === 255) return undefined;
    bits = (bits & 0xff) << 6 | digit;
    held += 6;
    if (held < 8) continue;
    held -= 8;
    const byte = bits >> held & 0xff;
    high |= byte;
    if (byte === 0) zero = true;
    to[out++] = byte;
  }
  const length = out - at;
  return zero || (high >= 0x80 && !isUtf8(to.subarray(at, out))) ? -length : length;
}

function isUtf8(bytes: Uint8Array): boolean {
  try {
    utf8.decode(bytes);
    return true;
  } catch {
    // That is the question.
    return false;
  }
}
