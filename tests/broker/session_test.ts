// Session: the window, Packet Identifiers, QoS 2, limits of the client, what is dropped and told.
import assert from "node:assert/strict";
import { message, SessionBench } from "./_session_bench.ts";

Deno.test("no more QoS 1 and 2 messages are on their way than Receive Maximum [5.0: 3.3.4-9, 4.9.0-1, 4.9.0-2]", () => {
  const bench = new SessionBench();
  const session = bench.session();
  const outlet = bench.attach(session, { receiveMaximum: 2 });
  for (const name of ["one", "two", "three", "four"]) session.deliver(message(name, { qos: 1 }), 1, false);
  assert.deepEqual(outlet.take(), ["one 1", "two 2"]);
  session.deliveries.puback(2, 0);
  assert.deepEqual(outlet.take(), ["three 3"]);
  session.deliveries.puback(1, 0);
  session.deliveries.puback(3, 0);
  assert.deepEqual(outlet.take(), ["four 4"]);
});

Deno.test("max_inflight bounds the window where the client's Receive Maximum is larger", () => {
  const bench = new SessionBench();
  const session = bench.session();
  const outlet = bench.attach(session, {}, { maxInflight: 1 });
  session.deliver(message("one", { qos: 1 }), 1, false);
  session.deliver(message("two", { qos: 2 }), 2, false);
  assert.deepEqual(outlet.take(), ["one 1"]);
});

Deno.test("a QoS 2 message holds its place in the window until PUBCOMP [5.0: 3.3.4-9, 4.9.0-2]", () => {
  const bench = new SessionBench();
  const session = bench.session();
  const outlet = bench.attach(session, { receiveMaximum: 1 });
  session.deliver(message("one", { qos: 2 }), 2, false);
  session.deliver(message("two", { qos: 1 }), 1, false);
  assert.deepEqual(outlet.take(), ["one 1"]);
  assert(session.deliveries.pubrec(1, 0));
  assert.deepEqual(outlet.take(), ["pubrel 1"]);
  session.deliveries.pubcomp(1, 0);
  assert.deepEqual(outlet.take(), ["two 2"]);
});

Deno.test("QoS 0 messages need no window, but do not overtake what waits [3.1.1: 4.6.0-6] [5.0: 4.6.0-5]", () => {
  const bench = new SessionBench();
  const session = bench.session();
  const outlet = bench.attach(session, { receiveMaximum: 1 });
  session.deliver(message("one", { qos: 1 }), 1, false);
  session.deliver(message("zero"), 0, false);
  session.deliver(message("two", { qos: 1 }), 1, false);
  session.deliver(message("zero again"), 0, false);
  assert.deepEqual(outlet.take(), ["one 1", "zero 0"]);
  session.deliveries.puback(1, 0);
  assert.deepEqual(outlet.take(), ["two 2", "zero again 0"]);
});

Deno.test(
  "packet identifiers are not used twice at once, and go on at 1 behind 65,535 " +
    "[3.1.1: 2.3.1-4, 4.3.2.1] [5.0: 2.2.1-4, 4.3.2-1, 4.3.3-1]",
  () => {
    const bench = new SessionBench();
    const session = bench.session("s", { maxInflight: 65_535 });
    const outlet = bench.attach(session, {}, { maxInflight: 65_535 });
    const one = message("x", { qos: 1 });
    session.deliver(one, 1, false); // 1 stays unacknowledged
    for (let i = 2; i <= 65_535; i++) {
      session.deliver(one, 1, false);
      session.deliveries.puback(i, 0);
    }
    outlet.take();
    session.deliver(one, 1, false);
    session.deliver(one, 1, false);
    assert.deepEqual(outlet.take(), ["x 2", "x 3"]);
  },
);

Deno.test("all 65,535 identifiers can be on their way at once", () => {
  const bench = new SessionBench();
  const session = bench.session();
  const outlet = bench.attach(session, {}, { maxInflight: 65_535 });
  const one = message("x", { qos: 1 });
  for (let i = 0; i < 65_536; i++) session.deliver(one, 1, false);
  assert.equal(new Set(outlet.ids).size, 65_535);
  assert.equal(session.deliveries.queued, 1);
  session.deliveries.puback(500, 0);
  assert.equal(outlet.ids.at(-1), 500);
});

