// A readable spelling of packet bytes, so that a table of packets can be checked by eye.

/**
 * The bytes that `text` spells:
 * - `10 003c` hexadecimal, spaces where you like
 * - `'abc'` UTF-8 behind its two-byte length; `"abc"` UTF-8 alone
 * - `*` the Variable Byte Integer length of all that follows (the Remaining Length)
 * - `{ … }` the group behind its Variable Byte Integer length (properties)
 */
export function bytesOf(text: string): Uint8Array {
  const tokens = text.match(/'[^']*'|"[^"]*"|[*{}]|[^\s*{}'"]+/g) ?? [];
  const { bytes, next } = read(tokens, 0);
  if (next !== tokens.length) throw new Error(`a } too many in ${text}`);
  return Uint8Array.from(bytes);
}

/** Reads up to the end or an unmatched `}`. */
function read(tokens: readonly string[], start: number): { bytes: number[]; next: number } {
  const bytes: number[] = [];
  let next = start;
  while (next < tokens.length) {
    const token = tokens[next++] ?? "";
    if (token === "}") return { bytes, next: next - 1 };
    if (token === "*" || token === "{") {
      const group = read(tokens, next);
      bytes.push(...varint(group.bytes.length), ...group.bytes);
      next = token === "{" ? group.next + 1 : group.next;
    } else if (token.startsWith("'") || token.startsWith('"')) {
      const encoded = new TextEncoder().encode(token.slice(1, -1));
      if (token.startsWith("'")) bytes.push(encoded.length >> 8, encoded.length & 0xff);
      bytes.push(...encoded);
    } else bytes.push(...Uint8Array.fromHex(token));
  }
  return { bytes, next };
}

/** `value` as a Variable Byte Integer. */
export function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  do {
    bytes.push(rest > 0x7f ? (rest & 0x7f) | 0x80 : rest);
    rest >>>= 7;
  } while (rest > 0);
  return bytes;
}
