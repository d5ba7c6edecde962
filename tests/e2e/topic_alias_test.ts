// Topic Aliases from the broker: a long topic crosses the line once, for those clients that want it so.
import assert from "node:assert/strict";
import { MqttClient } from "../helpers/mqtt_client.ts";
import { RawClient } from "../helpers/raw_client.ts";
import { brokerTest } from "./broker_test_case.ts";

const ALL = { cmd: "subscribe", messageId: 1, subscriptions: [{ topic: "#", qos: 0 }] } as const;

brokerTest("a client that allows two aliases gets them for its first two topics", {}, async (broker) => {
  const options = { clientId: "me", properties: { topicAliasMaximum: 2 } };
  const { client: me } = await RawClient.connect(broker.port, 5, options);
  await using _me = me;
  await me.send({ ...ALL, subscriptions: [...ALL.subscriptions] });
  await me.expect("suback");
  await using publisher = await MqttClient.connect(broker.url, 5, { clientId: "publisher" });
  for (const topic of ["a", "b", "c", "a", "b", "c"]) await publisher.publish(topic, "x", { qos: 1 });
  const got: [string, number | undefined][] = [];
  for (let i = 0; i < 6; i++) {
    const { topic, properties } = await me.expect("publish");
    got.push([topic, properties?.topicAlias]);
  }
  assert.deepEqual(got, [["a", 1], ["b", 2], ["c", undefined], ["", 1], ["", 2], ["c", undefined]]);
});

brokerTest("a client that says nothing of aliases gets none", {}, async (broker) => {
  const { client: me } = await RawClient.connect(broker.port, 5, { clientId: "me" });
  await using _me = me;
  await me.send({ ...ALL, subscriptions: [...ALL.subscriptions] });
  await me.expect("suback");
  await using publisher = await MqttClient.connect(broker.url, 5, { clientId: "publisher" });
  for (let i = 0; i < 2; i++) {
    await publisher.publish("a", "x", { qos: 1 });
    const { topic, properties } = await me.expect("publish");
    assert.deepEqual([topic, properties?.topicAlias], ["a", undefined]);
  }
});

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