Deno.test("a peer that does not take what is written keeps messages waiting, in order", () => {
  const bench = new SessionBench();
  const session = bench.session();
  const outlet = bench.attach(session);
  outlet.writable = false;
  for (const name of ["one", "two"]) session.deliver(message(name), 0, false);
  session.deliver(message("three", { qos: 1 }), 1, false);
  assert.deepEqual(outlet.take(), []);
  assert(session.deliveries.waiting);
  outlet.writable = true;
  session.deliver(message("four"), 0, false);
  assert.deepEqual(outlet.take(), [], "not before those that wait");
  session.deliveries.pump();
  assert.deepEqual(outlet.take(), ["one 0", "two 0", "three 1", "four 0"]);
});

Deno.test("PUBACK and PUBCOMP are told as acknowledged, once", () => {
  const bench = new SessionBench();
  const session = bench.session();
  bench.attach(session);
  session.deliver(message("one", { qos: 1 }), 1, false);
  session.deliver(message("two", { qos: 2 }), 2, false);
  bench.events();
  session.deliveries.puback(1, 0);
  session.deliveries.puback(1, 0);
  session.deliveries.pubrec(2, 0);
  session.deliveries.pubrec(2, 0);
  assert.deepEqual(bench.events(), ["message_acked one"]);
  session.deliveries.pubcomp(2, 0);
  session.deliveries.pubcomp(2, 0);
  assert.deepEqual(bench.events(), ["message_acked two"]);
  assert.equal(session.deliveries.inflight.size, 0);
});

Deno.test("acknowledgements of the wrong kind or an unknown identifier change nothing", () => {
  const bench = new SessionBench();
  const session = bench.session();
  const outlet = bench.attach(session);
  session.deliver(message("one", { qos: 1 }), 1, false);
  session.deliver(message("two", { qos: 2 }), 2, false);
  outlet.take();
  bench.events();
  session.deliveries.puback(2, 0);
  session.deliveries.pubcomp(2, 0); // before PUBREC
  assert(!session.deliveries.pubrec(1, 0));
  assert(!session.deliveries.pubrec(9, 0));
  session.deliveries.puback(9, 0);
  assert.deepEqual([outlet.take(), bench.events()], [[], []]);
  assert.deepEqual([...session.deliveries.inflight.keys()], [1, 2]);
});

Deno.test("a refusal ends the exchange and is told as dropped [5.0: 4.4.0-2]", () => {
  const bench = new SessionBench();
  const session = bench.session();
  const outlet = bench.attach(session, { receiveMaximum: 1 });
  session.deliver(message("one", { qos: 1 }), 1, false);
  session.deliver(message("two", { qos: 2 }), 2, false);
  session.deliver(message("three", { qos: 1 }), 1, false);
  bench.events();
  session.deliveries.puback(1, 0x97);
  assert(session.deliveries.pubrec(2, 0x80));
  assert.deepEqual(outlet.take(), ["one 1", "two 2", "three 3"]);
  assert.deepEqual(bench.events(), [
    "message_dropped Error(PUBACK 0x97) one",
    "message_delivered two",
    "message_dropped Error(PUBREC 0x80) two",
    "message_delivered three",
  ]);
  assert.equal(bench.counters.dropped.get("Error"), 2);
});

Deno.test(
  "a message larger than the client takes is dropped and told, and the next one sent " +
    "[5.0: 3.1.2-24, 3.1.2-25]",
  () => {
    const bench = new SessionBench();
    const session = bench.session();
    // Fixed header 2, topic 3, Packet Identifier 2, Property Length 1, payload.
    const outlet = bench.attach(session, { maximumPacketSize: 8 + 5 });
    session.deliver(message("12345", { qos: 1 }), 1, false);
    session.deliver(message("123456", { qos: 1 }), 1, false);
    session.deliver(message("7", { qos: 1 }), 1, false);
    assert.deepEqual(outlet.take(), ["12345 1", "7 2"]);
    assert.deepEqual(bench.events(), [
      "message_delivered 12345",
      "message_dropped PacketTooLarge 123456",
      "message_delivered 7",
    ]);
  },
);

