// Limits of time: handshakes, keep alive, closed connections that linger.
import assert from "node:assert/strict";
import { bytesOf } from "../mqtt/_notation.ts";
import { settled, TIME_OF_DAY, World } from "./_world.ts";

Deno.test("a connection without a CONNECT is closed after the handshake timeout", async () => {
  await using world = new World({ handshakeTimeout: 5_000 });
  const peer = world.accept();
  await world.pass(4_000);
  assert(!peer.writeClosed && !peer.closed);
  await world.pass(1_000);
  assert(peer.writeClosed, "told that it ends");
  assert.equal(world.broker.counters.refused.get("HandshakeTimeout"), 1);
  assert.deepEqual(world.lines(), [], "it never was a client");
});

Deno.test("a CONNECT that comes byte by byte must still be complete within the handshake timeout", async () => {
  await using world = new World({ handshakeTimeout: 5_000 });
  const peer = world.accept();
  for (const byte of bytesOf("10* 'MQTT' 04 02 003c 'abc'").slice(0, 5)) {
    peer.send(Uint8Array.of(byte));
    await world.pass(1_000);
  }
  assert(peer.writeClosed);
  assert.equal(world.broker.counters.refused.get("HandshakeTimeout"), 1);
});

Deno.test("keep alive counts from the CONNECT, however long the handshake took", async () => {
  await using world = new World();
  const peer = world.accept();
  await world.pass(10_000);
  peer.send(bytesOf("10* 'MQTT' 04 02 0004 'abc'"));
  await settled();
  await world.pass(6_000);
  assert(!peer.writeClosed);
  await world.pass(1_000);
  assert(peer.writeClosed);
});

Deno.test("one connection more than max_handshaking is closed at once, and counted", async () => {
  await using world = new World({ maxHandshaking: 2 });
  const [first, second, third] = [world.accept(), world.accept(), world.accept()];
  assert(third.closed && !second.closed);
  assert.equal(world.broker.counters.refused.get("TooManyHandshakes"), 1);
  // A handshake that ends, well or badly, makes room.
  first.send(bytesOf("10* 'MQTT' 04 02 0000 'abc'"));
  second.end();
  await settled();
  assert(!world.accept().closed);
  assert(!world.accept().closed);
  assert(world.accept().closed);
});

Deno.test("max_handshaking and max_connections are counted for each listener", async () => {
  await using world = new World({ maxHandshaking: 1, maxConnections: 1 });
  const other = { ...world.options };
  world.accept();
  assert(!world.accept(other).closed);
  await settled();
  assert.equal(world.listener().clients, 0);
});

Deno.test("one client more than max_connections is told Server unavailable; a takeover is not one more", async () => {
  await using world = new World({ maxConnections: 1 });
  const first = await world.connect("a");
  const second = await world.connect("b");
  assert.equal(second.take()[0]?.cmd, "connack");
  assert(second.peer.writeClosed);
  assert.equal(world.lines("client_connack").at(-1)?.["conn_ack"], "Connection Refused, Server unavailable");
  const again = await world.connect("a");
  assert(first.peer.writeClosed && !again.peer.writeClosed);
  assert.equal(world.broker.snapshot().clients, 1);
  await again.drop();
  assert(!(await world.connect("b")).ended, "who leaves makes room");
});

Deno.test("a silent client is gone after one and a half times its keep alive [3.1.1: 3.1.2-24]", async () => {
  await using world = new World();
  const client = await world.connect("a", { keepalive: 10 });
  await world.pass(15_000);
  assert(!client.peer.writeClosed);
  await world.pass(1_000);
  assert(client.peer.writeClosed);
  assert.equal(world.lines("client_disconnected")[0]?.["reason"], "KeepaliveTimeout");
});

Deno.test("a 5.0 client is told KeepAliveTimeout before it is closed [5.0: 3.1.2-22, 3.2.2-22]", async () => {
  await using world = new World();
  const client = await world.connect("a", { protocolVersion: 5, keepalive: 10 });
  client.take();
  await world.pass(16_000);
  const [goodbye] = client.take();
  assert(goodbye?.cmd === "disconnect" && goodbye.reasonCode === 0x8d);
});

Deno.test("a client that pings stays [3.1.1: 3.12.4-1]", async () => {
  await using world = new World();
  const client = await world.connect("a", { keepalive: 10 });
  client.take();
  for (let i = 0; i < 5; i++) {
    await world.pass(14_000);
    client.send({ cmd: "pingreq" });
    await settled();
  }
  assert.deepEqual(client.names(), Array(5).fill("pingresp"));
  assert(!client.peer.writeClosed);
});

Deno.test("keep alive 0 never ends", async () => {
  await using world = new World();
  const client = await world.connect("a", { keepalive: 0 });
  await world.pass(200_000);
  assert(!client.peer.writeClosed);
});

Deno.test("a time of day that jumps ends nobody, and is what the lines show", async () => {
  await using world = new World();
  const client = await world.connect("a", { keepalive: 10, clean: false });
  world.clock.jumped += 365 * 86_400_000;
  await world.pass(5_000);
  assert(!client.peer.writeClosed);
  client.send({ cmd: "disconnect" });
  await settled();
  await world.pass(5_000);
  assert.equal(world.sessions, 1);
  assert.equal(
    world.lines("client_disconnected")[0]?.["disconnected_at"],
    TIME_OF_DAY + 365 * 86_400_000 + 5_000,
  );
});

Deno.test("a closed connection whose peer does not close lingers for two seconds, then it is cut", async () => {
  await using world = new World();
  const client = await world.connect("a");
  client.send({ cmd: "disconnect" });
  await settled();
  assert(client.peer.writeClosed && !client.peer.closed, "what the broker said last can still be read");
  await world.pass(1_000);
  assert(!client.peer.closed);
  await world.pass(1_000);
  assert(client.peer.closed);
});

Deno.test("a closed connection whose peer closes too is gone at once", async () => {
  await using world = new World();
  const client = await world.connect("a");
  client.send({ cmd: "disconnect" });
  client.peer.end();
  await settled();
  assert(client.peer.closed);
});

Deno.test("what comes after the good-bye is drained and does nothing [3.1.1: 3.14.4-2] [5.0: 3.14.4-1]", async () => {
  await using world = new World();
  const client = await world.connect("a");
  client.send({ cmd: "disconnect" });
  client.peer.send(bytesOf("30* 'a' \"late\""));
  await settled();
  client.peer.send(bytesOf("30* 'a' \"later\""));
  await settled();
  assert.equal(client.peer.unread, 0);
  assert.deepEqual(world.lines("message_publish"), []);
});
