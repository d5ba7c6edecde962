// What every kind of listener must do, over real sockets: accept, carry bytes both ways, name the peer,
// close.
import assert from "node:assert/strict";
import { KINDS } from "../../src/listeners/kinds.ts";
import type { Listener } from "../../src/listeners/listener.ts";
import type { Kind, ListenOptions } from "../../src/listeners/options.ts";
import type { Transport } from "../../src/listeners/transport.ts";
import { FakeClock } from "../helpers/fake_clock.ts";
import { until } from "../helpers/until.ts";

/** The far end of a connection, as MQTT sees it. */
export interface Peer {
  readonly localAddr: Deno.Addr;
  read(into: Uint8Array): Promise<number | null>;
  write(bytes: Uint8Array): Promise<number>;
  closeWrite(): Promise<void>;
  close(): void;
}

/** Where clients find a listener. */
export type SuitePlace =
  | { readonly transport: "tcp"; readonly hostname: string; readonly port: number }
  | { readonly transport: "unix"; readonly path: string };

export interface SuiteKind {
  readonly kind: Kind;
  readonly options: () => ListenOptions;
  /** Connects, up to where MQTT begins; it may wait for the other end to read. */
  readonly connect: (place: SuitePlace) => Promise<Peer>;
  /** How the peer of a connection is named. */
  readonly nameOf: (peer: Peer) => string;
}

/** A listener and the connections it has made, all closed at the end. */
export class ListenerBench implements AsyncDisposable {
  readonly errors: unknown[] = [];
  readonly clock = new FakeClock();
  readonly #kind: SuiteKind;
  readonly #accepted: Transport[] = [];
  readonly #waiting: ((transport: Transport) => void)[] = [];
  readonly #peers: Peer[] = [];
  #listener: Listener | undefined;

  private constructor(kind: SuiteKind) {
    this.#kind = kind;
  }

  static async open(
    kind: SuiteKind,
    options = kind.options(),
    onTransport?: (transport: Transport) => void,
  ): Promise<ListenerBench> {
    const it = new ListenerBench(kind);
    it.#listener = await KINDS[kind.kind](
      () => options,
      (transport) => {
        it.#accepted.push(transport);
        onTransport?.(transport);
        it.#waiting.shift()?.(transport);
      },
      (error) => it.errors.push(error),
      it.clock,
    );
    return it;
  }

  get listener(): Listener {
    assert(this.#listener !== undefined);
    return this.#listener;
  }

  /** Where clients find it. */
  get place(): SuitePlace {
    const { port, address } = this.listener;
    if (port === 0) return { transport: "unix", path: address.replace(/^unix:/, "") };
    return { transport: "tcp", hostname: address.startsWith("[") ? "::1" : "127.0.0.1", port };
  }

  /** The next Transport that is made. */
  next(): Promise<Transport> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** A client and the Transport that was made for it, once a byte has come to it: the handshakes are over. */
  async connect(): Promise<{ peer: Peer; transport: Transport }> {
    const made = this.next();
    const connecting = this.#kind.connect(this.place).then(async (peer) => {
      this.#peers.push(peer);
      await peer.write(bytes("!"));
      return peer;
    });
    const transport = await made;
    const into = new Uint8Array(10);
    const [peer, count] = await Promise.all([connecting, transport.read(into)]);
    assert.equal(text(into, count), "!");
    return { peer, transport };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.listener.close();
    for (const transport of this.#accepted) transport.close();
    for (const peer of this.#peers) closePeer(peer);
  }
}

function closePeer(peer: Peer): void {
  try {
    peer.close();
  } catch {
    // The test closed it.
  }
}

export const text = (bytes: Uint8Array, count: number | null): string =>
  new TextDecoder().decode(bytes.subarray(0, count ?? 0));