Deno.test(
  "a message that expired while it waited is dropped; one that did not says what is left " +
    "[5.0: 3.3.2-5, 3.3.2-6]",
  () => {
    const bench = new SessionBench();
    const session = bench.session();
    const fields = { qos: 1, messageExpiryInterval: 10 } as const;
    session.deliver(message("soon", { ...fields, expiresAt: 4_000 }), 1, false);
    session.deliver(message("later", { ...fields, expiresAt: 10_000 }), 1, false);
    session.deliver(message("never", { qos: 1 }), 1, false);
    bench.events();
    bench.advance(4_000);
    const outlet = bench.attach(session, { receiveMaximum: 1 });
    assert.deepEqual(outlet.take(), ["later 1"]);
    assert.equal(outlet.last?.messageExpiryInterval, 6);
    session.deliveries.puback(1, 0);
    assert.equal(outlet.last?.messageExpiryInterval, undefined);
    assert.deepEqual(bench.events(), [
      "message_dropped MessageExpiration soon",
      "message_delivered later",
      "message_acked later",
      "message_delivered never",
    ]);
  },
);

Deno.test("a listener's own expiry drops as well, and is not told to subscribers", () => {
  const bench = new SessionBench();
  const session = bench.session();
  const outlet = bench.attach(session);
  session.deliver(message("x", { expiresAt: 10_000 }), 0, false);
  assert.equal(outlet.last?.messageExpiryInterval, undefined);
});

Deno.test("messages for an absent client are told as offline; dropped ones only as dropped", () => {
  const bench = new SessionBench();
  const session = bench.session("s", { maxQueuedMessages: 2 });
  for (const name of ["one", "two", "three"]) session.deliver(message(name, { qos: 1 }), 1, false);
  session.deliver(message("zero"), 0, false);
  assert.deepEqual(bench.events(), [
    "offline_message one",
    "offline_message two",
    "message_dropped MessageQueueFull one",
    "offline_message three",
    "message_dropped MessageQueueFull zero",
  ]);
  assert.equal(bench.counters.dropped.get("MessageQueueFull"), 2);
});

Deno.test("a session that ends while its client is away tells what was sent, then what still waited", () => {
  const bench = new SessionBench();
  const session = bench.session();
  bench.attach(session, { receiveMaximum: 1 });
  for (const name of ["one", "two", "three"]) session.deliver(message(name, { qos: 1 }), 1, false);
  session.detach();
  bench.events();
  session.end("SessionExpiration");
  assert.deepEqual(bench.events(), [
    "message_dropped SessionExpiration one",
    "message_dropped SessionExpiration two",
    "message_dropped SessionExpiration three",
  ]);
  assert(!session.deliveries.waiting);
  assert.equal(session.deliveries.inflight.size, 0);
});

Deno.test("what waits keeps its payload when the read buffer is used again", () => {
  const bench = new SessionBench();
  const session = bench.session();
  const outlet = bench.attach(session, { receiveMaximum: 1 });
  for (const name of ["one", "two"]) {
    const m = message(name, { qos: 1 });
    const buffer = m.payload;
    session.deliver(m, 1, false);
    buffer.fill(0x21);
  }
  session.detach();
  const again = bench.attach(session);
  assert.deepEqual([outlet.take(), again.take()], [["one 1"], ["one 1 dup", "two 2"]]);
});

Deno.test("flags and identifiers of the subscription go out with the message", () => {
  const bench = new SessionBench();
  const session = bench.session();
  const outlet = bench.attach(session);
  session.deliver(message("x", { qos: 2, retain: true }), 1, true, [3, 9]);
  assert.deepEqual(
    [outlet.last?.qos, outlet.last?.retain, outlet.last?.subscriptionIdentifiers],
    [1, true, [3, 9]],
  );
});
