// The client of all tests over a real socket: says what it is told to, packets or bytes, and does nothing by itself.
import { Buffer } from "node:buffer";
import mqttPacket, { type IConnackPacket, type IConnectPacket, type Packet } from "mqtt-packet";
import { Inbox } from "./inbox.ts";

export type Version = 3 | 4 | 5;

/** Who takes what comes; default: packets wait for {@link SocketClient.expect}. */
export interface Taking {
  readonly onPacket?: (packet: Packet) => void;
  /** Takes the bytes as they come, which then are not parsed. They are valid until it returns. */
  readonly onBytes?: (bytes: Uint8Array) => void;
  /** Awaited before more is read. */
  readonly pause?: () => Promise<void>;
}

export class SocketClient implements AsyncDisposable {
  readonly #conn: Deno.TcpConn;
  /** `"end"` is the end of the stream. */
  readonly #inbox = new Inbox<Packet | "end">("a packet");
  readonly #reading: Promise<void>;
  #waiting: Uint8Array[] = [];
  #writing: Promise<void> | undefined = undefined;
  #writeError: unknown = undefined;

  private constructor(conn: Deno.TcpConn, readonly version: Version, taking: Taking) {
    this.#conn = conn;
    this.#reading = this.#readAll(taking);
  }

  /** A TCP connection and nothing more. */
  static async open(port: number, version: Version = 4, taking: Taking = {}): Promise<SocketClient> {
    const conn = await Deno.connect({ hostname: "127.0.0.1", port });
    conn.setNoDelay(true);
    return new SocketClient(conn, version, taking);
  }

  /** A connection whose CONNECT was answered. Clean and without Keep Alive unless `options` say otherwise. */
  static async connect(
    port: number,
    version: Version,
    options: Partial<IConnectPacket> & { readonly clientId: string },
  ): Promise<{ client: SocketClient; connack: IConnackPacket }> {
    const client = await SocketClient.open(port, version);
    await client.send(connectPacket(version, options));
    try {
      return { client, connack: await client.expect("connack") };
    } catch (error) {
      await client[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Resolves when the stream has ended, whoever ended it. Rejects where what came was no MQTT. */
  get ended(): Promise<void> {
    return this.#reading;
  }

  /** A packet, bytes, or bytes as hex with spaces where they help. Rejects when the connection is gone. */
  async send(what: Packet | Uint8Array | string): Promise<void> {
    this.write(what);
    await this.#writing;
    if (this.#writeError !== undefined) throw this.#writeError;
  }

  /** The same for whom it does not matter whether it arrives. What is written in one go leaves in one write. */
  write(what: Packet | Uint8Array | string): void {
    const bytes = typeof what === "string"
      ? Uint8Array.fromHex(what.replaceAll(/\s/g, ""))
      : what instanceof Uint8Array
      ? what
      : mqttPacket.generate(what, { protocolVersion: this.version });
    this.#waiting.push(bytes);
    this.#writing ??= this.#writeAll();
  }

  /** The next packet, which must be of this type. Throws for another one and at the end of the stream. */
  async expect<C extends Packet["cmd"]>(cmd: C): Promise<Extract<Packet, { cmd: C }>> {
    const packet = await this.#inbox.take();
    if (packet === "end") throw new Error(`the stream ended where a ${cmd} was expected`);
    if (packet.cmd !== cmd) throw new Error(`${JSON.stringify(packet)} came where a ${cmd} was expected`);
    return packet as Extract<Packet, { cmd: C }>;
  }

  /** Waits until the server ends its side; a packet before that is an error. This side stays as it is. */
  async expectEnd(): Promise<void> {
    const packet = await this.#inbox.take();
    if (packet !== "end") throw new Error(`${JSON.stringify(packet)} came where the end was expected`);
  }

  /** Asks for a PINGRESP, so everything sent before was handled, and nothing but the PINGRESP may come. */
  async ping(): Promise<void> {
    await this.send({ cmd: "pingreq" });
    await this.expect("pingresp");
  }

  /** Drops the connection without a word. */
  close(): void {
    try {
      this.#conn.close();
    } catch {
      // Closed before.
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
    await this.#reading;
    await this.#writing;
  }

  async #writeAll(): Promise<void> {
    await Promise.resolve();
    try {
      while (this.#waiting.length > 0) {
        const bytes = Buffer.concat(this.#waiting.splice(0));
        for (let at = 0; at < bytes.length;) at += await this.#conn.write(bytes.subarray(at));
      }
    } catch (error) {
      this.#writeError = error;
    }
    this.#writing = undefined;
  }

  async #readAll({ onPacket, onBytes, pause }: Taking): Promise<void> {
    const parser = mqttPacket.parser({ protocolVersion: this.version });
    parser.on("packet", onPacket ?? ((packet) => this.#inbox.put(packet)));
    parser.on("error", (error) => {
      throw error;
    });
    const input = new Uint8Array(64 * 1024);
    try {
      for (;;) {
        const count = await this.#conn.read(input);
        if (count === null) break;
        if (onBytes !== undefined) onBytes(input.subarray(0, count));
        else parser.parse(Buffer.from(input.slice(0, count)));
        await pause?.();
      }
    } catch (error) {
      // Closed by this side, or reset by the other: the end, either way. Anything else is a defect to show.
      if (!isEnd(error)) throw error;
    }
    this.#inbox.put("end");
  }
}

/** A CONNECT of this version. Clean and without Keep Alive unless `options` say otherwise. */
export function connectPacket(
  version: Version,
  options: Partial<IConnectPacket> & { readonly clientId: string },
): IConnectPacket {
  return {
    cmd: "connect",
    protocolId: version === 3 ? "MQIsdp" : "MQTT",
    protocolVersion: version,
    clean: true,
    keepalive: 0,
    ...options,
  };
}

/** Whether a read or a write failed because the connection is gone. */
export function isEnd(error: unknown): boolean {
  return error instanceof Deno.errors.BadResource || error instanceof Deno.errors.Interrupted ||
    error instanceof Deno.errors.ConnectionReset || error instanceof Deno.errors.BrokenPipe;
}
