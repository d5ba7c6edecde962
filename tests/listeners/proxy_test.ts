// The PROXY protocol before a listener: whose address a connection gets, and what is refused.
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { parseAddresses } from "../../src/base/addresses.ts";
import type { ListenOptions } from "../../src/listeners/options.ts";
import { TransportError } from "../../src/listeners/transport.ts";
import { until } from "../helpers/until.ts";
import {
  addressName,
  bytes,
  connectTo,
  ListenerBench,
  listenerSuite,
  type SuiteKind,
  text,
} from "./listener_suite.ts";

function behind(trusted: string): ListenOptions {
  const isTrusted = parseAddresses(trusted) ?? (() => false);
  return { place: { hostname: "127.0.0.1", port: 0 }, nodelay: true, proxy: { timeout: 5_000, isTrusted } };
}

/** A connection through a proxy that says `header`. */
function through(header: Uint8Array): SuiteKind {
  return {
    kind: "tcp",
    options: () => behind("127.0.0.1"),
    connect: async (place) => {
      const conn = await connectTo(place);
      await conn.write(header);
      return conn;
    },
    nameOf: () => "192.0.2.7:56324",
  };
}

const V1 = bytes("PROXY TCP4 192.0.2.7 198.51.100.1 56324 443\r\n");
const SIGNATURE = bytes("\r\n\r\n\0\r\nQUIT\n");

function v2(command: number, family: number, rest: readonly number[]): Uint8Array {
  return Buffer.concat([
    SIGNATURE,
    Uint8Array.of(command, family, rest.length >> 8, rest.length & 0xff, ...rest),
  ]);
}

listenerSuite(through(V1));

const IPV6 = [...[0x20, 1, 0xd, 0xb8], ...new Array<number>(11).fill(0), 7];
const MAPPED = [...new Array<number>(10).fill(0), 0xff, 0xff, 192, 0, 2, 7];
const PORTS = [0xdc, 4, 1, 0xbb];

const ACCEPTED: readonly (readonly [what: string, header: Uint8Array, peer: string | undefined])[] = [
  ["version 1, IPv6", bytes("PROXY TCP6 2001:db8:0::7 ::1 56324 443\r\n"), "[2001:db8::7]:56324"],
  ["version 1, IPv4 as IPv6", bytes("PROXY TCP6 ::ffff:192.0.2.7 ::1 56324 443\r\n"), "192.0.2.7:56324"],
  ["version 1, unknown", bytes("PROXY UNKNOWN\r\n"), undefined],
  ["version 2, IPv4", v2(0x21, 0x11, [192, 0, 2, 7, 198, 51, 100, 1, ...PORTS]), "192.0.2.7:56324"],
  [
    "version 2, IPv4 and more",
    v2(0x21, 0x11, [192, 0, 2, 7, 1, 1, 1, 1, ...PORTS, 4, 0, 1, 9]),
    "192.0.2.7:56324",
  ],
  ["version 2, IPv6", v2(0x21, 0x21, [...IPV6, ...IPV6, ...PORTS]), "[2001:db8::7]:56324"],
  ["version 2, IPv4 as IPv6", v2(0x21, 0x21, [...MAPPED, ...MAPPED, ...PORTS]), "192.0.2.7:56324"],
  ["version 2, a health check", v2(0x20, 0, []), undefined],
];

for (const [what, header, name] of ACCEPTED) {
  Deno.test(`a header is taken: ${what}`, async () => {
    await using it = await ListenerBench.open(through(header));
    const { peer, transport } = await it.connect();
    assert.equal(transport.peer, name ?? addressName(peer));
    await peer.write(bytes("on"));
    const into = new Uint8Array(10);
    assert.equal(text(into, await transport.read(into)), "on");
  });
}

const REFUSED: readonly (readonly [what: string, header: Uint8Array])[] = [
  ["none", bytes("\x10\x0c\0\x04MQTT")],
  ["a name for an address", bytes("PROXY TCP4 localhost 198.51.100.1 1 2\r\n")],
  ["IPv6 as TCP4", bytes("PROXY TCP4 ::1 ::1 1 2\r\n")],
  ["a port that is none", bytes("PROXY TCP4 192.0.2.7 198.51.100.1 65536 2\r\n")],
  ["a line without an end", bytes(`PROXY UNKNOWN ${"x".repeat(200)}`)],
  ["version 2, UDP", v2(0x21, 0x12, [192, 0, 2, 7, 198, 51, 100, 1, ...PORTS])],
  ["version 2, too short", v2(0x21, 0x11, [192, 0, 2, 7])],
  ["version 2, another version", v2(0x31, 0x11, [192, 0, 2, 7, 198, 51, 100, 1, ...PORTS])],
  ["version 2, too long", Buffer.concat([SIGNATURE, Uint8Array.of(0x21, 0x11, 0xff, 0xff)])],
];

for (const [what, header] of REFUSED) {
  Deno.test(`a header is refused: ${what}`, async () => {
    await using it = await ListenerBench.open(through(header));
    await refused(it, "ProxyHeaderRefused", header);
  });
}

Deno.test("a connection that no trusted proxy brings is refused, whatever it says", async () => {
  await using it = await ListenerBench.open(through(V1), behind("192.0.2.0/24"));
  await refused(it, "ProxyNotTrusted", V1);
});

Deno.test("a proxy that says nothing is given up after its time", async () => {
  await using it = await ListenerBench.open(through(V1));
  const next = it.next();
  using _conn = await connectTo(it.place);
  let handedOver = false;
  void next.then(() => handedOver = true);
  await until(() => {
    // It may not have been accepted when the clock first moves on.
    it.clock.advance(5_000);
    return handedOver;
  }, "it is given up");
  const transport = await next;
  await assert.rejects(transport.read(new Uint8Array(1)), (error) => {
    return error instanceof TransportError && error.reason === "ProxyTimeout";
  });
});

async function refused(it: ListenerBench, reason: string, header: Uint8Array): Promise<void> {
  const next = it.next();
  using conn = await connectTo(it.place);
  await conn.write(header);
  const transport = await next;
  assert.equal(transport.peer, addressName(conn as Deno.TcpConn));
  await assert.rejects(transport.read(new Uint8Array(1)), (error) => {
    return error instanceof TransportError && error.reason === reason;
  });
}
