// What the lines say of clients: who was refused and why, how connections end, what was subscribed to.
import assert from "node:assert/strict";
import type { ListenerOptions } from "../../src/broker/options.ts";
import type { ProtocolVersion } from "../../src/mqtt/packets.ts";
import { settled, TestClient, World } from "./_world.ts";

const IDENTIFIER = "Connection Refused, identifier rejected";
const BAD_USER = "Connection Refused, bad user name or password";
const NOT_AUTHORIZED = "Connection Refused, not authorized";
const NAMED = { allowAnonymous: false };

/** A CONNECT, the code it is refused with, and what the lines say: the Client Identifier and the sentence. */
const REFUSALS: readonly (readonly [
  what: string,
  options: Partial<ListenerOptions>,
  version: ProtocolVersion,
  spelt: string,
  code: number,
  clientId: string,
  sentence: string,
])[] = [
  ["3.1 without a Client Identifier", {}, 3, "10* 'MQIsdp' 03 02 003c ''", 2, "", IDENTIFIER],
  ["3.1.1 without one and without Clean Session", {}, 4, "10* 'MQTT' 04 00 003c ''", 2, "", IDENTIFIER],
  ["who is refused was assigned none", NAMED, 4, "10* 'MQTT' 04 02 003c ''", 5, "", NOT_AUTHORIZED],
  [
    "max_clientid_len",
    { maxClientIdLength: 2 },
    5,
    "10* 'MQTT' 05 02 003c {} 'abc'",
    0x85,
    "abc",
    IDENTIFIER,
  ],
  ["3.1, a user name", NAMED, 3, "10* 'MQIsdp' 03 c2 003c 'a' 'u' 'p'", 4, "a", BAD_USER],
  ["3.1.1, a user name", NAMED, 4, "10* 'MQTT' 04 c2 003c 'a' 'u' 'p'", 4, "a", BAD_USER],
  ["5.0, a user name", NAMED, 5, "10* 'MQTT' 05 c2 003c {} 'a' 'u' 'p'", 0x86, "a", BAD_USER],
  ["3.1, no user name", NAMED, 3, "10* 'MQIsdp' 03 02 003c 'a'", 5, "a", NOT_AUTHORIZED],
  ["3.1.1, no user name", NAMED, 4, "10* 'MQTT' 04 02 003c 'a'", 5, "a", NOT_AUTHORIZED],
  ["5.0, no user name", NAMED, 5, "10* 'MQTT' 05 02 003c {} 'a'", 0x87, "a", NOT_AUTHORIZED],
  ["a Will in $SYS", {}, 5, "10* 'MQTT' 05 06 003c {} 'a' {} '$SYS/a' 'x'", 0x87, "a", NOT_AUTHORIZED],
];

Deno.test(
  "a refused client has a client_connect, a client_connack that says why, and no more " +
    "[3.1.1: 3.1.3-9, 7.0.0-2] [5.0: 3.1.3-8, 3.1.4-2, 4.12.0-4]",
  async () => {
    for (const [what, options, version, spelt, code, clientId, sentence] of REFUSALS) {
      await using world = new World(options);
      const client = new TestClient(world.accept(), version);
      await client.says(spelt);
      assert(client.ended, what);
      assert.equal(client.peer.writes[0]?.[3], code, what);
      const told = world.lines().map(({ action, clientid, conn_ack }) => [action, clientid, conn_ack]);
      assert.deepEqual(told, [
        ["client_connect", clientId, undefined],
        ["client_connack", clientId, sentence],
      ], what);
    }
  },
);

Deno.test("a client that needs a session more than mqtt.max_sessions is refused, one that has a session is not", async () => {
  await using world = new World({}, { maxSessions: 2 });
  const keeps = { protocolVersion: 5, clean: false, properties: { sessionExpiryInterval: 60 } } as const;
  await (await world.connect("keeps", keeps)).drop();
  await world.connect("here", { protocolVersion: 5 });
  const third = await world.connect("third", { protocolVersion: 5 });
  assert.equal(third.connack().reasonCode, 0x97);
  const back = await world.connect("keeps", keeps);
  assert.equal(back.connack().sessionPresent, true);
});

/** The DISCONNECT of a 5.0 client, and what of it stands in the line. */
const GOOD_BYES: readonly (readonly [disconnect: string, reason: string])[] = [
  ["e0 00", "Disconnect"],
  ["e0 01 00", "Disconnect"],
  ["e0 01 04", "Disconnect(0x04 DisconnectWithWillMessage)"],
  ["e0 02 98 00", "Disconnect(0x98 AdministrativeAction)"],
  ["e0 07 00 05 1f 0002 6f6b", "Disconnect(0x00 NormalDisconnection: ok)"],
  ["e0 0a 82 08 1f 0005 6f 0a c285 29", "Disconnect(0x82 ProtocolError: o\n\u0085))"],
];

