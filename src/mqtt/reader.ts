// Reads the fields of one packet from its bytes, and refuses what the standard forbids in them (1.5).
import { malformed } from "./error.ts";

// ignoreBOM keeps U+FEFF in the string [MQTT-1.5.4-3]; fatal refuses surrogates and overlong forms
// [MQTT-1.5.4-1].
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * A cursor over one packet's variable header and payload. Every method throws a malformed MqttError past the
 * end.
 */
export class Reader {
  /** @param end one past the packet's last byte */
  constructor(readonly bytes: Uint8Array, public position: number, readonly end: number) {}

  get atEnd(): boolean {
    return this.position >= this.end;
  }

  byte(): number {
    if (this.position >= this.end) throw malformed("the packet ends too early");
    return this.bytes[this.position++] ?? 0;
  }

  uint16(): number {
    return this.byte() << 8 | this.byte();
  }

  uint32(): number {
    return this.uint16() * 0x10000 + this.uint16();
  }

  /** Variable Byte Integer of at most four bytes, in its shortest form. [MQTT-1.5.5-1] */
  variableByteInteger(): number {
    let value = 0;
    for (let shift = 0; shift < 28; shift += 7) {
      const byte = this.byte();
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) {
        if (byte === 0 && shift > 0) throw malformed("a Variable Byte Integer is not in its shortest form");
        return value;
      }
    }
    throw malformed("a Variable Byte Integer is longer than four bytes");
  }

  /** UTF-8 Encoded String. [MQTT-1.5.4-1] [MQTT-1.5.4-2] */
  string(): string {
    return decodeUtf8(this.binary());
  }

  /** Binary Data: a view, not a copy. */
  binary(): Uint8Array {
    const length = this.uint16();
    return this.take(length);
  }

  /** The next `length` bytes: a view, not a copy. */
  take(length: number): Uint8Array {
    const start = this.position;
    if (start + length > this.end) throw malformed("a field is longer than its packet");
    this.position = start + length;
    return this.bytes.subarray(start, this.position);
  }

  /** A part of this packet with a length of its own, such as the properties. */
  section(length: number): Reader {
    const start = this.position;
    this.take(length);
    return new Reader(this.bytes, start, this.position);
  }

  /** Throws unless everything was read. */
  finish(): void {
    if (this.position !== this.end) throw malformed("the packet has bytes after its end");
  }
}

/** Text of a UTF-8 Encoded String. Throws a malformed MqttError for ill-formed UTF-8 and for U+0000. */
export function decodeUtf8(bytes: Uint8Array): string {
  let text: string;
  try {
    text = utf8.decode(bytes);
  } catch {
    // The decoder's TypeError says no more than this.
    throw malformed("a string is not well-formed UTF-8");
  }
  if (text.includes("\0")) throw malformed("a string contains U+0000");
  return text;
}