export const bytes = (s: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(s);

/** Waits until a count has been the same for a while, or is past all bounds. */
async function stands(count: () => number): Promise<void> {
  let before = -1;
  let looks = 0;
  await until(() => {
    looks = count() === before && before > 0 ? looks + 1 : 0;
    before = count();
    return looks === 5 || before > 64 * 1024 * 1024;
  }, "it waits");
}

export async function readExactly(
  from: { read(into: Uint8Array): Promise<number | null> },
  into: Uint8Array,
): Promise<void> {
  for (let at = 0; at < into.length;) {
    const count = await from.read(into.subarray(at));
    assert(count !== null, `the stream ended after ${at} bytes`);
    at += count;
  }
}

/** Registers the tests of one kind. */
export function listenerSuite(kind: SuiteKind, ignore = false): void {
  const test = (name: string, fn: (it: ListenerBench) => Promise<void>): void => {
    Deno.test({
      name: `${kind.kind}: ${name}`,
      ignore,
      async fn(): Promise<void> {
        await using it = await ListenerBench.open(kind);
        await fn(it);
      },
    });
  };

  test("bytes go both ways, and the end of the stream is null", async (it) => {
    const { peer, transport } = await it.connect();
    await peer.write(bytes("hello"));
    const into = new Uint8Array(100);
    assert.equal(text(into, await transport.read(into)), "hello");
    assert.equal(await transport.write(bytes("back")), 4);
    assert.equal(text(into, await peer.read(into)), "back");
    await peer.closeWrite();
    assert.equal(await transport.read(into), null);
  });

  test("a megabyte goes both ways as it is, in reads and writes of any size", async (it) => {
    const { peer, transport } = await it.connect();
    const sent = Uint8Array.from({ length: 1024 * 1024 }, (_, i) => (i * 7919) >> 8);
    const there = new Uint8Array(sent.length);
    const back = new Uint8Array(sent.length);
    const writeAll = async (to: Pick<Peer, "write">, sizes: readonly number[]): Promise<void> => {
      for (let at = 0, i = 0; at < sent.length; i++) {
        at += await to.write(sent.subarray(at, at + (sizes[i % sizes.length] ?? 1)));
      }
    };
    const inSmall = { read: (into: Uint8Array) => transport.read(into.subarray(0, 777)) };
    await Promise.all([writeAll(peer, [1, 125, 126, 70_000, 9_000]), readExactly(inSmall, there)]);
    await Promise.all([writeAll(transport, [sent.length, 3, 65_535]), readExactly(peer, back)]);
    assert.deepEqual(there, sent);
    assert.deepEqual(back, sent);
  });

  test("closeWrite tells the peer, after what was written, and reading goes on", async (it) => {
    const { peer, transport } = await it.connect();
    const into = new Uint8Array(100);
    await transport.write(bytes("last"));
    transport.closeWrite();
    assert.equal(text(into, await peer.read(into)), "last");
    assert.equal(await peer.read(into), null);
    await peer.write(bytes("heard"));
    assert.equal(text(into, await transport.read(into)), "heard");
  });

  test("close ends a pending read, and is harmless when repeated", async (it) => {
    const { peer, transport } = await it.connect();
    const pending = transport.read(new Uint8Array(10)).catch(() => null);
    transport.close();
    assert.equal(await pending, null);
    transport.close();
    transport.closeWrite();
    await assert.rejects(transport.write(bytes("x")));
    assert.equal(await peer.read(new Uint8Array(10)).catch(() => null), null);
  });

  test("a write waits while the peer does not read, and close ends it", async (it) => {
    const { transport } = await it.connect();
    let taken = 0;
    let failed = false;
    const chunk = new Uint8Array(256 * 1024);
    const writing = (async () => {
      for (;;) taken += await transport.write(chunk);
    })().catch(() => failed = true);
    await stands(() => taken);
    assert(taken < 32 * 1024 * 1024, `${taken} bytes were taken`);
    assert(!failed);
    transport.close();
    await writing;
  });

  test("a peer that sends while nobody reads is held up", async (it) => {
    const { peer, transport } = await it.connect();
    let sent = 0;
    const chunk = new Uint8Array(64 * 1024);
    const sending = (async () => {
      for (;;) sent += await peer.write(chunk);
    })().catch(() => {});
    await stands(() => sent);
    assert(sent < 32 * 1024 * 1024, `${sent} bytes were taken`);
    transport.close();
    closePeer(peer);
    await sending;
  });

  test("a peer is named", async (it) => {
    const { peer, transport } = await it.connect();
    assert.equal(transport.peer, kind.nameOf(peer));
  });

  test("many connections at once are all accepted", async (it) => {
    const made = await Promise.all(Array.from({ length: 20 }, () => it.connect()));
    assert.equal(made.length, 20);
    assert.deepEqual(it.errors, []);
  });

  Deno.test({
    name: `${kind.kind}: a failure while a connection is taken is reported and does not end the listener`,
    ignore,
    async fn(): Promise<void> {
      let failures = 0;
      await using it = await ListenerBench.open(kind, kind.options(), () => {
        if (failures++ === 0) throw new Error("no room");
      });
      // Whoever cannot be taken is not left hanging.
      const first = await kind.connect(it.place).catch(() => undefined);
      assert.equal(await first?.read(new Uint8Array(1)).catch(() => null) ?? null, null);
      first?.close();
      assert.match(String(it.errors[0]), /no room/);
      await it.connect();
    },
  });

  test("closing the listener frees its place and leaves its connections alone", async (it) => {
    const { peer, transport } = await it.connect();
    const { place } = it;
    await Promise.all([it.listener.close(), it.listener.close()]);
    await assert.rejects(kind.connect(place));
    await peer.write(bytes("still here"));
    const into = new Uint8Array(100);
    assert.equal(text(into, await transport.read(into)), "still here");
    assert.deepEqual(it.errors, []);
  });
}

/** A TCP peer's name: its address and port. */
export function addressName({ localAddr }: Peer): string {
  const { hostname, port } = localAddr as Deno.NetAddr;
  return hostname.includes(":") ? `[${hostname}]:${port}` : `${hostname}:${port}`;
}

/** A connection, as it is. */
export async function connectTo(place: SuitePlace): Promise<Deno.Conn> {
  if (place.transport === "unix") return await Deno.connect(place);
  const conn = await Deno.connect(place);
  conn.setNoDelay(true);
  return conn;
}
