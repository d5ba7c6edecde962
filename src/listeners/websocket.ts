// MQTT in the frames of a WebSocket (RFC 6455), over any Transport: a stream, whatever frames it comes in
// [MQTT-6.0.0-2]. Our own framing, for the platform's WebSocket cannot be kept from reading.
import { answerUpgrade, MAX_HEAD, refuse, type UpgradeOptions } from "./_upgrade.ts";
import { type PeerCertificate, type Transport, TransportError } from "./transport.ts";

const CONTINUATION = 0;
const BINARY = 2;
const CLOSE = 8;
const PING = 9;
const PONG = 10;

/** Bytes of one frame that is sent. */
const LARGEST_FRAME = 64 * 1024;
/** The longest header of a frame with a mask; a control frame has up to 125 bytes behind a shorter one. */
const MOST_KEPT = 14 + 125;

const PROTOCOL_ERROR = 1002;
const UNSUPPORTED_DATA = 1003;

/** `raw` as its peer speaks WebSocket over it. The handshake is part of the first read. */
export function overWebSocket(raw: Transport, options: () => UpgradeOptions): Transport {
  return new WebSocketTransport(raw, options);
}

class WebSocketTransport implements Transport {
  readonly peer: string;
  readonly #raw: Transport;
  readonly #options: () => UpgradeOptions;
  #open = false;
  /** The begin of a frame, up to where its payload can be handed over. */
  #kept: Uint8Array = new Uint8Array(0);
  /** Of the data frame that is being read: bytes to come, its mask, and how far into the mask they are. */
  #left = 0;
  readonly #mask = new Uint8Array(4);
  #maskAt = 0;
  /** The message goes on in the next frame. */
  #continues = false;
  /** The peer has said that nothing more comes, or is told to go away. */
  #ended = false;
  /** A control frame for the peer; a newer one takes its place (5.5.3). */
  #control: Uint8Array | undefined = undefined;
  #closeSent = false;
  /** The write that is under way. */
  #writing: Promise<unknown> | undefined = undefined;

  constructor(raw: Transport, options: () => UpgradeOptions) {
    this.#raw = raw;
    this.#options = options;
    this.peer = raw.peer;
  }

  get certificate(): PeerCertificate | undefined {
    return this.#raw.certificate;
  }

