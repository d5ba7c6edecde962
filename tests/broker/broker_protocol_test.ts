// What the broker answers to packets out of place, and how it ends a connection that broke the rules.
import assert from "node:assert/strict";
import type { Access } from "../../src/access/access.ts";
import { bytesOf } from "../mqtt/_notation.ts";
import { publish, settled, type TestClient, World } from "./_world.ts";

/** What the broker sent in all, as hexadecimal, and whether it ended the connection. */
async function answerTo(world: World, spelt: string): Promise<{ sent: string; ended: boolean }> {
  const peer = world.accept();
  peer.send(bytesOf(spelt));
  await settled();
  return { sent: peer.writes.map((bytes) => bytes.toHex()).join(""), ended: peer.writeClosed };
}

Deno.test("a first packet that is no CONNECT ends the connection without a word [3.1.1: 3.1.0-1] [5.0: 3.1.0-1]", async () => {
  await using world = new World();
  for (const spelt of ["c0*", "30* 'a' \"x\"", "e0*", "20* 0000", "f0*", "00*", "474554202f20485454500d0a"]) {
    assert.deepEqual(await answerTo(world, spelt), { sent: "", ended: true }, spelt);
  }
  assert.deepEqual(world.lines(), []);
});

Deno.test("a malformed CONNECT is answered in 5.0 only [3.1.1: 3.1.4-1, 3.2.2-6]", async () => {
  await using world = new World();
  assert.deepEqual(await answerTo(world, "10* 'MQTT' 04 03 003c 'abc'"), { sent: "", ended: true });
  assert.deepEqual(await answerTo(world, "10* 'MQTT' 05 03 003c {} 'abc'"), {
    sent: "2003008100",
    ended: true,
  });
  assert.deepEqual(world.lines(), []);
});

Deno.test("an unknown version is refused with the reason, and told to the hooks where it can be read", async () => {
  await using world = new World();
  assert.deepEqual(await answerTo(world, "10* 'MQTT' 03 02 003c 'abc'"), { sent: "20020001", ended: true });
  assert.deepEqual(await answerTo(world, "10* 'MQTT' 06 02 003c 'abc'"), { sent: "2003008400", ended: true });
  assert.deepEqual(await answerTo(world, "10* 'MQTT' 07 ff"), { sent: "2003008400", ended: true });
  assert.deepEqual(world.story("proto_ver"), [
    "client_connect:3",
    "client_connack:3",
    "client_connect:6",
    "client_connack:6",
  ]);
  const refusal = "Connection Refused, unacceptable protocol version";
  assert.equal(world.lines("client_connack")[0]?.["conn_ack"], refusal);
  assert.equal(world.broker.counters.refused.get(refusal), 3);
});

Deno.test("nothing behind a refused CONNECT is processed [3.1.1: 3.1.4-5]", async () => {
  await using world = new World({ allowAnonymous: false });
  const answer = await answerTo(world, "10 0f 'MQTT' 04 02 003c 'abc' 30 04 'a' \"x\" c0 00");
  assert.deepEqual(answer, { sent: "20020005", ended: true });
  assert.deepEqual(world.lines("message_publish"), []);
});

/** @param answer the DISCONNECT; @param why within the line's reason */
async function refused(spelt: string, answer: string, why = ""): Promise<void> {
  await using world = new World({ maxPacketSize: 100, maxTopicAliases: 2 });
  const client = await world.connect("a", { protocolVersion: 5 });
  client.take();
  client.peer.send(bytesOf(spelt));
  await settled();
  assert.deepEqual(
    client.peer.writes.slice(1).map((bytes) => bytes.toHex()),
    [answer],
  );
  assert(client.peer.writeClosed, spelt);
  const [{ reason } = {}] = world.lines("client_disconnected");
  assert.match(String(reason), /^ProtocolError\(.+\)$/);
  assert(String(reason).includes(why), String(reason));
}

const OUT_OF_PLACE: readonly (readonly [what: string, bytes: string, reasonCode: string, why?: string])[] = [
  ["a second CONNECT [5.0: 3.1.0-2]", "10* 'MQTT' 05 02 003c {} 'a'", "82", "(a second CONNECT)"],
  ["AUTH from a client that named no method [5.0: 4.12.0-7]", "f0* 18 {}", "82"],
  ["a CONNACK", "20* 00 00 {}", "82", "(a packet that a client must not send here)"],
  ["a SUBACK", "90* 0001 {} 00", "82"],
  ["packet type 0", "00*", "82", "(a packet that a client must not send here)"],
  [
    "a packet larger than max_packet_size, as soon as its length is known",
    "30 64 0001",
    "95",
    "max_packet_size",
  ],
  ["a remaining length in a longer form [5.0: 1.5.5-1]", "c0 8000", "81"],
  ["a remaining length of five bytes", "30 80808080", "81"],
  ["QoS 3", "36* 'a' 0001 {}", "81", "(QoS is 3)"],
  ["a wildcard in a Topic Name", "30* '#' {}", "81", "wildcard)"],
  ["a topic alias above the maximum", "30* 'a' {23 0003} \"x\"", "94", "Topic Alias is above"],
  ["a topic alias that was never set", "30* '' {23 0001} \"x\"", "82", "(a Topic Alias that was never set)"],
  ["a SUBSCRIBE with flags 0", "80* 0001 {} 'a' 00", "81", "the reserved flags"],
  ["a SUBSCRIBE without a filter", "82* 0001 {}", "82", "(a SUBSCRIBE without a Topic Filter)"],
  ["No Local on a shared subscription [5.0: 3.8.3-4]", "82* 0001 {} '$share/g/a' 04", "82", "No Local"],
];

