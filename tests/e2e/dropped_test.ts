// message_dropped: each reason for which a message does not reach a client, or anybody.
import assert from "node:assert/strict";
import { MqttClient, type Version } from "../helpers/mqtt_client.ts";
import { RawClient } from "../helpers/raw_client.ts";
import { brokerTest, type TestBroker } from "./broker_test_case.ts";

/** Makes a session subscribed to `a` with QoS 1 whose client is away. Returns how to come back. */
async function absentSession(
  broker: TestBroker,
  version: Version,
  clientId = "away",
): Promise<() => Promise<MqttClient>> {
  const options = {
    clientId,
    username: "bob",
    clean: false,
    ...(version === 5 && { properties: { sessionExpiryInterval: 3600 } }),
  };
  const come = (): Promise<MqttClient> => MqttClient.connect(broker.url, version, options);
  await using client = await come();
  await client.subscribe("a", { qos: 1 });
  await client.end();
  await broker.event({ action: "client_disconnected", clientid: clientId });
  return come;
}

/** The payloads dropped for `reason`, as text. */
async function dropped(broker: TestBroker, reason: string): Promise<string[]> {
  const events = await broker.events({ action: "message_dropped", reason });
  return events.map((event) => atob(String(event["payload"])));
}

for (const version of [4, 5] as const) {
  brokerTest(
    `version ${version}: a full queue gives up its oldest, QoS 0 before all others, and names the client`,
    { listener: "max_mqueue_len = 2" },
    async (broker) => {
      const come = await absentSession(broker, version);
      await using publisher = await MqttClient.connect(broker.url, version, { clientId: "publisher" });
      await publisher.publish("a", "one", { qos: 1 });
      await publisher.publish("a", "zero", { qos: 0 });
      await publisher.publish("a", "two", { qos: 1 });
      await publisher.publish("a", "three", { qos: 1 });
      await publisher.publish("a", "another zero", { qos: 0 });
      await broker.wait({ action: "message_dropped" }, 3);
      await using back = await come();
      assert.deepEqual([await back.text(), await back.text()], ["two", "three"]);

      assert.deepEqual(await dropped(broker, "MessageQueueFull"), ["zero", "one", "another zero"]);
      const [, event] = await broker.events({ action: "message_dropped" });
      const published = await broker.event({ action: "message_publish", payload: btoa("one") });
      assert.notEqual(published["packet_id"], "");
      const { node, clientid, username, qos, packet_id, pts, from_clientid, from_type } = event ?? {};
      assert.deepEqual(
        { node, clientid, username, qos, packet_id, pts, from_clientid, from_type },
        {
          node: 1,
          clientid: "away",
          username: "bob",
          qos: 1,
          packet_id: "",
          pts: published["ts"],
          from_clientid: "publisher",
          from_type: "custom",
        },
      );
    },
  );
}

brokerTest(
  "max_mqueue_bytes bounds a queue too, and a message over it never pushes out others",
  { listener: `max_mqueue_bytes = "1KB"` },
  async (broker) => {
    const come = await absentSession(broker, 4);
    await using publisher = await MqttClient.connect(broker.url, 4, { clientId: "publisher" });
    for (const letter of ["x", "y", "z"]) await publisher.publish("a", letter.repeat(400), { qos: 1 });
    await publisher.publish("a", "w".repeat(2_000), { qos: 1 });
    await using back = await come();
    assert.deepEqual([(await back.text())[0], (await back.text())[0]], ["y", "z"]);
    await broker.wait({ action: "message_dropped", reason: "MessageQueueFull" }, 2);
    assert.deepEqual((await dropped(broker, "MessageQueueFull")).map((text) => text[0]), ["x", "w"]);
  },
);

