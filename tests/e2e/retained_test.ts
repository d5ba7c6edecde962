// Retained Messages: kept, given to new subscribers, replaced and cleared.
import assert from "node:assert/strict";
import type { IClientSubscribeOptions } from "mqtt";
import { MqttClient } from "../helpers/mqtt_client.ts";
import { brokerTest, type TestBroker } from "./broker_test_case.ts";

const RETAIN = { qos: 1, retain: true } as const;

async function withRetained(
  broker: TestBroker,
  topics: Readonly<Record<string, string>>,
): Promise<MqttClient> {
  const publisher = await MqttClient.connect(broker.url, 5, { clientId: "publisher" });
  for (const [topic, text] of Object.entries(topics)) await publisher.publish(topic, text, RETAIN);
  return publisher;
}

for (const version of [3, 4, 5] as const) {
  brokerTest(
    `version ${version}: a new subscriber gets the retained message with retain true, its line says so`,
    {},
    async (broker) => {
      await using publisher = await withRetained(broker, { "r/a": "first" });
      await publisher.publish("r/a", "second", RETAIN);
      await using me = await MqttClient.connect(broker.url, version, { clientId: "me" });
      await me.subscribe("r/+", { qos: 1 });
      const message = await me.messages.take();
      assert.deepEqual([message.payload.toString(), message.retain, message.qos], ["second", true, 1]);
      await publisher.publish("r/a", "live", RETAIN);
      const live = await me.messages.take();
      assert.deepEqual(
        [live.payload.toString(), live.retain],
        ["live", false],
        "established subscriptions see retain false",
      );
      const delivered = await broker.wait({ action: "message_delivered", clientid: "me" }, 2);
      assert.deepEqual(delivered.map((event) => event["retain"]), [true, false]);
      assert.equal(delivered[0]?.["from_clientid"], "publisher");
      const published = await broker.events({ action: "message_publish" });
      assert.deepEqual(published.map((event) => event["retain"]), [true, true, true]);
    },
  );
}

brokerTest(
  "an empty retained message clears the topic and is itself delivered, but not kept",
  {},
  async (broker) => {
    await using publisher = await withRetained(broker, { "r/a": "kept", "r/b": "stays" });
    await using here = await MqttClient.connect(broker.url, 4, { clientId: "here" });
    await here.subscribe("r/a", { qos: 1 });
    assert.equal(await here.text(), "kept");
    await publisher.publish("r/a", "", RETAIN);
    assert.equal(await here.text(), "");
    await using late = await MqttClient.connect(broker.url, 4, { clientId: "late" });
    await late.subscribe("r/#", { qos: 1 });
    assert.equal(await late.text(), "stays");
    assert.equal(late.messages.length, 0);
  },
);

brokerTest("5.0: with retain as published the flag passes through", {}, async (broker) => {
  await using me = await MqttClient.connect(broker.url, 5, { clientId: "me" });
  await me.subscribe("a", { qos: 1, rap: true });
  await me.publish("a", "kept", RETAIN);
  await me.publish("a", "not kept", { qos: 1 });
  assert.deepEqual([(await me.messages.take()).retain, (await me.messages.take()).retain], [true, false]);
  const delivered = await broker.wait({ action: "message_delivered" }, 2);
  assert.deepEqual(delivered.map((event) => event["retain"]), [true, false]);
});

brokerTest(
  "5.0: retain handling 0 sends at each subscribe, 1 only at the first, 2 never",
  {},
  async (broker) => {
    await using publisher = await withRetained(broker, { a: "kept" });
    await using me = await MqttClient.connect(broker.url, 5, { clientId: "me" });
    /** What came for one more subscribe: a live message behind it shows where it ends. */
    const subscribe = async (options: IClientSubscribeOptions): Promise<string[]> => {
      await me.subscribe("a", options);
      await publisher.publish("a", "live", { qos: 1 });
      const texts: string[] = [];
      for (let text = await me.text(); text !== "live"; text = await me.text()) texts.push(text);
      return texts;
    };
    assert.deepEqual(await subscribe({ qos: 1, rh: 2 }), []);
    await me.unsubscribe("a");
    assert.deepEqual(await subscribe({ qos: 1, rh: 1 }), ["kept"]);
    assert.deepEqual(await subscribe({ qos: 1, rh: 1 }), []);
    assert.deepEqual(await subscribe({ qos: 1, rh: 0 }), ["kept"]);
    assert.deepEqual(await subscribe({ qos: 1, rh: 0 }), ["kept"]);
  },
);

brokerTest("a shared subscription gets no retained messages", {}, async (broker) => {
  await using publisher = await withRetained(broker, { a: "kept" });
  await using me = await MqttClient.connect(broker.url, 5, { clientId: "me" });
  await me.subscribe("$share/g/a", { qos: 1 });
  await publisher.publish("a", "live", { qos: 1 });
  assert.equal(await me.text(), "live");
});

brokerTest("where retain is not available, the CONNACK says so and a retained PUBLISH ends the connection", {
  listener: "retain_available = false",
}, async (broker) => {
  await using me = await MqttClient.connect(broker.url, 5, { clientId: "me" });
  assert.equal(me.connack.properties?.retainAvailable, false);
  const failed = me.publish("a", "x", RETAIN).catch((error: unknown) => error);
  await me.closed;
  assert.equal(me.disconnect?.reasonCode, 0x9a);
  await me[Symbol.asyncDispose]();
  assert.ok(await failed instanceof Error);
});

brokerTest(
  "a subscription to more retained messages than its queue may hold gets them all",
  { listener: "max_inflight = 4\nmax_mqueue_len = 10" },
  async (broker) => {
    const topics = Object.fromEntries(Array.from({ length: 200 }, (_, i) => [`many/${i}`, String(i)]));
    await using _publisher = await withRetained(broker, topics);
    await using me = await MqttClient.connect(broker.url, 5, { clientId: "me" });
    await me.subscribe("many/+", { qos: 1 });
    const texts: string[] = [];
    while (texts.length < 200) texts.push(await me.text());
    assert.deepEqual(texts.sort(), Object.values(topics).sort());
    assert.deepEqual(await broker.events({ action: "message_dropped" }), []);
  },
);
