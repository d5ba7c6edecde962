// MQTT in WebSockets: the shared suite, and what only WebSockets have.
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { type Transport, TransportError } from "../../src/listeners/transport.ts";
import { clientFrame, requestHead, WebSocketPeer } from "../helpers/web_socket_peer.ts";
import {
  addressName,
  bytes,
  connectTo,
  ListenerBench,
  listenerSuite,
  readExactly,
  type SuiteKind,
  text,
} from "./listener_suite.ts";

const WS: SuiteKind = {
  kind: "ws",
  options: () => ({
    place: { hostname: "127.0.0.1", port: 0 },
    nodelay: true,
    webSocket: { path: "/mqtt", allowedOrigins: [] },
  }),
  connect: async (place) => await WebSocketPeer.connect(await connectTo(place)),
  nameOf: addressName,
};

listenerSuite(WS);

/** Asks with `head`; resolves to the answer, and how the connection's first read ended. */
async function ask(
  head: string,
  allowedOrigins: readonly string[] = [],
): Promise<{ answer: string; reason: string | undefined }> {
  const options = { ...WS.options(), webSocket: { path: "/mqtt", allowedOrigins } };
  await using it = await ListenerBench.open(WS, options);
  const next = it.next();
  const asked = WebSocketPeer.ask(await connectTo(it.place), head);
  const transport = await next;
  const read = transport.read(new Uint8Array(10)).then(() => undefined, (error) => {
    // As the broker does.
    transport.close();
    return error instanceof TransportError ? error.reason : String(error);
  });
  const { peer, answer } = await asked;
  peer.close();
  return { answer, reason: await read };
}

const ORIGIN = "https://example.com";

const GRANTED: readonly (readonly [what: string, head: string, origins?: readonly string[]])[] = [
  ["as browsers ask", requestHead("/mqtt", { Origin: "http://127.0.0.1:3000", Cookie: "a=b" })],
  ["with a query", requestHead("/mqtt?token=1")],
  ["in other letters", requestHead("/mqtt", { Upgrade: "WebSocket", Connection: "upgrade" })],
  ["from a site that is allowed", requestHead("/mqtt", { Origin: ORIGIN }), [ORIGIN]],
  ["from a file, where that is allowed", requestHead("/mqtt", { Origin: "null" }), ["null"]],
  ["from any site", requestHead("/mqtt", { Origin: ORIGIN }), ["*"]],
  ["from a site that a proxy serves", requestHead("/mqtt", { Origin: ORIGIN, Host: "example.com" })],
  [
    "by this machine's name",
    requestHead("/mqtt", { Origin: "http://localhost:3000", Host: "localhost:8080" }),
  ],
];

for (const [what, head, origins] of GRANTED) {
  Deno.test(`a WebSocket is granted ${what}`, async () => {
    const { answer } = await ask(head, origins);
    assert.equal(
      answer,
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
        // RFC 6455, 1.3
        "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\nSec-WebSocket-Protocol: mqtt\r\n\r\n",
    );
  });
}

for (const offered of ["mqttv3.1", "mqttv5.0", "other, mqttv3.1, mqtt"]) {
  Deno.test(`of ${offered} one is taken, mqtt where it is offered [3.1.1: 6.0.0.4]`, async () => {
    const { answer } = await ask(requestHead("/mqtt", { "Sec-WebSocket-Protocol": offered }));
    assert.match(
      answer,
      new RegExp(`^HTTP/1.1 101 [^]*Sec-WebSocket-Protocol: ${offered.split(", ").at(-1)}\r\n`),
    );
  });
}

const REFUSED: readonly (readonly [what: string, status: number, head: string])[] = [
  ["another path", 404, requestHead("/")],
  ["a path that only begins so", 404, requestHead("/mqtt/x")],
  ["another method", 400, requestHead().replace("GET", "POST")],
  ["HTTP/1.0", 400, requestHead().replace("HTTP/1.1", "HTTP/1.0")],
  ["MQTT", 400, "\x10\x0c\0\x04MQTT\x04\x02\0\0\0\0\r\n\r\n"],
  ["TLS", 431, "\x16\x03\x01" + "x".repeat(9_000)],
  ["no host", 400, requestHead("/mqtt", { Host: undefined })],
  ["two hosts", 400, requestHead("/mqtt", { Host: "a\r\nHost: b" })],
  ["no upgrade", 400, requestHead("/mqtt", { Upgrade: undefined })],
  ["a connection that stays HTTP", 400, requestHead("/mqtt", { Connection: "keep-alive" })],
  ["another version", 426, requestHead("/mqtt", { "Sec-WebSocket-Version": "8" })],
  ["no key", 400, requestHead("/mqtt", { "Sec-WebSocket-Key": undefined })],
  ["a short key", 400, requestHead("/mqtt", { "Sec-WebSocket-Key": "YQ==" })],
  ["no subprotocol", 400, requestHead("/mqtt", { "Sec-WebSocket-Protocol": undefined })],
  ["another subprotocol", 400, requestHead("/mqtt", { "Sec-WebSocket-Protocol": "chat" })],
  ["another site", 403, requestHead("/mqtt", { Origin: ORIGIN })],
  ["a site whose name begins so", 403, requestHead("/mqtt", { Origin: "http://127.0.0.1.example.com" })],
  [
    "a site that had its name lead here",
    403,
    requestHead("/mqtt", { Origin: "http://a.b", Host: "a.b:8080" }),
  ],
  ["a file", 403, requestHead("/mqtt", { Origin: "null" })],
  ["a folded header", 400, requestHead("/mqtt", { "X-A": "b\r\n c" })],
  ["a header without a name", 400, requestHead("/mqtt", { "": "b" })],
  ["more than its head", 400, requestHead() + "x"],
  ["a large head", 431, requestHead("/mqtt", { "X-A": "b".repeat(9_000) })],
];

