// How messages get from one client to others: overlaps, No Local, aliases, windows, and each QoS kept to its word.
import assert from "node:assert/strict";
import { MqttClient } from "../helpers/mqtt_client.ts";
import { RawClient } from "../helpers/raw_client.ts";
import { brokerTest } from "./broker_test_case.ts";

brokerTest(
  "5.0: overlapping subscriptions give one copy, at the highest QoS, with every identifier",
  {},
  async (broker) => {
    await using me = await MqttClient.connect(broker.url, 5, { clientId: "me" });
    const subscriptions = [["a/b", 0, 1], ["a/+", 2, 2], ["#", 1, 3]] as const;
    for (const [topic, qos, subscriptionIdentifier] of subscriptions) {
      await me.subscribe(topic, { qos, properties: { subscriptionIdentifier } });
    }
    await me.publish("a/b", "one", { qos: 2 });
    await me.publish("a/c", "two", { qos: 1 });
    await me.publish("x", "three", { qos: 0 });
    const got: unknown[][] = [];
    for (let i = 0; i < 3; i++) {
      const { payload, qos, properties } = await me.messages.take();
      const ids = [properties?.subscriptionIdentifier ?? []].flat().sort();
      got.push([payload.toString(), qos, ids]);
    }
    assert.deepEqual(got.sort(), [["one", 2, [1, 2, 3]], ["three", 0, [3]], ["two", 1, [2, 3]]]);
    const delivered = await broker.events({ action: "message_delivered" });
    assert.equal(delivered.length, 3);
  },
);

brokerTest("a message's QoS is never raised, and lowered to what was granted", {
  listener: "max_qos_allowed = 1",
}, async (broker) => {
  await using me = await MqttClient.connect(broker.url, 4, { clientId: "me" });
  const granted = await me.subscribe(["two", "zero"], { qos: 2 });
  assert.deepEqual(granted.map((grant) => grant.qos), [1, 1]);
  await me.subscribe("one", { qos: 0 });
  await me.publish("two", "x", { qos: 1 });
  await me.publish("zero", "x", { qos: 0 });
  await me.publish("one", "x", { qos: 1 });
  const got = [await me.messages.take(), await me.messages.take(), await me.messages.take()];
  assert.deepEqual(got.map(({ topic, qos }) => [topic, qos]), [["two", 1], ["zero", 0], ["one", 0]]);
  const lines = await broker.events({ action: "message_delivered" });
  assert.deepEqual(lines.map(({ topic, qos }) => [topic, qos]), [["two", 1], ["zero", 0], ["one", 0]]);
});

brokerTest("5.0: No Local keeps a client's own messages from it, and only those", {}, async (broker) => {
  await using me = await MqttClient.connect(broker.url, 5, { clientId: "me" });
  await using other = await MqttClient.connect(broker.url, 5, { clientId: "other" });
  await me.subscribe("a", { qos: 1, nl: true });
  await me.publish("a", "mine", { qos: 1 });
  await other.publish("a", "theirs", { qos: 1 });
  assert.equal(await me.text(), "theirs");
  const delivered = await broker.events({ action: "message_delivered" });
  assert.deepEqual(delivered.map((event) => event["from_clientid"]), ["other"]);
});

brokerTest(
  "5.0: a topic alias stands for its topic, in the lines too, until it is set anew",
  {},
  async (broker) => {
    await using me = await MqttClient.connect(broker.url, 5, { clientId: "me" });
    await me.subscribe("#", { qos: 0 });
    const { client } = await RawClient.connect(broker.port, 5, { clientId: "aliasing" });
    await using _ = client;
    await client.send("30 08 0001 61 03 23 0001 31"); // topic a, alias 1, payload 1
    await client.send("30 07 0000 03 23 0001 32"); // alias 1, payload 2
    await client.send("30 08 0001 62 03 23 0001 33"); // topic b, alias 1, payload 3
    await client.send("30 07 0000 03 23 0001 34"); // alias 1, payload 4
    const got: string[] = [];
    for (let i = 0; i < 4; i++) {
      const { topic, payload, properties } = await me.messages.take();
      assert.equal(properties?.topicAlias, undefined, "an alias is between one client and the server");
      got.push(`${topic} ${payload}`);
    }
    assert.deepEqual(got, ["a 1", "a 2", "b 3", "b 4"]);
    const published = await broker.events({ action: "message_publish" });
    assert.deepEqual(published.map((event) => event["topic"]), ["a", "a", "b", "b"]);
  },
);

brokerTest("5.0: properties of a message reach the subscriber unchanged", {}, async (broker) => {
  await using me = await MqttClient.connect(broker.url, 5, { clientId: "me" });
  await using old = await MqttClient.connect(broker.url, 4, { clientId: "old" });
  await me.subscribe("a", { qos: 1 });
  await old.subscribe("a", { qos: 1 });
  const properties = {
    payloadFormatIndicator: true,
    contentType: "text/plain",
    responseTopic: "answers",
    userProperties: { a: ["1", "2"], b: "3" },
  };
  await me.publish("a", "x", { qos: 1, properties });
  const got = (await me.messages.take()).properties;
  assert.deepEqual({ ...got, userProperties: { ...got?.userProperties } }, properties);
  assert.equal(await old.text(), "x");
});

