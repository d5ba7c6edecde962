// The main job: every event of a real MQTT client (MQTT.js), of each version, lands in hook.log, in order.
import assert from "node:assert/strict";
import { MqttClient, type Version } from "../helpers/mqtt_client.ts";
import { brokerTest, type TestBroker } from "./broker_test_case.ts";
import { EVENT_TABLE } from "../hooks/_event_table.ts";

const NAMES = { 3: "3.1", 4: "3.1.1", 5: "5.0" } as const;

for (const version of [3, 4, 5] as const) {
  brokerTest(
    `MQTT.js ${NAMES[version]}: the whole life of clients makes all fifteen events, each in its place`,
    { listener: "max_mqueue_len = 1" },
    async (broker) => {
      await wholeLife(broker, version);
      await awayAndBack(broker, version);
      const seen = new Set((await broker.events()).map((event) => event["action"]));
      assert.deepEqual([...seen].sort(), Object.keys(EVENT_TABLE).sort());
    },
  );
}

/** Connect, subscribe, publish to itself with each QoS, unsubscribe, disconnect. */
async function wholeLife(broker: TestBroker, version: Version): Promise<void> {
  const options = { clientId: "me", username: "ann", password: "secret", keepalive: 30 };
  await using me = await MqttClient.connect(broker.url, version, options);
  await me.subscribe("a/+", { qos: 2 });
  for (const qos of [0, 1, 2] as const) {
    await me.publish("a/b", `hi ${qos}`, { qos });
    assert.equal(await me.text(), `hi ${qos}`);
    if (qos > 0) await broker.event({ action: "message_acked", clientid: "me", qos });
  }
  await me.unsubscribe("a/+");
  await me.end();
  await broker.event({ action: "session_terminated", clientid: "me" });

  assert.deepEqual(await broker.story("me"), [
    "client_connect",
    "session_created",
    "client_connack",
    "client_connected",
    "client_subscribe",
    "session_subscribed",
    "message_publish",
    "message_delivered",
    "message_publish",
    "message_delivered",
    "message_acked",
    "message_publish",
    "message_delivered",
    "message_acked",
    "client_unsubscribe",
    "session_unsubscribed",
    "client_disconnected",
    "session_terminated",
  ]);
  await valuesOfTheLife(broker, version);
}

async function valuesOfTheLife(broker: TestBroker, version: Version): Promise<void> {
  const connected = await broker.event({ action: "client_connected" });
  const { node, ipaddress, clientid, username, keepalive, proto_ver, session_present } = connected;
  assert.deepEqual(
    { node, clientid, username, keepalive, proto_ver, session_present },
    { node: 1, clientid: "me", username: "ann", keepalive: 30, proto_ver: version, session_present: false },
  );
  assert.equal(connected[version === 5 ? "clean_start" : "clean_session"], true);
  assert.match(String(ipaddress), /^127\.0\.0\.1:/);
  assert.equal((await broker.event({ action: "client_connack" }))["conn_ack"], "Connection Accepted");
  for (const event of await broker.events({ clientid: "me" })) {
    assert.deepEqual([event["ipaddress"], event["username"]], [ipaddress, "ann"], String(event["action"]));
  }

  const subscribed = await broker.event({ action: "session_subscribed" });
  assert.equal(subscribed["topic"], "a/+");
  const more = { no_local: false, retain_as_published: false, retain_handling: 0 };
  assert.deepEqual(subscribed["opts"], version === 5 ? { qos: 2, ...more } : { qos: 2 });
  assert.equal((await broker.event({ action: "session_unsubscribed" }))["topic"], "a/+");

  for (const qos of [0, 1, 2]) {
    const publish = await broker.event({ action: "message_publish", qos });
    const delivered = await broker.event({ action: "message_delivered", qos });
    assert.equal(delivered["pts"], publish["ts"]);
    for (const event of [publish, delivered]) {
      const { topic, payload, dup, retain, from_clientid, from_ipaddress, from_username, from_type } = event;
      assert.deepEqual(
        { topic, payload, dup, retain, from_clientid, from_ipaddress, from_username, from_type },
        {
          topic: "a/b",
          payload: btoa(`hi ${qos}`),
          dup: false,
          retain: false,
          from_clientid: "me",
          from_ipaddress: ipaddress,
          from_username: "ann",
          from_type: "custom",
        },
      );
    }
    const acked = await broker.events({ action: "message_acked", qos });
    assert.deepEqual(acked.map((event) => event["packet_id"]), qos === 0 ? [] : [delivered["packet_id"]]);
  }
  for (const action of ["client_disconnected", "session_terminated"]) {
    assert.equal((await broker.event({ action }))["reason"], "Disconnect");
  }
}

/** A session whose queue holds one message gets two while its client is away. */
async function awayAndBack(broker: TestBroker, version: Version): Promise<void> {
  const options = {
    clientId: "away",
    clean: false,
    ...(version === 5 && { properties: { sessionExpiryInterval: 3600 } }),
  };
  await using before = await MqttClient.connect(broker.url, version, options);
  await before.subscribe("news", { qos: 1 });
  await before.end();
  await broker.event({ action: "client_disconnected", clientid: "away" });
  await using publisher = await MqttClient.connect(broker.url, version, { clientId: "publisher" });
  await publisher.publish("news", "old", { qos: 1 });
  await publisher.publish("news", "new", { qos: 1 });
  await using back = await MqttClient.connect(broker.url, version, options);
  assert.equal(await back.text(), "new");
  await broker.event({ action: "message_acked", clientid: "away" });

  const events = await broker.events({ clientid: "away" });
  const told = events.slice(7).map((
    event,
  ) => [event["action"], event["payload"] ?? event["session_present"]]);
  assert.deepEqual(told, [
    ["offline_message", btoa("old")],
    ["message_dropped", btoa("old")],
    ["offline_message", btoa("new")],
    ["client_connect", undefined],
    ["client_connack", undefined],
    ["client_connected", true],
    ["message_delivered", btoa("new")],
    ["message_acked", btoa("new")],
  ]);
}

brokerTest("MQTT.js reads what was sent with aliases", {}, async (broker) => {
  await using me = await MqttClient.connect(broker.url, 5, {
    clientId: "me",
    properties: { topicAliasMaximum: 10 },
  });
  await me.subscribe("#", { qos: 1 });
  await using publisher = await MqttClient.connect(broker.url, 4, { clientId: "publisher" });
  for (const topic of ["a/long/topic", "another/long/topic", "a/long/topic"]) {
    await publisher.publish(topic, "x", { qos: 1 });
    assert.equal((await me.messages.take()).topic, topic);
  }
});
