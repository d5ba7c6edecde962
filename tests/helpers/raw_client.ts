// A client that says what it is told to, byte for byte, and does nothing by itself: no acknowledgement, no ping.
import { Buffer } from "node:buffer";
import mqttPacket, { type IConnackPacket, type IConnectPacket, type Packet } from "mqtt-packet";
import { Inbox } from "./inbox.ts";

export type Version = 3 | 4 | 5;

export class RawClient implements AsyncDisposable {
  readonly #conn: Deno.TcpConn;
  readonly #version: Version;
  /** `"end"` is the end of the stream. */
  readonly #inbox = new Inbox<Packet | "end">("a packet");
  readonly #reading: Promise<void>;

  private constructor(conn: Deno.TcpConn, version: Version) {
    this.#conn = conn;
    this.#version = version;
    this.#reading = this.#readAll();
  }

  /** A TCP connection and nothing more. */
  static async open(port: number, version: Version = 4): Promise<RawClient> {
    const conn = await Deno.connect({ hostname: "127.0.0.1", port });
    conn.setNoDelay(true);
    return new RawClient(conn, version);
  }

  /** A connection whose CONNECT was answered. Clean and without Keep Alive unless `options` say otherwise. */
  static async connect(
    port: number,
    version: Version,
    options: Partial<IConnectPacket> & { readonly clientId: string },
  ): Promise<{ client: RawClient; connack: IConnackPacket }> {
    const client = await RawClient.open(port, version);
    await client.send({
      cmd: "connect",
      protocolId: version === 3 ? "MQIsdp" : "MQTT",
      protocolVersion: version,
      clean: true,
      keepalive: 0,
      ...options,
    });
    try {
      return { client, connack: await client.expect("connack") };
    } catch (error) {
      await client[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** A packet, or bytes as hex with spaces where they help. */
  async send(what: Packet | string): Promise<void> {
    const bytes = typeof what === "string"
      ? Uint8Array.fromHex(what.replaceAll(/\s/g, ""))
      : mqttPacket.generate(what, { protocolVersion: this.#version });
    for (let at = 0; at < bytes.length;) at += await this.#conn.write(bytes.subarray(at));
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

  /** The same, and then ends this side too, as clients do. */
  async expectClose(): Promise<void> {
    await this.expectEnd();
    this.#close();
  }

  /** Asks for a PINGRESP, so everything sent before was handled, and nothing but the PINGRESP may come. */
  async ping(): Promise<void> {
    await this.send({ cmd: "pingreq" });
    await this.expect("pingresp");
  }

  /** Drops the connection without a word. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#close();
    await this.#reading;
  }

  #close(): void {
    try {
      this.#conn.close();
    } catch {
      // Closed before.
    }
  }

  async #readAll(): Promise<void> {
    const parser = mqttPacket.parser({ protocolVersion: this.#version });
    parser.on("packet", (packet) => this.#inbox.put(packet));
    parser.on("error", (error) => {
      throw error;
    });
    const input = new Uint8Array(64 * 1024);
    try {
      for (;;) {
        const count = await this.#conn.read(input);
        if (count === null) break;
        parser.parse(Buffer.from(input.slice(0, count)));
      }
    } catch (error) {
      // Closed by this side, or reset by the other: the end, either way. Anything else is a defect to show.
      if (
        !(error instanceof Deno.errors.BadResource || error instanceof Deno.errors.Interrupted ||
          error instanceof Deno.errors.ConnectionReset)
      ) throw error;
    }
    this.#inbox.put("end");
  }
}