for (const [what, spelt, reasonCode, why] of OUT_OF_PLACE) {
  Deno.test(`5.0: ${what} is answered with 0x${reasonCode} and the end, and the line says why`, () => {
    return refused(spelt, `e002${reasonCode}00`, why);
  });
}

Deno.test("a stream gives the same answers whole and byte by byte [3.1.1: 7.1.1-1] [5.0: 4.2-1]", async () => {
  const stream = bytesOf(
    "82 06 0001 'a' 01 32 06 'a' 0007 \"x\" 34 06 'a' 0008 \"y\" 62 02 0008 c0 00 a2 05 0009 'a'",
  );
  const answers: string[] = [];
  for (const step of [stream.length, 1, 2, 3, 7]) {
    await using world = new World();
    const client = await world.connect("a");
    client.take();
    for (let at = 0; at < stream.length; at += step) {
      client.peer.send(stream.subarray(at, at + step));
      await settled();
    }
    answers.push(client.peer.writes.slice(1).map((bytes) => bytes.toHex()).join(""));
  }
  assert.equal(new Set(answers).size, 1);
  assert(answers[0]?.endsWith("d000" + "b0020009"), String(answers[0]));
});

Deno.test("packets of any size are read, up to max_packet_size", async () => {
  await using world = new World({ maxPacketSize: 300_000 });
  const client = await world.connect("a");
  await client.subscribe("t");
  for (const size of [1, 2000, 2048, 5000, 70_000, 299_990, 10]) {
    const [got] = await client.sent(publish("t", "x".repeat(size)));
    assert(got?.cmd === "publish" && got.payload.length === size, `${size}`);
  }
});

Deno.test("QoS 2 from a client is published once, however often it is sent [3.1.1: 4.3.3-2] [5.0: 4.3.3-10, 4.3.3-12]", async () => {
  await using world = new World();
  const client = await world.connect("a", { protocolVersion: 5 });
  client.take();
  const message = publish("t", "x", 2, 5);
  client.send(message, message);
  await settled();
  assert.deepEqual(client.names(), ["pubrec 5", "pubrec 5"]);
  assert.equal(world.lines("message_publish").length, 1);
  assert.deepEqual(await released(client, 5), 0);
  assert.deepEqual(await released(client, 5), 0x92, "it is not known any more");
  client.send(message);
  await settled();
  assert.equal(
    world.lines("message_publish").length,
    2,
    "after PUBCOMP it is a new message",
  );
});

/** The Reason Code of the PUBCOMP. */
async function released(client: TestClient, messageId: number): Promise<number> {
  const answers = await client.sent({ cmd: "pubrel", messageId, reasonCode: 0 });
  const answer = answers.at(-1);
  assert(answer?.cmd === "pubcomp");
  return answer.reasonCode ?? 0;
}

Deno.test("a topic alias stands for its topic until it is set anew [5.0: 3.3.2-12]", async () => {
  await using world = new World();
  const client = await world.connect("a", { protocolVersion: 5 });
  const send = (topic: string, topicAlias: number): void =>
    client.send({
      cmd: "publish",
      topic,
      payload: "x",
      qos: 0,
      dup: false,
      retain: false,
      properties: { topicAlias },
    });
  send("one", 1);
  send("", 1);
  send("two", 1);
  send("", 1);
  await settled();
  assert.deepEqual(world.lines("message_publish").map((line) => line["topic"]), ["one", "one", "two", "two"]);
});

Deno.test("a defect of ours ends one connection, is logged, and nobody else notices [3.1.1: 4.8.0-2]", async () => {
  const broken: Access = {
    connect: ({ password: _, certificate: __, allowAnonymous: ___, ...peer }) => ({
      ...peer,
      maySubscribe: () => true,
      mayPublish: () => {
        if (peer.clientId === "a") throw new Error("a defect");
        return true;
      },
    }),
  };
  const world = new World({}, {}, broken);
  const other = await world.connect("other");
  const client = await world.connect("a", { protocolVersion: 5 });
  client.take();
  other.take();
  const [goodbye] = await client.sent(publish("t", "x"));
  assert(goodbye?.cmd === "disconnect" && goodbye.reasonCode === 0x80);
  assert.deepEqual((await other.sent({ cmd: "pingreq" })).map((p) => p.cmd), ["pingresp"]);
  assert.equal(world.log.length, 1);
  assert.match(world.log[0] ?? "", /a packet could not be handled.*a defect/s);
  world.log.length = 0;
  await world[Symbol.asyncDispose]();
});