Deno.test("5.0: a good-bye that says more than goodbye keeps what it said", async () => {
  await using world = new World();
  for (const [disconnect, reason] of GOOD_BYES) {
    const client = await world.connect("a", { protocolVersion: 5 });
    await client.says(disconnect);
    const [gone, ended] = world.lines("client_disconnected", "session_terminated").slice(-2);
    assert.deepEqual([gone?.["reason"], ended?.["reason"]], [reason, reason]);
  }
});

Deno.test("5.0: user properties stand in client_connected as they came, an array where a name repeats", async () => {
  await using world = new World();
  const client = new TestClient(world.accept(), 5);
  const pairs = "26 'a' '1' 26 'b' '' 26 'a' 'ä' 26 '__proto__' 'x'";
  await client.says(`10* 'MQTT' 05 02 0000 {${pairs}} 'me'`);
  await world.connect("other", { protocolVersion: 5 });
  const [connected, without] = world.lines("client_connected");
  assert.deepEqual(Object.entries(connected?.["user_properties"] ?? {}), [
    ["a", ["1", "ä"]],
    ["b", ""],
    ["__proto__", "x"],
  ]);
  assert.equal("user_properties" in (without ?? {}), false);
});

Deno.test("5.0: opts has every subscription option and the identifier, as asked and as granted", async () => {
  await using world = new World({ maxQos: 1 });
  const client = await world.connect("a", { protocolVersion: 5 });
  await client.says("82* 0001 {0b ffffff7f} 'a/#' 2e 'b' 10", "82* 0002 {} 'c' 01");
  const opts = (event: "client_subscribe" | "session_subscribed"): unknown[] =>
    world.lines(event).map((line) => line["opts"]);
  const a = { qos: 2, no_local: true, retain_as_published: true, retain_handling: 2, id: 268_435_455 };
  const b = { qos: 0, no_local: false, retain_as_published: false, retain_handling: 1, id: 268_435_455 };
  const c = { qos: 1, no_local: false, retain_as_published: false, retain_handling: 0 };
  assert.deepEqual(opts("client_subscribe"), [a, b, c]);
  assert.deepEqual(opts("session_subscribed"), [{ ...a, qos: 1 }, b, c]);
});

for (const version of [4, 5] as const) {
  Deno.test(`version ${version}: a shared subscription shows its group and its topic without the prefix`, async () => {
    await using world = new World();
    const client = await world.connect("a", { protocolVersion: version });
    await client.subscribe("$share/team/jobs/#", 1);
    await client.sent({ cmd: "unsubscribe", messageId: 2, unsubscriptions: ["$share/team/jobs/#"] });
    const events = world.lines().slice(4);
    assert.deepEqual(events.map(({ action, topic }) => `${action} ${topic}`), [
      "client_subscribe jobs/#",
      "session_subscribed jobs/#",
      "client_unsubscribe jobs/#",
      "session_unsubscribed jobs/#",
    ]);
    for (const { opts } of events.slice(0, 2)) {
      assert.equal((opts as Record<string, unknown>)["group"], "team");
    }
  });
}

Deno.test("each filter of a packet has its lines; refused and unknown ones only the client's", async () => {
  await using world = new World({ maxTopicLevels: 3 });
  const client = await world.connect("a", { protocolVersion: 5 });
  client.take();
  const subscriptions = ["a", "b/c/d/e", "d"].map((topic) => ({ topic, qos: 1 as const }));
  const [suback] = await client.sent({ cmd: "subscribe", messageId: 1, subscriptions });
  assert.deepEqual(suback?.cmd === "suback" && suback.granted, [1, 0x8f, 1]);
  const unsubscriptions = ["a", "never", "d", "a"];
  const [unsuback] = await client.sent({ cmd: "unsubscribe", messageId: 2, unsubscriptions });
  assert.deepEqual(unsuback?.cmd === "unsuback" && unsuback.granted, [0, 0x11, 0, 0x11]);
  assert.deepEqual(world.lines().slice(4).map(({ action, topic }) => `${action} ${topic}`), [
    "client_subscribe a",
    "session_subscribed a",
    "client_subscribe b/c/d/e",
    "client_subscribe d",
    "session_subscribed d",
    "client_unsubscribe a",
    "session_unsubscribed a",
    "client_unsubscribe never",
    "client_unsubscribe d",
    "session_unsubscribed d",
    "client_unsubscribe a",
  ]);
});

Deno.test("a packet over max_packet_size ends the connection, and the CONNACK says what the size is [5.0: 3.2.2.3.6 size]", async () => {
  await using world = new World({ maxPacketSize: 1024 });
  const client = await world.connect("a", { protocolVersion: 5 });
  assert.equal(client.connack().properties?.maximumPacketSize, 1024);
  client.peer.send(Uint8Array.of(0x30, 0x80, 0x10)); // 2 KiB are announced: that is enough to know
  await settled();
  assert.equal(client.heard(), "e0029500");
  assert(client.ended);
  const why = "ProtocolError(the packet is larger than max_packet_size)";
  assert.deepEqual(world.story("reason", "client_disconnected", "session_terminated"), [
    `client_disconnected:${why}`,
    `session_terminated:${why}`,
  ]);
});