for (const [what, status, head] of REFUSED) {
  Deno.test(`a WebSocket is refused with ${status}: ${what}`, async () => {
    const { answer, reason } = await ask(head);
    assert.match(answer, new RegExp(`^HTTP/1.1 ${status} `));
    assert.equal(reason, "WebSocketRefused");
  });
}

/** A connection that is open, and what its peer sends. */
async function connected(
  fn: (peer: WebSocketPeer, transport: Transport) => Promise<void>,
): Promise<void> {
  await using it = await ListenerBench.open(WS);
  const { peer, transport } = await it.connect();
  await fn(peer as WebSocketPeer, transport);
}

const hex = (text: string): Uint8Array => Uint8Array.fromHex(text.replaceAll(" ", ""));

Deno.test("packets may come byte by byte, and in frames that are continued [3.1.1: 6.0.0.2]", () =>
  connected(async (peer, transport) => {
    const sent = [
      clientFrame(bytes("ab"), 0x02),
      clientFrame(bytes(""), 0x00),
      clientFrame(bytes("?"), 0x89),
      clientFrame(bytes("c".repeat(300)), 0x00),
      clientFrame(bytes("d"), 0x80),
      clientFrame(bytes("e")),
    ];
    const writing = (async () => {
      for (const frame of sent) for (const byte of frame) await peer.writeAll(Uint8Array.of(byte));
    })();
    const came = new Uint8Array(2 + 300 + 1 + 1);
    const inSmall = { read: (into: Uint8Array) => transport.read(into.subarray(0, 7)) };
    await Promise.all([readExactly(inSmall, came), writing]);
    assert.equal(text(came, came.length), `ab${"c".repeat(300)}de`);
    const pong = await peer.frame();
    assert.deepEqual([pong?.first, String(pong?.payload)], [0x8a, "?"]);
  }));

Deno.test("what a peer sends arrives though it pings all the time and reads no answer", () =>
  connected(async (peer, transport) => {
    const ping = clientFrame(new Uint8Array(125), 0x89);
    const pings = Buffer.concat(Array.from({ length: 1_000 }, () => ping));
    const writing = (async () => {
      for (let i = 0; i < 20; i++) await peer.writeAll(pings);
      await peer.write(bytes("on"));
    })();
    const into = new Uint8Array(10);
    assert.equal(text(into, await transport.read(into)), "on");
    await writing;
  }));

Deno.test("a close is answered in kind, after the data before it", () =>
  connected(async (peer, transport) => {
    await peer.writeAll(Buffer.concat([clientFrame(bytes("bye")), clientFrame(hex("03e9 6f6b"), 0x88)]));
    const into = new Uint8Array(10);
    assert.equal(text(into, await transport.read(into)), "bye");
    assert.equal(await transport.read(into), null);
    const frame = await peer.frame();
    assert.deepEqual([frame?.first, frame?.payload.toHex()], [0x88, "03e9"]);
  }));

const WRONG: readonly (readonly [what: string, code: number, sent: Uint8Array])[] = [
  ["a text frame [3.1.1: 6.0.0.1]", 1003, clientFrame(bytes("hello"), 0x81)],
  ["a frame without a mask", 1002, hex("82 01 61")],
  ["an extension", 1002, clientFrame(bytes("a"), 0xc2)],
  ["a continuation of nothing", 1002, clientFrame(bytes("a"), 0x80)],
  [
    "a message within a message",
    1002,
    Buffer.concat([clientFrame(bytes("a"), 0x02), clientFrame(bytes("a"), 0x82)]),
  ],
  ["a ping in parts", 1002, clientFrame(bytes("a"), 0x09)],
  ["a ping of 126 bytes", 1002, clientFrame(new Uint8Array(126), 0x89)],
  ["a frame of 2^63 bytes", 1002, hex("82 ff 80 00 00 00 00 00 00 00 00 00 00 00")],
  ["a control frame of no known kind", 1002, clientFrame(bytes("a"), 0x8b)],
  ["a data frame of no known kind", 1003, clientFrame(bytes("a"), 0x83)],
];

for (const [what, code, sent] of WRONG) {
  Deno.test(`a connection ends with ${code} at ${what}`, () =>
    connected(async (peer, transport) => {
      await peer.writeAll(sent);
      await assert.rejects(
        (async () => {
          for (;;) await transport.read(new Uint8Array(1_000));
        })(),
        (error) => error instanceof TransportError && error.reason === "WebSocketProtocolError",
      );
      // As the broker does, and the peer must hear of it all the same.
      transport.close();
      const frame = await peer.frame();
      assert.deepEqual([frame?.first, frame?.payload.toHex()], [0x88, code.toString(16).padStart(4, "0")]);
    }));
}