brokerTest(
  "5.0: a message that expired while its client was away is dropped when it comes back",
  {},
  async (broker) => {
    const come = await absentSession(broker, 5);
    await using publisher = await MqttClient.connect(broker.url, 5, { clientId: "publisher" });
    await publisher.publish("a", "short", { qos: 1, properties: { messageExpiryInterval: 1 } });
    await publisher.publish("a", "long", { qos: 1, properties: { messageExpiryInterval: 3600 } });
    const { ts } = await broker.event({ action: "message_publish", payload: btoa("short") });
    // Another client's session that lives just as long tells when the second is over.
    await using clock = await MqttClient.connect(broker.url, 5, {
      clientId: "clock",
      properties: { sessionExpiryInterval: 1 },
    });
    await clock.end();
    await broker.event({ action: "session_terminated", clientid: "clock" });

    await using back = await come();
    const message = await back.messages.take();
    assert.equal(message.payload.toString(), "long");
    const left = message.properties?.messageExpiryInterval ?? 0;
    assert.ok(left < 3600 && left > 3000, `${left} s are left of 3600`);
    assert.deepEqual(await dropped(broker, "MessageExpiration"), ["short"]);
    const event = await broker.event({ action: "message_dropped" });
    assert.deepEqual([event["clientid"], event["username"], event["pts"]], ["away", "bob", ts]);
  },
);

brokerTest(
  "5.0: a message over the client's Maximum Packet Size is dropped for it alone",
  {},
  async (broker) => {
    const small = { clientId: "small", properties: { maximumPacketSize: 50 } };
    await using narrow = await MqttClient.connect(broker.url, 5, small);
    await using wide = await MqttClient.connect(broker.url, 5, { clientId: "wide" });
    for (const client of [narrow, wide]) await client.subscribe("a", { qos: 1 });
    await wide.publish("a", "x".repeat(50), { qos: 1 });
    await wide.publish("a", "fits", { qos: 1 });
    assert.equal(await narrow.text(), "fits");
    assert.equal((await wide.text()).length, 50);
    const events = await broker.events({ action: "message_dropped" });
    assert.deepEqual(events.map((event) => [event["reason"], event["clientid"]]), [[
      "PacketTooLarge",
      "small",
    ]]);
  },
);

for (const version of [4, 5] as const) {
  brokerTest(
    `version ${version}: a PUBLISH into $SYS/ reaches nobody, and its line names no client`,
    {},
    async (broker) => {
      const { client } = await RawClient.connect(broker.port, version, { clientId: "me" });
      await using _ = client;
      await client.send({ cmd: "subscribe", messageId: 1, subscriptions: [{ topic: "$SYS/#", qos: 1 }] });
      await client.expect("suback");
      await client.send({
        cmd: "publish",
        topic: "$SYS/x",
        payload: "x",
        qos: 1,
        messageId: 7,
        dup: false,
        retain: true,
      });
      const puback = await client.expect("puback");
      if (version === 5) assert.equal(puback.reasonCode, 0x87);
      await client.ping();
      const event = await broker.event({ action: "message_dropped", reason: "NotAuthorized" });
      assert.deepEqual([event["topic"], event["packet_id"], event["from_clientid"]], ["$SYS/x", "7", "me"]);
      assert.equal("clientid" in event, false);
      assert.deepEqual(await broker.events({ action: "message_publish" }), []);
    },
  );
}

brokerTest("5.0: a message that its receiver refuses is dropped, not acknowledged", {}, async (broker) => {
  const { client } = await RawClient.connect(broker.port, 5, { clientId: "picky" });
  await using _ = client;
  await client.send({
    cmd: "subscribe",
    messageId: 1,
    subscriptions: [{ topic: "one", qos: 1 }, { topic: "two", qos: 2 }],
  });
  await client.expect("suback");
  await using publisher = await MqttClient.connect(broker.url, 5, { clientId: "publisher" });
  await publisher.publish("one", "1", { qos: 1 });
  const first = await client.expect("publish");
  await client.send({ cmd: "puback", messageId: first.messageId ?? 0, reasonCode: 0x99 });
  await publisher.publish("two", "2", { qos: 2 });
  const second = await client.expect("publish");
  await client.send({ cmd: "pubrec", messageId: second.messageId ?? 0, reasonCode: 0x97 });
  await client.ping(); // no PUBREL
  const events = await broker.wait({ action: "message_dropped", clientid: "picky" }, 2);
  assert.deepEqual(events.map((event) => event["reason"]), ["Error(PUBACK 0x99)", "Error(PUBREC 0x97)"]);
  assert.deepEqual(await broker.events({ action: "message_acked" }), []);
});

brokerTest("a message without subscribers is not a dropped message", {}, async (broker) => {
  await using me = await MqttClient.connect(broker.url, 5, { clientId: "me" });
  await me.publish("nobody/listens", "x", { qos: 1 });
  assert.deepEqual((await broker.story("me")).slice(4), ["message_publish"]);
});
