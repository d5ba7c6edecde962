// Session: what a client gets again when it is back, in which order, and what it does not get.
import assert from "node:assert/strict";
import fc from "fast-check";
import type { QoS } from "../../src/mqtt/packets.ts";
import { type FakeOutlet, message, SessionBench } from "./_session_bench.ts";

Deno.test(
  "unacknowledged messages come again in their order, with DUP and their identifiers " +
    "[3.1.1: 3.3.1-1, 4.4.0-1, 4.6.0-1] [5.0: 3.3.1-1, 4.3.3-3, 4.4.0-1]",
  () => {
    const bench = new SessionBench();
    const session = bench.session();
    bench.attach(session);
    for (const name of ["one", "two", "three"]) session.deliver(message(name, { qos: 1 }), 1, false);
    session.deliver(message("zero"), 0, false);
    session.deliveries.puback(2, 0);
    session.detach();
    bench.events();
    const outlet = bench.attach(session);
    assert.deepEqual(outlet.take(), ["one 1 dup", "three 3 dup"]);
    assert.deepEqual(bench.events(), ["message_delivered one", "message_delivered three"]);
  },
);

Deno.test("after PUBREC only PUBREL comes again [3.1.1: 4.3.3-1] [5.0: 4.3.3-6]", () => {
  const bench = new SessionBench();
  const session = bench.session();
  bench.attach(session);
  session.deliver(message("one", { qos: 2 }), 2, false);
  session.deliver(message("two", { qos: 2 }), 2, false);
  session.deliveries.pubrec(1, 0);
  session.detach();
  const outlet = bench.attach(session);
  assert.deepEqual(outlet.take(), ["pubrel 1", "two 2 dup"]);
  session.deliveries.pubcomp(1, 0);
  session.deliveries.pubrec(2, 0);
  session.deliveries.pubcomp(2, 0);
  assert.equal(session.deliveries.inflight.size, 0);
});

Deno.test("what waited comes after what is sent again", () => {
  const bench = new SessionBench();
  const session = bench.session();
  bench.attach(session, { receiveMaximum: 1 });
  session.deliver(message("one", { qos: 1 }), 1, false);
  session.deliver(message("two", { qos: 1 }), 1, false);
  session.detach();
  session.deliver(message("three"), 0, false);
  assert.deepEqual(bench.attach(session).take(), ["one 1 dup", "two 2", "three 0"]);
});

Deno.test("a smaller window is kept also for what is sent again", () => {
  const bench = new SessionBench();
  const session = bench.session();
  bench.attach(session);
  for (const name of ["one", "two", "three"]) session.deliver(message(name, { qos: 1 }), 1, false);
  session.detach();
  const outlet = bench.attach(session, { receiveMaximum: 2 });
  assert.deepEqual(outlet.take(), ["one 1 dup", "two 2 dup"]);
  session.deliver(message("four", { qos: 1 }), 1, false);
  session.deliver(message("zero"), 0, false);
  assert.deepEqual(outlet.take(), [], "nothing overtakes");
  session.deliveries.puback(1, 0);
  assert.deepEqual(outlet.take(), ["three 3 dup"]);
  session.deliveries.puback(2, 0);
  assert.deepEqual(outlet.take(), ["four 4", "zero 0"]);
});

Deno.test("an acknowledgement that comes before its message was sent again is taken: it is not sent again", () => {
  const bench = new SessionBench();
  const session = bench.session();
  bench.attach(session);
  for (const name of ["one", "two", "three"]) session.deliver(message(name, { qos: 1 }), 1, false);
  session.detach();
  const outlet = bench.attach(session, { receiveMaximum: 1 });
  session.deliveries.puback(2, 0);
  session.deliver(message("four", { qos: 1 }), 1, false);
  assert.deepEqual(outlet.take(), ["one 1 dup"], "the window is not wider for it");
  session.deliveries.puback(1, 0);
  session.deliveries.puback(3, 0);
  assert.deepEqual(outlet.take(), ["three 3 dup", "four 4"]);
});

Deno.test("a second break before all was sent again loses nothing and keeps the order", () => {
  const bench = new SessionBench();
  const session = bench.session();
  bench.attach(session);
  for (const name of ["one", "two", "three"]) session.deliver(message(name, { qos: 1 }), 1, false);
  session.detach();
  bench.attach(session, { receiveMaximum: 1 });
  session.deliveries.puback(1, 0);
  session.detach();
  assert.deepEqual(bench.attach(session).take(), ["two 2 dup", "three 3 dup"]);
});

