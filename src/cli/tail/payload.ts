// A payload made readable: text where it is text, else hexadecimal digits.
import { visible } from "../../terminal/visible.ts";
import { cutEnd, widthOf } from "../../terminal/width.ts";

// Line ends and tabs are part of ordinary text, such as indented JSON; other controls are not.
// deno-lint-ignore no-control-regex -- finding control characters is its purpose
const BINARY = /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]/;

/**
 * The payload in at most `width` columns; what is shortened ends with its size.
 * `lineBytes` is given when `base64` is only the beginning of a payload: the size of the line it came in.
 */
export function payloadText(base64: string, width: number, lineBytes?: number): string {
  if (base64 === "") return "(empty)";
  const bytes = decode(base64);
  if (bytes === undefined) return cutEnd(visible(base64), width);
  const text = utf8(bytes, lineBytes !== undefined);
  // No more is made readable than can be shown: a column holds a hex digit, or a few code units at most.
  const room = text === undefined ? width : 8 * width + 8;
  const shown = text === undefined
    ? `0x${bytes.subarray(0, Math.min(bytes.length, room)).toHex()}`
    : visible(text.slice(0, Math.min(text.length, room)));
  const complete = lineBytes === undefined && (text ?? bytes).length <= room;
  if (complete && widthOf(shown) <= width) return shown;
  const size = lineBytes === undefined ? ` (${byteSize(bytes.length)})` : ` (line of ${byteSize(lineBytes)})`;
  return width < size.length + 8
    ? cutEnd(`${shown}…`, width)
    : cutEnd(`${shown}…`, width - size.length) + size;
}

function decode(base64: string): Uint8Array | undefined {
  try {
    // Of a line that was cut, a single last digit makes no byte.
    return Uint8Array.fromBase64(base64.length % 4 === 1 ? base64.slice(0, -1) : base64);
  } catch {
    // Not what Hookline writes: shown as it is.
    return undefined;
  }
}

/** `undefined` for what is not text; `goesOn`: the last character may be cut. */
function utf8(bytes: Uint8Array, goesOn: boolean): string | undefined {
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes, { stream: goesOn });
    return BINARY.test(text) ? undefined : text;
  } catch {
    // Not UTF-8: binary.
    return undefined;
  }
}

function byteSize(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  if (bytes < 1024 * 1024) return `${(bytes / 1024).toFixed(1)} KiB`;
  return `${(bytes / 1024 / 1024).toFixed(1)} MiB`;
}
