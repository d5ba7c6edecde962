// What a session was before a restart it is after it, whether the broker was stopped or killed.
import assert from "node:assert/strict";
import { publish, retained, type TestClient, type World } from "../broker/_world.ts";
import { Machine } from "./_machine.ts";

const HOUR = 3_600;

/** 5.0, and gone no sooner than an hour after its connection. */
const STAYS = { protocolVersion: 5, clean: false, properties: { sessionExpiryInterval: HOUR } } as const;

/** Runs `before`, ends the broker in this way, and runs `after` on what is left. */
function acrossRestart(
  title: string,
  before: (world: World) => Promise<unknown>,
  after: (world: World) => Promise<unknown>,
): void {
  for (const way of ["stop", "kill"] as const) {
    Deno.test(`${title} (${way})`, async () => {
      using machine = new Machine();
      {
        await using first = machine.start();
        await before(first);
        await machine[way](first);
      }
      await using second = machine.start();
      await after(second);
    });
  }
}

function connack(client: TestClient): boolean | undefined {
  return client.connack().sessionPresent;
}

acrossRestart(
  "a queue comes back in its order, with properties and subscription identifiers",
  async (world) => {
    const away = await world.connect("away", STAYS);
    await away.sent({
      cmd: "subscribe",
      messageId: 1,
      properties: { subscriptionIdentifier: 7 },
      subscriptions: [{ topic: "t/#", qos: 2 }],
    });
    await away.leave();
    const publisher = await world.connect("p", { protocolVersion: 5, username: "u" });
    const properties = { contentType: "text", userProperties: { a: "b" }, messageExpiryInterval: 100 };
    await publisher.sent(Object.assign(publish("t/1", "one", 1), { properties }));
    await publisher.sent(publish("t/2", "two", 2), publish("t/0", "zero"));
  },
  async (world) => {
    await world.pass(10_000);
    const back = await world.connect("away", STAYS);
    const [answer, one, two, zero] = back.take();
    assert(answer?.cmd === "connack" && answer.sessionPresent);
    assert(one?.cmd === "publish" && two?.cmd === "publish" && zero?.cmd === "publish");
    assert.deepEqual([one, two, zero].map(({ topic, qos, dup }) => [topic, qos, dup]), [
      ["t/1", 1, false],
      ["t/2", 2, false],
      ["t/0", 0, false],
    ]);
    assert.deepEqual({ ...one.properties, userProperties: { ...one.properties?.userProperties } }, {
      contentType: "text",
      userProperties: { a: "b" },
      messageExpiryInterval: 90,
      subscriptionIdentifier: 7,
    });
    const [line] = world.lines("message_delivered");
    assert.deepEqual(
      ["from_clientid", "from_username", "topic", "payload"].map((key) => line?.[key]),
      ["p", "u", "t/1", btoa("one")],
    );
    assert.deepEqual(world.lines("session_created"), []);
  },
);

acrossRestart("the session is routable, and No Local and $share are what they were", async (world) => {
  const here = await world.connect("here", STAYS);
  await here.sent({ cmd: "subscribe", messageId: 1, subscriptions: [{ topic: "own", qos: 1, nl: true }] });
  await here.subscribe("$share/g/s", 1);
}, async (world) => {
  const publisher = await world.connect("p");
  await publisher.sent(publish("own", "p", 1), publish("s", "shared", 1));
  const here = await world.connect("here", STAYS);
  await here.sent(publish("own", "mine", 1));
  assert.equal(world.lines("message_publish").length, 3);
  assert.deepEqual(
    world.lines("message_delivered").map(({ payload }) => atob(String(payload))),
    ["p", "shared"],
  );
});

acrossRestart(
  "what was sent and not acknowledged is sent again, with its identifier and DUP",
  async (world) => {
    const client = await world.connect("c", { clean: false });
    await client.subscribe("t", 2);
    const publisher = await world.connect("p");
    await publisher.sent(publish("t", "one", 1), publish("t", "two", 2, 2), publish("t", "three", 2, 3));
    assert.deepEqual(client.names(), ["publish 1", "publish 2", "publish 3"]);
    await client.sent({ cmd: "pubrec", messageId: 3 });
  },
  async (world) => {
    const client = await world.connect("c", { clean: false });
    assert.deepEqual(client.names(), ["connack", "publish 1", "publish 2", "pubrel 3"]);
    const answers = await client.sent({ cmd: "puback", messageId: 1 }, { cmd: "pubrec", messageId: 2 });
    assert.deepEqual(answers.map(({ cmd }) => cmd), ["pubrel"]);
    await client.sent({ cmd: "pubcomp", messageId: 2 }, { cmd: "pubcomp", messageId: 3 });
    await client.drop();
    assert.deepEqual((await world.connect("c", { clean: false })).names(), ["connack"]);
  },
);