for (const version of [4, 5] as const) {
  brokerTest(
    `version ${version}: no more unacknowledged messages are under way than the window allows`,
    { listener: version === 4 ? "max_inflight = 2" : "" },
    async (broker) => {
      const { client } = await RawClient.connect(broker.port, version, {
        clientId: "me",
        ...(version === 5 && { properties: { receiveMaximum: 2 } }),
      });
      await using _ = client;
      await client.send({ cmd: "subscribe", messageId: 1, subscriptions: [{ topic: "a", qos: 2 }] });
      await client.expect("suback");
      await using publisher = await MqttClient.connect(broker.url, version, { clientId: "publisher" });
      for (const qos of [1, 2, 1, 0, 1] as const) await publisher.publish("a", `qos ${qos}`, { qos });
      await broker.wait({ action: "message_publish" }, 5);
      const first = await client.expect("publish");
      const second = await client.expect("publish");
      assert.deepEqual([first.qos, second.qos], [1, 2]);
      await client.ping(); // nothing more came
      await client.send({ cmd: "pubrec", messageId: second.messageId ?? 0 });
      await client.expect("pubrel");
      await client.ping(); // a PUBREC alone makes no room
      await client.send({ cmd: "puback", messageId: first.messageId ?? 0 });
      const third = await client.expect("publish");
      const fourth = await client.expect("publish");
      assert.deepEqual([third.qos, fourth.qos], [1, 0]);
      await client.ping();
      await client.send({ cmd: "pubcomp", messageId: second.messageId ?? 0 });
      const fifth = await client.expect("publish");
      assert.equal(fifth.qos, 1);
      const delivered = await broker.events({ action: "message_delivered" });
      assert.deepEqual(delivered.map((event) => event["qos"]), [1, 2, 1, 0, 1]);
      assert.deepEqual(await broker.events({ action: "offline_message" }), [], "its client was here");
    },
  );

  brokerTest(
    `version ${version}: a QoS 2 message that is sent again with DUP is published once`,
    {},
    async (broker) => {
      await using subscriber = await MqttClient.connect(broker.url, version, { clientId: "subscriber" });
      await subscriber.subscribe("a", { qos: 2 });
      const options = {
        clientId: "me",
        clean: false,
        ...(version === 5 && { properties: { sessionExpiryInterval: 3600 } }),
      };
      const publish = {
        cmd: "publish",
        topic: "a",
        payload: "x",
        qos: 2,
        messageId: 9,
        retain: false,
      } as const;
      const { client: before } = await RawClient.connect(broker.port, version, options);
      await using _before = before;
      await before.send({ ...publish, dup: false });
      await before.expect("pubrec");
      await before.send({ ...publish, dup: true });
      await before.expect("pubrec");
      await before[Symbol.asyncDispose]();

      const { client: back } = await RawClient.connect(broker.port, version, options);
      await using _back = back;
      await back.send({ ...publish, dup: true });
      await back.expect("pubrec");
      for (let i = 0; i < 2; i++) {
        await back.send({ cmd: "pubrel", messageId: 9 });
        const { reasonCode } = await back.expect("pubcomp");
        if (version === 5) assert.equal(reasonCode, i === 0 ? 0 : 0x92);
      }
      await back.send({ ...publish, payload: "y", dup: false }); // the identifier is free again
      await back.expect("pubrec");
      assert.equal(await subscriber.text(), "x");
      assert.equal(await subscriber.text(), "y");
      const published = await broker.events({ action: "message_publish" });
      assert.deepEqual(published.map((event) => atob(String(event["payload"]))), ["x", "y"]);
    },
  );
}

brokerTest("5.0: the PUBACK tells a publisher that nobody listens", {}, async (broker) => {
  const { client } = await RawClient.connect(broker.port, 5, { clientId: "me" });
  await using _ = client;
  const publish = { cmd: "publish", topic: "a", payload: "x", qos: 1, dup: false, retain: false } as const;
  await client.send({ ...publish, messageId: 1 });
  assert.equal((await client.expect("puback")).reasonCode, 0x10);
  await using other = await MqttClient.connect(broker.url, 4, { clientId: "other" });
  await other.subscribe("a");
  await client.send({ ...publish, messageId: 2 });
  assert.equal((await client.expect("puback")).reasonCode, 0);
});

brokerTest(
  "messages of one publisher keep their order on their way to one subscriber",
  {},
  async (broker) => {
    await using me = await MqttClient.connect(broker.url, 4, { clientId: "me" });
    await using publisher = await MqttClient.connect(broker.url, 4, { clientId: "publisher" });
    await me.subscribe("a", { qos: 1 });
    const numbers = Array.from({ length: 500 }, (_, i) => String(i));
    await Promise.all(numbers.map((number) => publisher.publish("a", number, { qos: 1 })));
    const got: string[] = [];
    for (const _ of numbers) got.push(await me.text());
    assert.deepEqual(got, numbers);
  },
);
