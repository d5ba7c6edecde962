// The beginning of a payload for a line of a list: text where it is text, else hexadecimal digits.

/** Base64 digits that are looked at. */
const LOOKED_AT = 1_024;
// deno-lint-ignore no-control-regex -- finding control characters is its purpose
const BINARY = /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]/;

/** `base64` as a line of about `most` characters; `…` where something is left out. */
export function payloadLine(base64: string, most = 200): string {
  if (base64 === "") return "(empty)";
  const bytes = decode(base64.slice(0, LOOKED_AT));
  if (bytes === undefined) return base64.slice(0, most);
  const cut = base64.length > LOOKED_AT;
  const text = utf8(bytes, cut) ?? `0x${bytes.toHex()}`;
  return cut || text.length > most ? `${text.slice(0, most)}…` : text;
}

/** Bytes of what `base64` stands for. */
export function payloadBytes(base64: string): number {
  const padding = base64.endsWith("==") ? 2 : base64.endsWith("=") ? 1 : 0;
  return base64.length / 4 * 3 - padding;
}

function decode(base64: string): Uint8Array | undefined {
  try {
    return Uint8Array.fromBase64(base64);
  } catch {
    return undefined; // no base64: shown as it is
  }
}

/** `undefined` for what is not text; `goesOn`: the last character may be cut. */
function utf8(bytes: Uint8Array, goesOn: boolean): string | undefined {
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes, { stream: goesOn });
    return BINARY.test(text) ? undefined : text;
  } catch {
    return undefined; // not UTF-8
  }
}
