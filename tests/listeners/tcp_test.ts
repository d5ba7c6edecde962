// The TCP listener over real sockets: accepts, carries bytes both ways, names the peer, closes.
import assert from "node:assert/strict";
import type { Listener, ListenOptions } from "../../src/listeners/listener.ts";
import { listenTcp } from "../../src/listeners/tcp.ts";
import type { Transport } from "../../src/listeners/transport.ts";
import { until } from "../helpers/until.ts";

/** A listener and the connections it has made, all closed at the end. */
class Bench implements Disposable {
  readonly listener: Listener;
  readonly errors: unknown[] = [];
  readonly #accepted: Transport[] = [];
  readonly #waiting: ((transport: Transport) => void)[] = [];
  readonly #conns: Deno.Conn[] = [];

  constructor(options: Partial<ListenOptions> = {}, onTransport?: (transport: Transport) => void) {
    this.listener = listenTcp(
      () => ({ hostname: "127.0.0.1", port: 0, nodelay: true, ...options }),
      (transport) => {
        this.#accepted.push(transport);
        onTransport?.(transport);
        this.#waiting.shift()?.(transport);
      },
      (error) => this.errors.push(error),
    );
  }

  /** A client and the Transport that was made for it. */
  async connect(hostname = "127.0.0.1"): Promise<{ conn: Deno.TcpConn; transport: Transport }> {
    const made = new Promise<Transport>((resolve) => this.#waiting.push(resolve));
    const conn = await Deno.connect({ hostname, port: this.listener.port });
    this.#conns.push(conn);
    return { conn, transport: await made };
  }

  [Symbol.dispose](): void {
    this.listener.close();
    for (const transport of this.#accepted) transport.close();
    for (const conn of this.#conns) {
      try {
        conn.close();
      } catch {
        // The test closed it.
      }
    }
  }
}

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
const bytes = (s: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(s);

Deno.test("bytes go both ways, and the end of the stream is null", async () => {
  using it = new Bench();
  const { conn, transport } = await it.connect();
  await conn.write(bytes("hello"));
  const into = new Uint8Array(100);
  const count = await transport.read(into);
  assert.equal(text(into.subarray(0, count ?? 0)), "hello");
  assert.equal(await transport.write(bytes("back")), 4);
  assert.equal(text(into.subarray(0, await conn.read(into) ?? 0)), "back");
  await conn.closeWrite();
  assert.equal(await transport.read(into), null);
});

Deno.test("closeWrite tells the peer, after what was written, and reading goes on", async () => {
  using it = new Bench();
  const { conn, transport } = await it.connect();
  const into = new Uint8Array(100);
  await transport.write(bytes("last"));
  transport.closeWrite();
  assert.equal(text(into.subarray(0, await conn.read(into) ?? 0)), "last");
  assert.equal(await conn.read(into), null);
  await conn.write(bytes("heard"));
  assert.equal(await transport.read(into), 5);
});

Deno.test("close ends a pending read, and is harmless when repeated", async () => {
  using it = new Bench();
  const { conn, transport } = await it.connect();
  const pending = transport.read(new Uint8Array(10));
  transport.close();
  await assert.rejects(pending);
  transport.close();
  transport.closeWrite();
  await assert.rejects(transport.read(new Uint8Array(10)));
  await assert.rejects(transport.write(bytes("x")));
  assert.equal(await conn.read(new Uint8Array(10)), null);
});

Deno.test("a peer is named by address and port", async () => {
  using it = new Bench();
  const { conn, transport } = await it.connect();
  const local = conn.localAddr as Deno.NetAddr;
  assert.equal(transport.peer, `127.0.0.1:${local.port}`);
  assert.equal(it.listener.address, `127.0.0.1:${it.listener.port}`);
});

/** Machines without IPv6 cannot show these. */
const hasIpv6 = Deno.networkInterfaces().some((i) => i.family === "IPv6");

Deno.test({
  name: "an IPv6 peer stands in brackets",
  ignore: !hasIpv6,
  async fn(): Promise<void> {
    using it = new Bench({ hostname: "::1" });
    const { conn, transport } = await it.connect("::1");
    assert.equal(transport.peer, `[::1]:${(conn.localAddr as Deno.NetAddr).port}`);
    assert.equal(it.listener.address, `[::1]:${it.listener.port}`);
  },
});

Deno.test({
  name: "an IPv4 peer of a listener on all IPv6 addresses is named as IPv4",
  ignore: !hasIpv6,
  async fn(): Promise<void> {
    using it = new Bench({ hostname: "::" });
    const { conn, transport } = await it.connect("127.0.0.1");
    assert.equal(transport.peer, `127.0.0.1:${(conn.localAddr as Deno.NetAddr).port}`);
  },
});

Deno.test("many connections at once are all accepted", async () => {
  using it = new Bench();
  const made = await Promise.all(Array.from({ length: 50 }, () => it.connect()));
  assert.equal(new Set(made.map(({ transport }) => transport.peer)).size, 50);
  assert.deepEqual(it.errors, []);
});

Deno.test("a failure while a connection is taken is reported and does not end the listener", async () => {
  let failures = 0;
  using it = new Bench({}, () => {
    if (failures++ === 0) throw new Error("no room");
  });
  const first = Deno.connect({ hostname: "127.0.0.1", port: it.listener.port });
  using conn = await first;
  // Whoever cannot be taken is not left hanging.
  let closed = false;
  void conn.read(new Uint8Array(1)).catch(() => null).then(() => closed = true);
  await until(() => closed, "the connection is closed");
  assert.match(String(it.errors[0]), /no room/);
  const { transport } = await it.connect();
  assert.match(transport.peer, /^127\.0\.0\.1:/);
});

Deno.test("closing the listener frees its port and leaves its connections alone", async () => {
  using it = new Bench();
  const { conn, transport } = await it.connect();
  it.listener.close();
  it.listener.close();
  await assert.rejects(Deno.connect({ hostname: "127.0.0.1", port: it.listener.port }));
  await conn.write(bytes("still here"));
  assert.equal(await transport.read(new Uint8Array(100)), 10);
  const again = Deno.listen({ hostname: "127.0.0.1", port: it.listener.port });
  again.close();
  assert.deepEqual(it.errors, []);
});

Deno.test("a port that is taken is an error at once", () => {
  using it = new Bench();
  assert.throws(() => new Bench({ port: it.listener.port }), Deno.errors.AddrInUse);
});
