// Clients that are away: what is kept for them, and what is sent again because they did not acknowledge it.
import assert from "node:assert/strict";
import { MqttClient, type Version } from "../helpers/mqtt_client.ts";
import { RawClient } from "../helpers/raw_client.ts";
import { brokerTest, type TestBroker } from "./broker_test_case.ts";

function staying(version: Version): { clean: false; properties?: { sessionExpiryInterval: number } } {
  return { clean: false, ...(version === 5 && { properties: { sessionExpiryInterval: 3600 } }) };
}

/** The lines about one message and one client: event, dup, packet_id. */
async function told(broker: TestBroker, text: string): Promise<unknown[][]> {
  const events = await broker.events({ clientid: "me", payload: btoa(text) });
  return events.map((event) => [event["action"], event["dup"], event["packet_id"]]);
}

for (const version of [3, 4, 5] as const) {
  brokerTest(
    `version ${version}: what came while the client was away is told, kept, and sent in order`,
    {},
    async (broker) => {
      await using before = await MqttClient.connect(broker.url, version, {
        clientId: "me",
        ...staying(version),
      });
      await before.subscribe("a", { qos: 2 });
      await before.end();
      await broker.event({ action: "client_disconnected", clientid: "me" });
      await using publisher = await MqttClient.connect(broker.url, version, { clientId: "publisher" });
      for (const qos of [0, 1, 2] as const) await publisher.publish("a", `m${qos}`, { qos });
      await broker.wait({ action: "offline_message", clientid: "me" }, 3);

      await using back = await MqttClient.connect(broker.url, version, {
        clientId: "me",
        ...staying(version),
      });
      assert.equal(back.connack.sessionPresent, version === 3 ? false : true); // 3.1 has no such flag
      for (const qos of [0, 1, 2]) {
        const message = await back.messages.take();
        assert.deepEqual([message.payload.toString(), message.qos, message.dup], [`m${qos}`, qos, false]);
      }
      await broker.wait({ action: "message_acked", clientid: "me" }, 2);
      assert.deepEqual(await told(broker, "m0"), [["offline_message", false, ""], [
        "message_delivered",
        false,
        "",
      ]]);
      assert.deepEqual(await told(broker, "m1"), [
        ["offline_message", false, ""], // it has none for this client yet
        ["message_delivered", false, "1"],
        ["message_acked", false, "1"],
      ]);
      assert.deepEqual(await told(broker, "m2"), [
        ["offline_message", false, ""],
        ["message_delivered", false, "2"],
        ["message_acked", false, "2"],
      ]);
    },
  );

  brokerTest(
    `version ${version}: unacknowledged QoS 1 and 2 messages come again with DUP, as their lines say`,
    {},
    async (broker) => {
      const options = { clientId: "me", ...staying(version) };
      const { client: before } = await RawClient.connect(broker.port, version, options);
      await using _before = before;
      await before.send({ cmd: "subscribe", messageId: 1, subscriptions: [{ topic: "a", qos: 2 }] });
      await before.expect("suback");
      await using publisher = await MqttClient.connect(broker.url, version, { clientId: "publisher" });
      for (const [text, qos] of [["one", 1], ["two", 2], ["released", 2]] as const) {
        await publisher.publish("a", text, { qos });
        const { dup, messageId } = await before.expect("publish");
        assert.equal(dup, false);
        if (text !== "released") continue;
        await before.send({ cmd: "pubrec", messageId: messageId ?? 0 });
        await before.expect("pubrel");
      }
      await before[Symbol.asyncDispose]();
      await broker.event({ action: "client_disconnected", clientid: "me" });

      const { client: back } = await RawClient.connect(broker.port, version, options);
      await using _back = back;
      const one = await back.expect("publish");
      const two = await back.expect("publish");
      const released = await back.expect("pubrel"); // received before: only the release is repeated
      assert.deepEqual([one, two].map(({ payload, dup, messageId }) => [String(payload), dup, messageId]), [
        ["one", true, 1],
        ["two", true, 2],
      ]);
      assert.equal(released.messageId, 3);
      await back.send({ cmd: "puback", messageId: 1 });
      await back.send({ cmd: "pubrec", messageId: 2 });
      await back.expect("pubrel");
      await back.send({ cmd: "pubcomp", messageId: 2 });
      await back.send({ cmd: "pubcomp", messageId: 3 });
      await broker.wait({ action: "message_acked", clientid: "me" }, 3);

      const again = (id: string): unknown[][] => [
        ["message_delivered", false, id],
        ["message_delivered", true, id],
        ["message_acked", true, id],
      ];
      assert.deepEqual(await told(broker, "one"), again("1"));
      assert.deepEqual(await told(broker, "two"), again("2"));
      assert.deepEqual(await told(broker, "released"), [
        ["message_delivered", false, "3"],
        ["message_acked", false, "3"],
      ]);
      assert.deepEqual(
        await broker.events({ action: "offline_message" }),
        [],
        "they had been sent, not kept",
      );
    },
  );
}

brokerTest(
  "3.1.1: with message_retry_interval an unacknowledged message comes again on the same connection",
  { listener: `message_retry_interval = "1s"` },
  async (broker) => {
    const { client } = await RawClient.connect(broker.port, 4, { clientId: "me" });
    await using _ = client;
    await client.send({ cmd: "subscribe", messageId: 1, subscriptions: [{ topic: "a", qos: 1 }] });
    await client.expect("suback");
    await using publisher = await MqttClient.connect(broker.url, 4, { clientId: "publisher" });
    await publisher.publish("a", "hello", { qos: 1 });
    assert.equal((await client.expect("publish")).dup, false);
    const again = await client.expect("publish");
    assert.equal(again.dup, true);
    await client.send({ cmd: "puback", messageId: again.messageId ?? 0 });
    await broker.event({ action: "message_acked", clientid: "me" });
    const actions = (await told(broker, "hello")).map(([action, dup]) => [action, dup]);
    assert.deepEqual(actions.slice(0, 2), [["message_delivered", false], ["message_delivered", true]]);
  },
);
