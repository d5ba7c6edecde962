// Access that changes while clients are here: what they may not have any more ends, and nothing else does.
import assert from "node:assert/strict";
import type { Chain } from "../../src/access/chain.ts";
import { Reason } from "../../src/mqtt/reason_codes.ts";
import { FakeClock } from "../helpers/fake_clock.ts";
import { publish, settled, type TestClient, World } from "../broker/_world.ts";
import { doors, optionsOf, type Sources } from "./_doors.ts";

const ALL = 'rules = [["allow", "all"]]';
const ONLY_A = 'rules = [["allow", "all", "pubsub", ["a/#"]], ["allow", "all", "connect"]]';

class House implements AsyncDisposable {
  readonly log: string[] = [];
  readonly access: Chain;
  readonly world: World;

  constructor(sources: Sources) {
    this.access = doors(sources, new FakeClock(), (_, text) => void this.log.push(text));
    this.world = new World({}, {}, this.access);
  }

  async reload(sources: Sources): Promise<void> {
    this.access.prepare(optionsOf(sources)).commit();
    this.world.broker.reauthorise();
    await settled();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.world[Symbol.asyncDispose]();
    this.access[Symbol.dispose]();
  }
}

async function subscriber(world: World, id: string, ...filters: readonly string[]): Promise<TestClient> {
  const client = await world.connect(id, { protocolVersion: 5, properties: { sessionExpiryInterval: 600 } });
  for (const filter of filters) await client.subscribe(filter, 1);
  client.take();
  return client;
}

const topicsOf = (client: TestClient): string[] =>
  client.take().flatMap((packet) => packet.cmd === "publish" ? [packet.topic] : []);

Deno.test("a subscription that lost its permission delivers nothing more; the others go on", async () => {
  await using house = new House({ rmqtt: ALL });
  const { world } = house;
  const client = await subscriber(world, "s", "a/x", "b/x");
  const other = await subscriber(world, "p");
  other.send(publish("a/x", "1", 1, 1), publish("b/x", "1", 1, 2));
  await settled();
  assert.deepEqual(topicsOf(client), ["a/x", "b/x"]);
  await house.reload({ rmqtt: ONLY_A });
  other.send(publish("a/x", "2", 1, 3), publish("b/x", "2", 1, 4));
  await settled();
  assert.deepEqual(topicsOf(client), ["a/x"]);
  assert.deepEqual(world.story("topic", "session_unsubscribed"), ["session_unsubscribed:b/x"]);
  assert.deepEqual(
    world.lines("message_dropped").map((line) => line["topic"]),
    ["b/x"],
    "it may not be published",
  );
});

Deno.test("what waits for an absent client only because of such a subscription is dropped and told", async () => {
  await using house = new House({ rmqtt: ALL });
  const { world } = house;
  const client = await subscriber(world, "s", "a/x", "b/x", "+/y");
  client.peer.end();
  await settled();
  const other = await subscriber(world, "p");
  for (const [i, topic] of ["a/x", "b/x", "b/y"].entries()) other.send(publish(topic, "x", 1, i + 1));
  await settled();
  await house.reload({
    rmqtt: 'rules = [["allow", "all", "pubsub", ["a/#", "+/y"]], ["allow", "all", "connect"]]',
  });
  const dropped = world.lines("message_dropped").map((it) =>
    `${it["clientid"]} ${it["topic"]} ${it["reason"]}`
  );
  assert.deepEqual(dropped, ["s b/x NotAuthorized"]);
  const again = await world.connect("s", {
    protocolVersion: 5,
    clean: false,
    properties: { sessionExpiryInterval: 600 },
  });
  assert.deepEqual(topicsOf(again), ["a/x", "b/y"]);
});

Deno.test("a client that would not be let in any more is sent away, with 0x87 in 5.0", async () => {
  await using house = new House({ rmqtt: ALL });
  const { world } = house;
  const [bad, good] = [await subscriber(world, "bad", "t"), await subscriber(world, "good", "t")];
  const rmqtt = 'rules = [["deny", { clientid = "bad" }], ["allow", "all"]]';
  await house.reload({ rmqtt });
  const [farewell] = bad.take();
  assert(farewell?.cmd === "disconnect");
  assert.equal(farewell.reasonCode, Reason.NotAuthorized);
  assert(bad.peer.writeClosed && !good.peer.writeClosed);
  const ended = world.lines("client_disconnected").map((it) => `${it["clientid"]} ${it["reason"]}`);
  assert.deepEqual(ended, ["bad NotAuthorized"]);
});

