// Will Messages: published for a client that goes without a word, and for no other.
import assert from "node:assert/strict";
import type { IClientOptions } from "mqtt";
import { MqttClient } from "../helpers/mqtt_client.ts";
import { RawClient } from "../helpers/raw_client.ts";
import { brokerTest, type TestBroker } from "./broker_test_case.ts";

const WILL = { topic: "will/me", payload: "gone", qos: 1, retain: false } as const;

async function watch(broker: TestBroker): Promise<MqttClient> {
  const watcher = await MqttClient.connect(broker.url, 5, { clientId: "watcher" });
  await watcher.subscribe("will/#", { qos: 2, rap: true });
  return watcher;
}

for (const version of [3, 4, 5] as const) {
  brokerTest(
    `version ${version}: a connection that breaks makes a message_publish of lastwill`,
    {},
    async (broker) => {
      await using watcher = await watch(broker);
      const options = { clientId: "me", username: "ann", will: { ...WILL, retain: true } };
      await using me = await MqttClient.connect(broker.url, version, options);
      await me.destroy();
      const { payload, qos, retain } = await watcher.messages.take();
      assert.deepEqual([payload.toString(), qos, retain], ["gone", 1, true]);

      const publish = await broker.event({ action: "message_publish" });
      const { topic, from_clientid, from_username, from_type, packet_id, dup } = publish;
      assert.deepEqual(
        { topic, from_clientid, from_username, from_type, packet_id, dup, payload: publish["payload"] },
        {
          topic: "will/me",
          from_clientid: "me",
          from_username: "ann",
          from_type: "lastwill",
          packet_id: "",
          dup: false,
          payload: btoa("gone"),
        },
      );
      const delivered = await broker.event({ action: "message_delivered", clientid: "watcher" });
      assert.equal(delivered["from_type"], "lastwill");
      assert.deepEqual((await broker.story("me")).slice(4, 6), ["client_disconnected", "message_publish"]);
      assert.equal((await broker.event({ action: "client_disconnected" }))["reason"], "RemoteClose");
    },
  );
}

brokerTest("a client that says good-bye leaves no Will", {}, async (broker) => {
  await using me = await MqttClient.connect(broker.url, 4, { clientId: "me", will: WILL });
  await me.end();
  await broker.event({ action: "session_terminated", clientid: "me" });
  await broker.stop();
  assert.deepEqual(await broker.events({ action: "message_publish" }), []);
});

brokerTest("5.0: DISCONNECT 0x04 asks for the Will", {}, async (broker) => {
  await using watcher = await watch(broker);
  await using me = await MqttClient.connect(broker.url, 5, { clientId: "me", will: WILL });
  await me.end({ reasonCode: 0x04 });
  assert.equal(await watcher.text(), "gone");
  assert.equal(
    (await broker.event({ action: "client_disconnected", clientid: "me" }))["reason"],
    "Disconnect(0x04 DisconnectWithWillMessage)",
  );
});

brokerTest("a protocol error publishes the Will", {}, async (broker) => {
  await using watcher = await watch(broker);
  const { client } = await RawClient.connect(broker.port, 4, { clientId: "me", will: WILL });
  await using _ = client;
  await client.send("f0 00"); // packet type 15
  await client.expectClose();
  assert.equal(await watcher.text(), "gone");
});

/** @param delay in seconds */
function delayed(clientId: string, delay: number): IClientOptions {
  return {
    clientId,
    clean: false,
    will: { ...WILL, properties: { willDelayInterval: delay } },
    properties: { sessionExpiryInterval: 3600 },
  };
}

brokerTest(
  "5.0: a Will waits for its delay, and is not sent to those who come back in time",
  {},
  async (broker) => {
    await using watcher = await watch(broker);
    await using late = await MqttClient.connect(broker.url, 5, delayed("late", 4));
    await using back = await MqttClient.connect(broker.url, 5, delayed("me", 3));
    await back.destroy();
    await late.destroy();
    await broker.wait({ action: "client_disconnected" }, 2);
    await using again = await MqttClient.connect(broker.url, 5, delayed("me", 3));
    assert.equal(again.connack.sessionPresent, true);
    // When this one comes, the other would have been due for a second.
    await watcher.messages.take();
    await again.end();
    await broker.stop();
    const published = await broker.events({ action: "message_publish" });
    assert.deepEqual(published.map((event) => event["from_clientid"]), ["late"]);
    const gone = await broker.event({ action: "client_disconnected", clientid: "late" });
    const waited = Number(published[0]?.["ts"]) - Number(gone["disconnected_at"]);
    // A line has the time of day; the delay is measured on the monotonic clock, which may differ by its fractions.
    assert.ok(waited >= 3_990 && waited < 9_000, `it waited ${waited} ms`);
  },
);

brokerTest("5.0: a session that ends before the delay has its Will published at once", {}, async (broker) => {
  await using watcher = await watch(broker);
  const will = { ...WILL, properties: { willDelayInterval: 3600 } };
  await using me = await MqttClient.connect(broker.url, 5, { clientId: "me", will });
  await me.destroy();
  assert.equal(await watcher.text(), "gone");
});
