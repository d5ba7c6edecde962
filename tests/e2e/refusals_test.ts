// Refused clients: the sentence in the line, the code in the CONNACK, and no trace of a client that never was.
import assert from "node:assert/strict";
import { hasMosquitto, mosquitto } from "../helpers/mosquitto.ts";
import { MqttClient, type Version } from "../helpers/mqtt_client.ts";
import { RawClient } from "../helpers/raw_client.ts";
import { brokerTest, type TestBroker } from "./broker_test_case.ts";

/** Every line of the client must be the two of a refusal. */
async function assertRefused(broker: TestBroker, clientId: string, sentence: string): Promise<void> {
  const { ipaddress } = await broker.event({
    action: "client_connack",
    clientid: clientId,
    conn_ack: sentence,
  });
  await broker.stop();
  const events = await broker.events({ ipaddress: String(ipaddress) });
  assert.deepEqual(events.map((event) => event["action"]), ["client_connect", "client_connack"]);
}

/** A CONNECT of 3.1.1's layout with Client Identifier `x` and a protocol level of its own. */
const ofLevel = (level: string): string => `10 0d 0004 4d515454 ${level} 02 000a 0001 78`;

brokerTest(
  "an unacceptable protocol version is refused with return code 1 and the sentence",
  {},
  async (broker) => {
    await using client = await RawClient.open(broker.port);
    await client.send(ofLevel("03"));
    assert.equal((await client.expect("connack")).returnCode, 1);
    await client.expectClose();
    const connect = await broker.event({ action: "client_connect", clientid: "x" });
    assert.deepEqual([connect["proto_ver"], connect["keepalive"], connect["clean_session"]], [3, 10, true]);
    await assertRefused(broker, "x", "Connection Refused, unacceptable protocol version");
  },
);

brokerTest("a protocol version after 5.0 is refused with reason code 0x84", {}, async (broker) => {
  await using client = await RawClient.open(broker.port, 5);
  await client.send("10 0e 0004 4d515454 06 02 000a 00 0001 78");
  assert.equal((await client.expect("connack")).reasonCode, 0x84);
  await client.expectClose();
  await broker.stop();
  assert.deepEqual(await broker.events(), [], "what only that version can read makes no line");
});

for (
  const [what, connect] of [
    ["3.1 without a Client Identifier", "10 0e 0006 4d5149736470 03 02 003c 0000"],
    ["3.1.1 without a Client Identifier and without Clean Session", "10 0c 0004 4d515454 04 00 003c 0000"],
  ] as const
) {
  brokerTest(`${what} is refused, and has none in its lines`, {}, async (broker) => {
    await using client = await RawClient.open(broker.port);
    await client.send(connect);
    assert.equal((await client.expect("connack")).returnCode, 2);
    await client.expectClose();
    await assertRefused(broker, "", "Connection Refused, identifier rejected");
  });
}

brokerTest(
  "a client that asks for a Client Identifier and is refused was assigned none",
  { listener: "allow_anonymous = false" },
  async (broker) => {
    await assert.rejects(MqttClient.connect(broker.url, 4, { clientId: "", clean: true }), { code: 5 });
    await assertRefused(broker, "", "Connection Refused, not authorized");
  },
);

brokerTest(
  "a Client Identifier over max_clientid_len is refused",
  { listener: "max_clientid_len = 23" },
  async (broker) => {
    const clientId = "x".repeat(24);
    await assert.rejects(MqttClient.connect(broker.url, 5, { clientId }), { code: 0x85 });
    await assertRefused(broker, clientId, "Connection Refused, identifier rejected");
  },
);

brokerTest(
  "one client more than max_connections is refused, one that takes its own place is not",
  { listener: "max_connections = 1" },
  async (broker) => {
    const first = await MqttClient.connect(broker.url, 4, { clientId: "first" });
    await assert.rejects(MqttClient.connect(broker.url, 4, { clientId: "second" }), { code: 3 });
    await assert.rejects(MqttClient.connect(broker.url, 5, { clientId: "third" }), { code: 0x88 });
    await using again = await MqttClient.connect(broker.url, 4, { clientId: "first" });
    await first.closed;
    await first[Symbol.asyncDispose]();
    await again.end();
    await broker.wait({ action: "client_disconnected", clientid: "first" }, 2);
    await using fourth = await MqttClient.connect(broker.url, 4, { clientId: "fourth" });
    await fourth.end();
    await assertRefused(broker, "second", "Connection Refused, Server unavailable");
    await assertRefused(broker, "third", "Connection Refused, Server unavailable");
  },
);

const REFUSED: readonly (readonly [Version, number, number])[] = [[3, 4, 5], [4, 4, 5], [5, 0x86, 0x87]];

brokerTest(
  "where anonymous clients may not connect, a user name is bad and none is not authorized, in each version",
  { listener: "allow_anonymous = false" },
  async (broker) => {
    for (const [version, bad, unauthorized] of REFUSED) {
      const named = { clientId: `named${version}`, username: "ann", password: "x" };
      await assert.rejects(MqttClient.connect(broker.url, version, named), { code: bad });
      const nameless = { clientId: `nameless${version}` };
      await assert.rejects(MqttClient.connect(broker.url, version, nameless), { code: unauthorized });
    }
    for (const [version] of REFUSED) {
      await assertRefused(broker, `named${version}`, "Connection Refused, bad user name or password");
      await assertRefused(broker, `nameless${version}`, "Connection Refused, not authorized");
    }
  },
);

brokerTest(
  "mosquitto_pub is told that it is not authorized",
  { listener: "allow_anonymous = false", ignore: !(await hasMosquitto()) },
  async (broker) => {
    const args = ["-i", "pub", "-t", "a", "-m", "x"];
    const out = await mosquitto("mosquitto_pub", broker.port, args, 5);
    assert.match(out, /not authorised/);
    await assertRefused(broker, "pub", "Connection Refused, not authorized");
  },
);

brokerTest("a Will into $SYS/ is refused as not authorized", {}, async (broker) => {
  const options = { clientId: "x", will: { topic: "$SYS/x", payload: "x", qos: 0, retain: false } as const };
  await assert.rejects(MqttClient.connect(broker.url, 5, options), { code: 0x87 });
  await assertRefused(broker, "x", "Connection Refused, not authorized");
});

brokerTest("what is no CONNECT ends the connection and makes no line", {}, async (broker) => {
  const wrong = [
    "c0 00", // PINGREQ first
    "10 0d 0004 4d515455 04 02 000a 0001 78", // Protocol Name MQTU
    "10 0d 0004 4d515454 04 03 000a 0001 78", // reserved Connect Flag
    "47 45 54 20 2f 20 48 54 54 50 0d 0a", // GET / HTTP
  ];
  for (const bytes of wrong) {
    await using client = await RawClient.open(broker.port);
    await client.send(bytes);
    await client.expectClose();
  }
  await broker.stop();
  assert.deepEqual(await broker.events(), []);
});
