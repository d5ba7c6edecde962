// Refused connections are told: the first within a second, then once a minute what came together.
import assert from "node:assert/strict";
import { bytesOf } from "../mqtt/_notation.ts";
import { settled, World } from "./_world.ts";

function told(world: World): unknown[] {
  return world.log.splice(0).map((entry) => {
    const [, text, fields = ""] = /^warn: (connections were refused) (.*)$/.exec(entry) ?? [];
    assert(text, entry);
    return JSON.parse(fields);
  });
}

Deno.test("refusals are told at most once a minute, with their reasons and the busiest address", async () => {
  await using world = new World({ maxHandshaking: 3, maxHandshakingPerAddress: 2, handshakeTimeout: 10_000 });
  for (let i = 0; i < 5; i++) world.accept(world.options, "10.0.0.9");
  world.accept(world.options, "10.0.0.1");
  for (let i = 0; i < 2; i++) world.accept(world.options, "10.0.0.2");
  await world.pass(1_000);
  assert.deepEqual(told(world), [{
    count: 5,
    reasons: "TooManyHandshakesOfAddress: 3; TooManyHandshakes: 2",
    busiest_address: "10.0.0.9",
    count_of_busiest: 3,
  }]);
  await world.pass(59_000);
  assert.deepEqual(told(world), [], "silent within the minute");
  await world.pass(1_000);
  assert.deepEqual(told(world), [{
    count: 3,
    reasons: "HandshakeTimeout: 3",
    busiest_address: "10.0.0.9",
    count_of_busiest: 2,
  }]);
  await world.pass(120_000);
  assert.deepEqual(told(world), [], "nothing to tell");
});

Deno.test("each way to be refused is counted and told under its reason", async () => {
  await using world = new World({ maxConnectPacketSize: 1_024, allowAnonymous: false });
  await world.connect("anonymous");
  for (const bytes of ["10 81 08", "10 0e 'MQTT' 09 02 003c 'abc'", "c0 00", "47 45 54 20 2f"]) {
    world.accept().send(bytesOf(bytes));
  }
  await settled();
  const reasons = {
    "Connection Refused, not authorized": 1,
    "Connection Refused, unacceptable protocol version": 1,
    ConnectTooLarge: 1,
    ProtocolError: 2,
  };
  assert.deepEqual(Object.fromEntries(world.broker.counters.refused), reasons);
  await world.pass(1_000);
  const [entry] = told(world) as [{ count: number; reasons: string }];
  assert.equal(entry.count, 5);
  for (const [reason, count] of Object.entries(reasons)) {
    assert(entry.reasons.includes(`${reason}: ${count}`));
  }
});

Deno.test("a flood from many addresses is told with a bounded memory of them", async () => {
  await using world = new World({ maxHandshaking: 1 });
  world.accept();
  for (let i = 0; i < 5_000; i++) world.accept(world.options, `10.1.${i >> 8}.${i & 255}`);
  for (let i = 0; i < 3; i++) world.accept(world.options, "10.1.0.5");
  await world.pass(1_000);
  assert.deepEqual(told(world), [{
    count: 5_003,
    reasons: "TooManyHandshakes: 5003",
    busiest_address: "10.1.0.5",
    count_of_busiest: 4,
  }]);
});