Deno.test(
  "a 3.x client gets unacknowledged messages again after the retry interval, a 5.0 client never " +
    "[5.0: 4.4.0-1]",
  () => {
    const bench = new SessionBench();
    for (const protocolVersion of [4, 5] as const) {
      const session = bench.session(`v${protocolVersion}`);
      const outlet = bench.attach(session, { protocolVersion, receiveMaximum: 2 });
      session.deliver(message("one", { qos: 1 }), 1, false);
      bench.advance(3_000);
      session.deliver(message("two", { qos: 2 }), 2, false);
      outlet.take();
      session.deliveries.retry(bench.turn.monotonic - 2_000);
      assert.deepEqual(outlet.take(), protocolVersion === 4 ? ["one 1 dup"] : []);
      session.deliveries.retry(bench.turn.monotonic - 2_000);
      assert.deepEqual(outlet.take(), [], "not before another interval");
      session.deliver(message("three", { qos: 1 }), 1, false);
      session.deliveries.puback(1, 0);
      assert.deepEqual(outlet.take(), ["three 3"], "a repetition takes no second place in the window");
    }
  },
);

/** What may happen to a session, any number of times. */
const someStep = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ do: fc.constant("deliver" as const), qos: fc.constantFrom<QoS>(0, 1, 2) }),
  },
  { weight: 5, arbitrary: fc.record({ do: fc.constant("acknowledge" as const), which: fc.nat(20) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("leave" as const) }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant("come" as const), window: fc.integer({ min: 1, max: 4 }) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("block" as const) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("unblock" as const) }) },
);

Deno.test(
  "whatever happens, no message of QoS 1 or 2 is lost, doubled unmarked or out of order, and the window holds " +
    "[3.1.1: 4.1.0.1] [5.0: 4.3.3-3]",
  () => {
    fc.assert(
      fc.property(fc.array(someStep, { maxLength: 60, size: "max" }), (steps) => {
        const bench = new SessionBench();
        const session = bench.session();
        let outlet: FakeOutlet | undefined;
        let connectionIds = new Set<number>();
        const firstSent: number[] = [];
        let count = 0;
        const look = (): void => {
          for (const text of outlet?.take() ?? []) {
            const [name = "", id = "", dup] = text.split(" ");
            connectionIds.add(Number(id));
            if (name === "pubrel") continue;
            if (dup !== undefined) assert(session.deliveries.inflight.get(Number(id))?.dup, text);
            else firstSent.push(Number(name));
          }
          const unacknowledged = [...connectionIds].filter((id) =>
            id > 0 && session.deliveries.inflight.has(id)
          );
          assert(outlet === undefined || unacknowledged.length <= outlet.receiveMaximum, "the window holds");
        };
        const acknowledge = (which: number): void => {
          const ids = [...session.deliveries.inflight.keys()].filter((id) => connectionIds.has(id));
          const id = ids[which % Math.max(1, ids.length)];
          const delivery = id === undefined ? undefined : session.deliveries.inflight.get(id);
          if (id === undefined || delivery === undefined) return;
          if (delivery.qos === 1) session.deliveries.puback(id, 0);
          else if (delivery.released) session.deliveries.pubcomp(id, 0);
          else session.deliveries.pubrec(id, 0);
        };
        const come = (window: number): void => {
          session.detach();
          connectionIds = new Set();
          outlet = bench.attach(session, { receiveMaximum: window });
        };
        for (const step of steps) {
          if (step.do === "deliver") {
            session.deliver(message(`${count++}`, { qos: step.qos }), step.qos, false);
          } else if (step.do === "acknowledge" && outlet !== undefined) acknowledge(step.which);
          else if (step.do === "come") come(step.window);
          else if (step.do === "leave") {
            session.detach();
            outlet = undefined;
          } else if (step.do === "block" && outlet !== undefined) outlet.writable = false;
          else if (step.do === "unblock" && outlet !== undefined) {
            outlet.writable = true;
            session.deliveries.pump();
          }
          look();
        }
        come(3);
        look();
        for (
          let i = 0;
          i < 10 * count && (session.deliveries.inflight.size > 0 || session.deliveries.waiting);
          i++
        ) {
          acknowledge(0);
          look();
        }
        assert.deepEqual(
          firstSent,
          Array.from({ length: count }, (_, i) => i),
          "each once without DUP, in order",
        );
        assert.equal(session.deliveries.inflight.size, 0);
        const acked = bench.events().filter((event) => event.startsWith("message_acked"));
        assert.equal(new Set(acked).size, acked.length, "acknowledged once");
        assert.equal(bench.counters.dropped.size, 0);
      }),
      { numRuns: 300 },
    );
  },
);
