// One connection of the fuzzer: writes bytes, and learns whether the broker answers, ends it, or waits for more.
import { Buffer } from "node:buffer";
import { Frame, readFrame } from "../../src/mqtt/framing.ts";
import { PacketType } from "../../src/mqtt/packets.ts";
import { SocketClient } from "../helpers/socket_client.ts";

/** What became of what was written. */
export type Verdict = "answered" | "ended" | "waiting";

export class FuzzConnection {
  readonly #frame = new Frame();
  /** The start of a fixed header. */
  #rest: Uint8Array = new Uint8Array(0);
  /** Bytes of the packet that is passing by. */
  #skip = 0;
  /** Packets from the broker, by type. */
  readonly counts = new Array<number>(16).fill(0);
  #ended = false;
  #wake: (() => void) | undefined = undefined;
  #socket: SocketClient | undefined = undefined;

  static async open(port: number): Promise<FuzzConnection> {
    const connection = new FuzzConnection();
    const socket = await SocketClient.open(port, 4, { onBytes: (bytes) => connection.#scan(bytes) });
    connection.#socket = socket;
    void socket.ended.then(() => {
      connection.#ended = true;
      connection.#wake?.();
    });
    return connection;
  }

  /** Writes `bytes` and a PINGREQ, and waits for the PINGRESP, at most `patience` milliseconds. */
  async ask(bytes: readonly Uint8Array[], patience: number): Promise<Verdict> {
    const before = this.#pings;
    this.#socket?.write(Buffer.concat([...bytes, Uint8Array.of(0xc0, 0)]));
    if (this.#pings === before && !this.#ended) {
      const { promise, resolve } = Promise.withResolvers<void>();
      const timer = setTimeout(resolve, patience);
      this.#wake = resolve;
      await promise;
      this.#wake = undefined;
      clearTimeout(timer);
    }
    return this.#ended ? "ended" : this.#pings > before ? "answered" : "waiting";
  }

  get #pings(): number {
    return this.counts[PacketType.PINGRESP] ?? 0;
  }

  /** Whether the broker has answered anything yet. */
  get answered(): boolean {
    return this.#pings > 0;
  }

  async close(): Promise<void> {
    await this.#socket?.[Symbol.asyncDispose]();
  }

  /** Counts packets; throws where the broker's own packets are broken. */
  #scan(bytes: Uint8Array): void {
    const input = Buffer.concat([this.#rest, bytes]);
    let at = Math.min(this.#skip, input.length);
    this.#skip -= at;
    while (at < input.length && readFrame(this.#frame, input, at, input.length)) {
      const { header, end } = this.#frame;
      this.counts[header >> 4] = (this.counts[header >> 4] ?? 0) + 1;
      if (header >> 4 === PacketType.PINGRESP) this.#wake?.();
      this.#skip = Math.max(end - input.length, 0);
      at = Math.min(end, input.length);
    }
    this.#rest = input.subarray(at);
  }
}