  async read(into: Uint8Array): Promise<number | null> {
    if (!this.#open) await this.#handshake();
    for (;;) {
      if (this.#ended) return null;
      // What is kept stands before what comes, and all of it is unpacked where it stands.
      const kept = this.#kept.length;
      const bytes = into.length > MOST_KEPT ? into : new Uint8Array(MOST_KEPT + into.length);
      const room = bytes === into ? into : bytes.subarray(0, kept + into.length);
      const count = await this.#raw.read(room.subarray(kept));
      if (count === null) return null;
      room.set(this.#kept);
      const payload = this.#unpack(room, kept + count);
      if (payload === 0) continue;
      if (room !== into) into.set(room.subarray(0, payload));
      return payload;
    }
  }

  async write(bytes: Uint8Array): Promise<number> {
    const count = Math.min(bytes.length, LARGEST_FRAME);
    const frame = frameOf(BINARY, bytes.subarray(0, count));
    while (this.#writing !== undefined) await this.#writing;
    await this.#send(frame);
    return count;
  }

  closeWrite(): void {
    if (this.#open) this.#sendClose(1000);
    void this.#afterWrites().then(() => this.#raw.closeWrite());
  }

  close(): void {
    this.#raw.close();
  }

  async #afterWrites(): Promise<void> {
    while (this.#writing !== undefined) await this.#writing;
  }

  async #handshake(): Promise<void> {
    const bytes = new Uint8Array(MAX_HEAD);
    let length = 0;
    let end = -1;
    while (end < 0 && length < bytes.length) {
      const count = await this.#raw.read(bytes.subarray(length));
      if (count === null) {
        throw new TransportError("WebSocketRefused", "the request for a WebSocket is incomplete");
      }
      end = endOfHead(bytes, Math.max(length - 3, 0), length += count);
    }
    const head = String.fromCharCode(...bytes.subarray(0, Math.max(end, 0)));
    const { text, refusal } = end < 0
      ? refuse("431 Request Header Fields Too Large", `it is larger than ${MAX_HEAD} bytes`)
      : end + 4 < length
      ? refuse("400 Bad Request", "more than a request came")
      : answerUpgrade(head, this.#options());
    const answer = new TextEncoder().encode(text);
    await this.#writeAll(answer);
    if (refusal !== undefined) {
      throw new TransportError("WebSocketRefused", `a request for a WebSocket was refused: ${refusal}`);
    }
    this.#open = true;
  }

  /** Moves the payloads among `bytes` to their start; returns how many bytes those are. */
  #unpack(bytes: Uint8Array, length: number): number {
    let at = 0;
    let payload = 0;
    this.#kept = NOTHING;
    while (!this.#ended && at < length) {
      if (this.#left > 0) {
        const count = Math.min(this.#left, length - at);
        this.#unmask(bytes, at, count, payload);
        this.#left -= count;
        at += count;
        payload += count;
        continue;
      }
      const size = this.#header(bytes, at, length);
      if (size === 0) break;
      at += size;
    }
    if (!this.#ended) this.#kept = bytes.slice(at, length);
    return payload;
  }

  /**
   * Reads the header of a frame, and a control frame as a whole; returns their size, or 0 where more must
   * come.
   */
  #header(bytes: Uint8Array, at: number, length: number): number {
    const available = length - at;
    if (available < 2) return 0;
    const [first = 0, second = 0] = bytes.subarray(at, at + 2);
    const opcode = first & 0x0f;
    const isFinal = (first & 0x80) !== 0;
    const short = second & 0x7f;
    if ((first & 0x70) !== 0) this.#fail("a frame has an extension that nobody agreed on");
    if ((second & 0x80) === 0) this.#fail("a frame of a client is not masked");
    const isControl = opcode >= CLOSE;
    if (isControl && (!isFinal || short > 125)) this.#fail("a control frame is too long");
    const size = 6 + (short === 126 ? 2 : short === 127 ? 8 : 0);
    if (available < size || (isControl && available < size + short)) return 0;
    this.#mask.set(bytes.subarray(at + size - 4, at + size));
    this.#maskAt = 0;
    if (isControl) {
      this.#unmask(bytes, at + size, short, at + size);
      this.#onControl(opcode, bytes.subarray(at + size, at + size + short));
      return size + short;
    }
    // [MQTT-6.0.0-1]
    if (opcode !== BINARY && opcode !== CONTINUATION) this.#fail("a frame is not binary", UNSUPPORTED_DATA);
    if ((opcode === CONTINUATION) !== this.#continues) this.#fail("a message is not continued as it began");
    this.#continues = !isFinal;
    const view = new DataView(bytes.buffer, bytes.byteOffset + at);
    const long = short === 127 ? Number(view.getBigUint64(2)) : short === 126 ? view.getUint16(2) : short;
    if (long > Number.MAX_SAFE_INTEGER) this.#fail("a frame is too long");
    this.#left = long;
    return size;
  }

  /** Moves `count` bytes from `from` to `to`, in clear. */
  #unmask(bytes: Uint8Array, from: number, count: number, to: number): void {
    const mask = this.#mask;
    let maskAt = this.#maskAt;
    for (let i = 0; i < count; i++) {
      bytes[to + i] = (bytes[from + i] ?? 0) ^ (mask[maskAt] ?? 0);
      maskAt = (maskAt + 1) & 3;
    }
    this.#maskAt = maskAt;
  }

  #onControl(opcode: number, payload: Uint8Array): void {
    if (opcode === PING) this.#sendControl(frameOf(PONG, payload));
    else if (opcode === CLOSE) {
      this.#ended = true;
      this.#sendClose(
        payload.length < 2 ? undefined : new DataView(payload.buffer, payload.byteOffset).getUint16(0),
      );
    } else if (opcode !== PONG) this.#fail("a control frame is of no known kind");
  }

  /** Tells the peer why, and throws. */
  #fail(why: string, code = PROTOCOL_ERROR): never {
    this.#ended = true;
    this.#sendClose(code);
    throw new TransportError("WebSocketProtocolError", `WebSocket: ${why}`);
  }

  #sendClose(code: number | undefined): void {
    if (this.#closeSent) return;
    this.#closeSent = true;
    this.#sendControl(frameOf(CLOSE, code === undefined ? NOTHING : Uint8Array.of(code >> 8, code & 0xff)));
  }

  #sendControl(frame: Uint8Array): void {
    this.#control = frame;
    // What is under way takes it along.
    if (this.#writing === undefined) {
      void this.#send(NOTHING).catch(() => {
        // Reads and writes tell that the connection is gone.
      });
    }
  }

  /** Writes a frame, and the control frame that waits by then. */
  #send(frame: Uint8Array): Promise<void> {
    const sent = (async () => {
      try {
        await this.#writeAll(frame);
        for (let control; (control = this.#control) !== undefined;) {
          this.#control = undefined;
          await this.#writeAll(control);
        }
      } finally {
        this.#writing = undefined;
      }
    })();
    this.#writing = sent.catch(() => {});
    return sent;
  }

  async #writeAll(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length;) at += await this.#raw.write(bytes.subarray(at));
  }
}

const NOTHING = new Uint8Array(0);

/** A whole message in one frame of a server, which masks nothing. */
function frameOf(opcode: number, payload: Uint8Array): Uint8Array {
  const { length } = payload;
  const start = length < 126 ? 2 : length < 65_536 ? 4 : 10;
  const frame = new Uint8Array(start + length);
  frame[0] = 0x80 | opcode;
  if (start === 2) frame[1] = length;
  else {
    frame[1] = start === 4 ? 126 : 127;
    const view = new DataView(frame.buffer);
    if (start === 4) view.setUint16(2, length);
    else view.setBigUint64(2, BigInt(length));
  }
  frame.set(payload, start);
  return frame;
}

/** Where the empty line begins that ends the head of a request, or -1. */
function endOfHead(bytes: Uint8Array, from: number, length: number): number {
  for (let i = from; i + 3 < length; i++) {
    if (bytes[i] === 13 && bytes[i + 1] === 10 && bytes[i + 2] === 13 && bytes[i + 3] === 10) return i;
  }
  return -1;
}
