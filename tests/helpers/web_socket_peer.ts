// A client of a WebSocket over any connection: says what it is told to, by frames or byte by byte.
import { Buffer } from "node:buffer";

export interface Conn {
  readonly localAddr: Deno.Addr;
  read(into: Uint8Array): Promise<number | null>;
  write(bytes: Uint8Array): Promise<number>;
  closeWrite(): Promise<void>;
  close(): void;
}

export interface Frame {
  /** The first byte: FIN and the kind. */
  readonly first: number;
  readonly payload: Uint8Array;
}

/** The head of a request as browsers send it; `headers` replace those of the same name, `undefined` leaves one out. */
export function requestHead(
  path = "/mqtt",
  headers: Readonly<Record<string, string | undefined>> = {},
): string {
  const all = {
    Host: "127.0.0.1",
    Upgrade: "websocket",
    Connection: "keep-alive, Upgrade",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Protocol": "mqtt",
    ...headers,
  };
  const lines = Object.entries(all).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}: ${value}`]
  );
  return [`GET ${path} HTTP/1.1`, ...lines, "", ""].join("\r\n");
}

/** A frame of a client: masked. */
export function clientFrame(payload: Uint8Array, first = 0x82, mask = [1, 2, 3, 250]): Uint8Array {
  const { length } = payload;
  const header = [first];
  if (length < 126) header.push(0x80 | length);
  else if (length < 65_536) header.push(0x80 | 126, length >> 8, length & 0xff);
  else header.push(0x80 | 127, 0, 0, 0, 0, ...[24, 16, 8, 0].map((bits) => (length >> bits) & 0xff));
  return Buffer.concat([
    Uint8Array.from([...header, ...mask]),
    payload.map((byte, i) => byte ^ (mask[i & 3] ?? 0)),
  ]);
}

export class WebSocketPeer implements Conn {
  readonly #conn: Conn;
  #input = Buffer.alloc(0);
  #payload = Buffer.alloc(0);

  private constructor(conn: Conn) {
    this.#conn = conn;
  }

  /** Asks for it, and reads the answer to the end of its head; the connection's own errors are passed on. */
  static async ask(conn: Conn, head = requestHead()): Promise<{ peer: WebSocketPeer; answer: string }> {
    const peer = new WebSocketPeer(conn);
    await peer.writeAll(Buffer.from(head, "latin1"));
    while (!peer.#input.includes("\r\n\r\n")) if (!await peer.#more()) break;
    const end = peer.#input.indexOf("\r\n\r\n") + 4;
    const answer = peer.#input.toString("latin1", 0, end);
    peer.#input = peer.#input.subarray(end);
    return { peer, answer };
  }

  /** Throws unless it is granted. */
  static async connect(conn: Conn): Promise<WebSocketPeer> {
    try {
      const { peer, answer } = await WebSocketPeer.ask(conn);
      if (answer.startsWith("HTTP/1.1 101 ")) return peer;
      throw new Error(`no WebSocket: ${answer}`);
    } catch (error) {
      conn.close();
      throw error;
    }
  }

  get localAddr(): Deno.Addr {
    return this.#conn.localAddr;
  }

  /** Payload of data frames; null at a close frame or the end. */
  async read(into: Uint8Array): Promise<number | null> {
    while (this.#payload.length === 0) {
      const frame = await this.frame();
      if (frame === undefined || frame.first === 0x88) return null;
      if (frame.first !== 0x82) throw new Error(`a frame of another kind: ${frame.first}`);
      this.#payload = Buffer.from(frame.payload);
    }
    const count = this.#payload.copy(into);
    this.#payload = this.#payload.subarray(count);
    return count;
  }

  /** The next frame; undefined at the end of the stream. */
  async frame(): Promise<Frame | undefined> {
    for (;;) {
      const frame = this.#parsed();
      if (frame !== undefined) return frame;
      if (!await this.#more()) return undefined;
    }
  }

  #parsed(): Frame | undefined {
    const [first = 0, short = 0] = this.#input;
    if (this.#input.length < 2) return undefined;
    const start = short < 126 ? 2 : short === 126 ? 4 : 10;
    if (this.#input.length < start) return undefined;
    const length = short < 126
      ? short
      : short === 126
      ? this.#input.readUInt16BE(2)
      : Number(this.#input.readBigUInt64BE(2));
    if (this.#input.length < start + length) return undefined;
    const payload = this.#input.subarray(start, start + length);
    this.#input = this.#input.subarray(start + length);
    return { first, payload };
  }

  async #more(): Promise<boolean> {
    const into = new Uint8Array(64 * 1024);
    const count = await this.#conn.read(into);
    if (count !== null) this.#input = Buffer.concat([this.#input, into.subarray(0, count)]);
    return count !== null;
  }

  async write(payload: Uint8Array): Promise<number> {
    await this.writeAll(clientFrame(payload));
    return payload.length;
  }

  /** Bytes as they are. */
  async writeAll(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length;) at += await this.#conn.write(bytes.subarray(at));
  }

  async closeWrite(): Promise<void> {
    await this.writeAll(clientFrame(new Uint8Array(0), 0x88));
  }

  close(): void {
    try {
      this.#conn.close();
    } catch {
      // Closed before.
    }
  }
}
