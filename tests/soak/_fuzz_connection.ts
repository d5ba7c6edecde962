// One connection of the fuzzer: writes bytes, and learns whether the broker answers, ends it, or waits for more.
import { Frame, readFrame } from "../../src/mqtt/framing.ts";
import { PacketType } from "../../src/mqtt/packets.ts";

/** What became of what was written. */
export type Verdict = "answered" | "ended" | "waiting";

export class FuzzConnection {
  readonly #conn: Deno.TcpConn;
  readonly #input = new Uint8Array(64 * 1024);
  readonly #frame = new Frame();
  #filled = 0;
  /** Bytes of the packet that is passing by. */
  #skip = 0;
  /** Packets from the broker, by type. */
  readonly counts = new Array<number>(16).fill(0);
  #ended = false;
  #wake: (() => void) | undefined = undefined;
  readonly reading: Promise<void>;

  private constructor(conn: Deno.TcpConn) {
    this.#conn = conn;
    this.reading = this.#readAll();
  }

  static async open(port: number): Promise<FuzzConnection> {
    const conn = await Deno.connect({ hostname: "127.0.0.1", port });
    conn.setNoDelay(true);
    return new FuzzConnection(conn);
  }

  /** Writes `bytes` and a PINGREQ, and waits for the PINGRESP, at most `patience` milliseconds. */
  async ask(bytes: readonly Uint8Array[], patience: number): Promise<Verdict> {
    const before = this.#pings;
    void this.#write(await new Blob([...bytes, Uint8Array.of(0xc0, 0)] as BlobPart[]).bytes());
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
    try {
      this.#conn.close();
    } catch {
      // Closed before.
    }
    await this.reading;
  }

  async #write(bytes: Uint8Array): Promise<void> {
    try {
      for (let at = 0; at < bytes.length;) at += await this.#conn.write(bytes.subarray(at));
    } catch {
      // The broker ended it; the reader says so.
    }
  }

  async #readAll(): Promise<void> {
    try {
      for (;;) {
        const count = await this.#conn.read(this.#input.subarray(this.#filled));
        if (count === null) break;
        this.#scan(this.#filled + count);
      }
    } catch (error) {
      // Reset by the broker, or closed by this side. Anything else is a defect to show.
      if (
        !(error instanceof Deno.errors.ConnectionReset || error instanceof Deno.errors.BadResource ||
          error instanceof Deno.errors.Interrupted)
      ) throw error;
    }
    this.#ended = true;
    this.#wake?.();
  }

  /** Counts packets; throws where the broker's own packets are broken. */
  #scan(available: number): void {
    let at = Math.min(this.#skip, available);
    this.#skip -= at;
    while (at < available && readFrame(this.#frame, this.#input, at, available)) {
      const { header, end } = this.#frame;
      this.counts[header >> 4] = (this.counts[header >> 4] ?? 0) + 1;
      if (header >> 4 === PacketType.PINGRESP) this.#wake?.();
      this.#skip = Math.max(end - available, 0);
      at = Math.min(end, available);
    }
    this.#input.copyWithin(0, at, available);
    this.#filled = available - at;
  }
}