acrossRestart("a QoS 2 message that came before is not routed again", async (world) => {
  const subscriber = await world.connect("s", { clean: false });
  await subscriber.subscribe("t", 2);
  await subscriber.leave();
  const publisher = await world.connect("p", { clean: false });
  connack(publisher);
  assert.deepEqual((await publisher.sent(publish("t", "once", 2, 9))).map(({ cmd }) => cmd), ["pubrec"]);
}, async (world) => {
  const publisher = await world.connect("p", { clean: false });
  assert.equal(connack(publisher), true);
  const again = Object.assign(publish("t", "once", 2, 9), { dup: true });
  assert.deepEqual((await publisher.sent(again)).map(({ cmd }) => cmd), ["pubrec"]);
  assert.deepEqual((await publisher.sent({ cmd: "pubrel", messageId: 9 })).map(({ cmd }) => cmd), [
    "pubcomp",
  ]);
  assert.deepEqual((await world.connect("s", { clean: false })).texts(), ["once"]);
});

acrossRestart("Retained Messages are what they were", async (world) => {
  const publisher = await world.connect("p");
  await publisher.sent(retained("a", "old", 1), retained("a", "new", 1, 2), retained("b", "b"));
  await publisher.sent(retained("c", "c", 1), retained("c", "", 1, 2));
}, async (world) => {
  const client = await world.connect("c");
  const packets = await client.subscribe("#", 1);
  const found = packets.flatMap((p) =>
    p.cmd === "publish" ? [`${p.topic} ${p.payload} ${p.qos} ${p.retain}`] : []
  );
  assert.deepEqual(found.sort(), ["a new 1 true", "b b 0 true"]);
});

acrossRestart("what was ended is ended: subscriptions, sessions, Wills", async (world) => {
  const a = await world.connect("a", { clean: false });
  await a.subscribe("t", 1);
  await a.sent({ cmd: "unsubscribe", messageId: 2, unsubscriptions: ["t"] });
  const b = await world.connect("b", { clean: false, will: { topic: "will", payload: "b" } });
  await b.subscribe("t", 1);
  await b.leave();
  await (await world.connect("b", { clean: true })).leave();
}, async (world) => {
  await world.connect("p").then((p) => p.sent(publish("t", "x", 1)));
  assert.deepEqual(world.lines("offline_message"), []);
  assert.equal(connack(await world.connect("b", { clean: false })), false);
  const a = await world.connect("a", { clean: false });
  assert.equal(connack(a), true);
  assert.deepEqual(world.story("topic", "message_publish"), ["message_publish:t"]);
});

acrossRestart("a session that nobody takes up expires by its own interval", async (world) => {
  const short = { ...STAYS, properties: { sessionExpiryInterval: 60 } };
  const away = await world.connect("away", short);
  await away.subscribe("t", 1);
  await away.leave();
  await world.pass(20_000);
  await (await world.connect("p")).sent(publish("t", "x", 1));
}, async (world) => {
  await world.pass(38_000);
  assert.deepEqual(world.lines("session_terminated"), []);
  await world.pass(3_000);
  assert.deepEqual(world.story("reason", "message_dropped", "session_terminated"), [
    "message_dropped:SessionExpiration",
    "session_terminated:SessionExpiration",
  ]);
});

acrossRestart("a Will waits for the rest of its delay", async (world) => {
  const will = { topic: "will", payload: "gone", properties: { willDelayInterval: 30 } };
  const client = await world.connect("w", { ...STAYS, will });
  await client.drop();
  await world.pass(10_000);
}, async (world) => {
  await world.pass(18_000);
  assert.deepEqual(world.lines("message_publish"), []);
  await world.pass(3_000);
  assert.deepEqual(world.story("topic", "message_publish"), ["message_publish:will"]);
  assert.equal(world.lines("message_publish")[0]?.["from_type"], "lastwill");
});

acrossRestart("a Will that is due is published though its client is back at once", async (world) => {
  const subscriber = await world.connect("s", STAYS);
  await subscriber.subscribe("will", 1);
  await subscriber.leave();
  await world.connect("w", { ...STAYS, will: { topic: "will", payload: "gone" } });
}, async (world) => {
  await world.connect("w", STAYS);
  assert.deepEqual((await world.connect("s", STAYS)).texts(), ["gone"]);
});