Deno.test("who came without a name is sent away when a reload closes allow_anonymous, and others stay", async () => {
  const hash = `$6$c2FsdHNhbHQ=$${new Uint8Array(64).toBase64()}`;
  await using house = new House({});
  const { world } = house;
  const [nameless, away] = [await subscriber(world, "n", "t"), await subscriber(world, "away", "t")];
  const named = await world.connect("a", { protocolVersion: 5, username: "alice" });
  await away.drop();
  const listener = world.listener();
  listener.options = { ...listener.options, allowAnonymous: false };
  await house.reload({ rmqtt: 'rules = [["allow", { user = "alice" }, "connect"], ["allow", "all"]]' });
  const [farewell] = nameless.take();
  assert(farewell?.cmd === "disconnect");
  assert.equal(farewell.reasonCode, Reason.NotAuthorized);
  assert(named.ended, "a rule vouches for nobody");
  assert.deepEqual(world.story("topic", "session_unsubscribed"), Array(2).fill("session_unsubscribed:t"));
  listener.options = { ...listener.options, allowAnonymous: true };
  const again = await subscriber(world, "n", "t");
  await house.reload({ passwords: `alice:${hash}` });
  assert(!again.ended, "as long as it is written, they stay");
});

Deno.test("a Will that may not be published any more is told as dropped", async () => {
  await using house = new House({ rmqtt: ALL });
  const { world } = house;
  const client = await world.connect("w", {
    protocolVersion: 5,
    will: { topic: "b/gone", payload: "x" as unknown as never, qos: 1, retain: false },
  });
  await house.reload({ rmqtt: ONLY_A });
  client.peer.end();
  await settled();
  assert.deepEqual(world.story("topic", "message_publish", "message_dropped"), ["message_dropped:b/gone"]);
});

Deno.test("whoever takes up another user's session gets none of what it may not have", async () => {
  const rmqtt = `rules = [
    ["allow", { user = "alice" }, "pubsub", ["#"]],
    ["allow", "all", "pubsub", ["public/#"]],
    ["allow", "all", "connect"],
  ]`;
  await using house = new House({ rmqtt });
  const { world } = house;
  const properties = { sessionExpiryInterval: 600 };
  const alice = await world.connect("dev", { protocolVersion: 5, username: "alice", properties });
  await alice.subscribe("secret", 1);
  await alice.subscribe("public/x", 1);
  alice.peer.end();
  await settled();
  const other = await world.connect("p", { protocolVersion: 5, username: "alice" });
  other.send(publish("secret", "x", 1, 1), publish("public/x", "x", 1, 2));
  await settled();
  const thief = await world.connect("dev", { protocolVersion: 5, clean: false, properties });
  assert.deepEqual(topicsOf(thief), ["public/x"]);
  other.send(publish("secret", "x", 1, 3));
  await settled();
  assert.deepEqual(topicsOf(thief), []);
});

Deno.test("a login that ends takes its connection with it", async () => {
  let expiresAt = 0;
  const world = new World({}, {}, {
    connect: ({ password: _, allowAnonymous: __, certificate: ___, ...peer }) => ({
      ...peer,
      mayPublish: () => true,
      maySubscribe: () => true,
      expiresAt,
    }),
  });
  await using _world = world;
  expiresAt = world.clock.now() + 5_000;
  const client = await world.connect("a", { protocolVersion: 5 });
  client.take();
  await world.pass(4_000);
  assert.deepEqual(client.names(), []);
  await world.pass(2_000);
  const [farewell] = client.take();
  assert(farewell?.cmd === "disconnect");
  assert.equal(farewell.reasonCode, Reason.MaximumConnectTime);
  assert.deepEqual(world.lines("client_disconnected").map((it) => it["reason"]), ["LoginExpired"]);
});

Deno.test("a reload says what it changed: files and users, and no secret", async () => {
  const line = (user: string, password: string): string => `${user}:${password}`;
  const hash = "$6$c2FsdHNhbHQ=$" + new Uint8Array(64).toBase64();
  const other = "$6$c2FsdHNhbHR=$".replace("R=", "Q=") + new Uint8Array(64).fill(1).toBase64();
  await using house = new House({ passwords: [line("a", hash), line("b", hash)].join("\n"), rmqtt: ALL });
  await house.reload({ passwords: [line("b", other), line("c", hash)].join("\n"), mosquitto: "topic x" });
  assert.deepEqual(house.log, [
    "access: read from here on: mosquitto",
    "access: no longer read: rmqtt",
    "access: changed: passwords",
    "access: new users: c",
    "access: users removed: a",
    "access: new passwords of: b",
  ]);
});

Deno.test("a reload that is abandoned changes nothing", async () => {
  await using house = new House({ rmqtt: ALL });
  await house.access.prepare(optionsOf({ rmqtt: ONLY_A })).abandon();
  const client = await house.world.connect("a", { protocolVersion: 5 });
  client.take();
  const [puback] = await client.sent(publish("b", "x", 1));
  assert(puback?.cmd === "puback" && puback.reasonCode === Reason.NoMatchingSubscribers);
});
