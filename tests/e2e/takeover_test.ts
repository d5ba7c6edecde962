// Taking over: a second connection with the same Client Identifier ends the first one, and gets or ends its session.
import assert from "node:assert/strict";
import { MqttClient } from "../helpers/mqtt_client.ts";
import { RawClient } from "../helpers/raw_client.ts";
import { brokerTest, type TestBroker } from "./broker_test_case.ts";

/** All lines of `me`: the event, and the reason or whether a session was present. */
async function told(broker: TestBroker): Promise<string[]> {
  const events = await broker.events({ clientid: "me" });
  return events.map(({ action, reason, session_present }) =>
    [action, reason, session_present].filter((x) => x !== undefined).join(" ")
  );
}

const STAYS = { properties: { sessionExpiryInterval: 3600 } };

brokerTest(
  "5.0: the old connection hears 0x8E and is told as Kicked before the new one's CONNACK",
  {},
  async (broker) => {
    await using old = await MqttClient.connect(broker.url, 5, { clientId: "me", ...STAYS });
    await old.subscribe("a", { qos: 1 });
    await using now = await MqttClient.connect(broker.url, 5, { clientId: "me", clean: false, ...STAYS });
    await old.closed;
    assert.equal(old.disconnect?.reasonCode, 0x8e);
    assert.equal(now.connack.sessionPresent, true);
    await now.publish("a", "still subscribed", { qos: 1 });
    assert.equal(await now.text(), "still subscribed");
    await broker.event({ action: "message_acked" });

    assert.deepEqual(await told(broker), [
      "client_connect",
      "session_created",
      "client_connack",
      "client_connected false",
      "client_subscribe",
      "session_subscribed",
      "client_connect",
      "client_disconnected Kicked",
      "client_connack",
      "client_connected true",
      "message_delivered",
      "message_acked",
    ]);
    const [first, second] = await broker.events({ action: "client_connect" });
    const [gone] = await broker.events({ action: "client_disconnected" });
    assert.equal(gone?.["ipaddress"], first?.["ipaddress"], "the old connection's address");
    assert.notEqual(gone?.["ipaddress"], second?.["ipaddress"]);
  },
);

for (const version of [3, 4] as const) {
  brokerTest(
    `3.1${
      version === 4 ? ".1" : ""
    }: the old connection is closed, and a clean session ends before the new one begins`,
    {},
    async (broker) => {
      const { client: old } = await RawClient.connect(broker.port, version, { clientId: "me" });
      await using _ = old;
      await using now = await MqttClient.connect(broker.url, version, { clientId: "me" });
      await old.expectClose();
      assert.equal(now.connack.sessionPresent, false);
      assert.deepEqual(await told(broker), [
        "client_connect",
        "session_created",
        "client_connack",
        "client_connected false",
        "client_connect",
        "client_disconnected Kicked",
        "session_terminated Kicked",
        "session_created",
        "client_connack",
        "client_connected false",
      ]);
    },
  );
}

brokerTest(
  "a clean start over a connected session ends it, with what it was subscribed to",
  {},
  async (broker) => {
    await using old = await MqttClient.connect(broker.url, 5, { clientId: "me", ...STAYS });
    await old.subscribe("a");
    await using now = await MqttClient.connect(broker.url, 5, { clientId: "me", clean: true, ...STAYS });
    await old.closed;
    assert.equal(now.connack.sessionPresent, false);
    await now.publish("a", "for nobody", { qos: 1 });
    assert.deepEqual((await told(broker)).slice(6), [
      "client_connect",
      "client_disconnected Kicked",
      "session_terminated Kicked",
      "session_created",
      "client_connack",
      "client_connected false",
    ]);
    assert.deepEqual(await broker.events({ action: "message_delivered" }), []);
  },
);

brokerTest("a clean start over an absent session ends it and drops what waited in it", {}, async (broker) => {
  await using old = await MqttClient.connect(broker.url, 4, { clientId: "me", clean: false });
  await old.subscribe("a", { qos: 1 });
  await old.end();
  await broker.event({ action: "client_disconnected", clientid: "me" });
  await using other = await MqttClient.connect(broker.url, 4, { clientId: "other" });
  await other.publish("a", "waiting", { qos: 1 });
  await using now = await MqttClient.connect(broker.url, 4, { clientId: "me", clean: true });
  assert.equal(now.connack.sessionPresent, false);
  assert.deepEqual((await told(broker)).slice(6), [
    "client_disconnected Disconnect",
    "offline_message",
    "client_connect",
    "message_dropped Kicked",
    "session_terminated Kicked",
    "session_created",
    "client_connack",
    "client_connected false",
  ]);
});

brokerTest("the Will of a client that is taken over is published", {}, async (broker) => {
  await using watcher = await MqttClient.connect(broker.url, 4, { clientId: "watcher" });
  await watcher.subscribe("will");
  const will = { topic: "will", payload: "gone", qos: 0, retain: false } as const;
  await using old = await MqttClient.connect(broker.url, 4, { clientId: "me", will });
  await using _now = await MqttClient.connect(broker.url, 4, { clientId: "me" });
  await old.closed;
  assert.equal(await watcher.text(), "gone");
});
