// A Transport without a socket, and the peer at its other end, which a test plays.
import type { Transport } from "../../src/listeners/transport.ts";

interface Waiter {
  readonly go: () => void;
  readonly fail: (error: Error) => void;
}

/** The far end of an in-memory connection. */
export class MemoryPeer {
  readonly transport: Transport;
  /** Bytes the peer still takes; a write past them waits. Change it by {@link take}. */
  room = Infinity;
  /** One entry per write that got through, oldest first. */
  readonly writes: Uint8Array[] = [];
  /** The broker said that nothing more comes. */
  writeClosed = false;
  /** The broker closed the connection. */
  closed = false;
  #incoming: Uint8Array[] = [];
  #ended = false;
  #broken = false;
  #reader: Waiter | undefined = undefined;
  #writer: Waiter | undefined = undefined;

  constructor(peer = "10.0.0.7:49152") {
    this.transport = {
      peer,
      read: (into) => this.#read(into),
      write: (bytes) => this.#write(bytes),
      closeWrite: () => void (this.writeClosed = true),
      close: () => this.#close(),
    };
  }

  /** Sends `bytes` to the broker. */
  send(bytes: Uint8Array): void {
    if (bytes.length > 0) this.#incoming.push(bytes.slice());
    this.#wakeReader();
  }

  /** Ends the stream to the broker, after what was sent. */
  end(): void {
    this.#ended = true;
    this.#wakeReader();
  }

  /** Resets the connection: reads and writes fail from now on. */
  break(): void {
    this.#broken = true;
    this.#failAll("connection reset by peer");
  }

  /** Makes room for `count` more bytes. */
  take(count: number): void {
    this.room += count;
    this.#writer?.go();
  }

  /** Bytes that were sent and not read by the broker. */
  get unread(): number {
    return this.#incoming.reduce((sum, chunk) => sum + chunk.length, 0);
  }

  async #read(into: Uint8Array): Promise<number | null> {
    for (;;) {
      if (this.closed || this.#broken) throw new Error("the connection is gone");
      const chunk = this.#incoming[0];
      if (chunk !== undefined) {
        const count = Math.min(chunk.length, into.length);
        if (count === 0) throw new Error("a read into no room");
        into.set(chunk.subarray(0, count));
        if (count === chunk.length) this.#incoming.shift();
        else this.#incoming[0] = chunk.subarray(count);
        return count;
      }
      if (this.#ended) return null;
      await new Promise<void>((go, fail) => this.#reader = { go, fail });
    }
  }

  async #write(bytes: Uint8Array): Promise<number> {
    if (this.closed || this.#broken) throw new Error("the connection is gone");
    while (this.room <= 0) await new Promise<void>((go, fail) => this.#writer = { go, fail });
    const count = Math.min(bytes.length, this.room);
    this.room -= count;
    this.writes.push(bytes.slice(0, count));
    return count;
  }

  #close(): void {
    this.closed = true;
    this.#failAll("closed by the broker");
  }

  #failAll(why: string): void {
    this.#reader?.fail(new Error(why));
    this.#writer?.fail(new Error(why));
  }

  #wakeReader(): void {
    this.#reader?.go();
  }
}
