// Shared subscriptions: one member of a group gets each message, and it is one who is there.
import assert from "node:assert/strict";
import { MqttClient } from "../helpers/mqtt_client.ts";
import { brokerTest } from "./broker_test_case.ts";

const STAYS = { clean: false, properties: { sessionExpiryInterval: 3600 } };

brokerTest(
  "the members of a group who are here take turns, those who are away wait for no message",
  {},
  async (broker) => {
    await using away = await MqttClient.connect(broker.url, 5, { clientId: "away", ...STAYS });
    await away.subscribe("$share/g/a/+", { qos: 1 });
    await using x = await MqttClient.connect(broker.url, 5, { clientId: "x", ...STAYS });
    await using y = await MqttClient.connect(broker.url, 4, { clientId: "y", clean: false });
    for (const member of [x, y]) await member.subscribe("$share/g/a/+", { qos: 1 });
    await away.end();
    await broker.event({ action: "client_disconnected", clientid: "away" });
    await using publisher = await MqttClient.connect(broker.url, 5, { clientId: "publisher" });
    for (let i = 0; i < 12; i++) await publisher.publish("a/b", String(i), { qos: 1 });

    const delivered = await broker.wait({ action: "message_acked" }, 12);
    const counts = Object.groupBy(delivered, (event) => String(event["clientid"]));
    assert.deepEqual(Object.keys(counts).sort(), ["x", "y"]);
    for (const [name, events] of Object.entries(counts)) {
      assert.ok((events?.length ?? 0) >= 4, `${name} got ${events?.length} of 12`);
    }
    assert.equal(new Set(delivered.map((event) => event["payload"])).size, 12, "each message once");
    assert.deepEqual(await broker.events({ action: "offline_message" }), []);
  },
);

brokerTest("where all members are away, a message waits for one of them", {}, async (broker) => {
  for (const clientId of ["x", "y"]) {
    await using member = await MqttClient.connect(broker.url, 5, { clientId, ...STAYS });
    await member.subscribe("$share/g/a", { qos: 1 });
    await member.end();
    await broker.event({ action: "client_disconnected", clientid: clientId });
  }
  await using publisher = await MqttClient.connect(broker.url, 5, { clientId: "publisher" });
  await publisher.publish("a", "waiting", { qos: 1 });
  const [offline, ...more] = await broker.events({ action: "offline_message" });
  assert.deepEqual(more, []);
  const clientId = String(offline?.["clientid"]);
  await using back = await MqttClient.connect(broker.url, 5, { clientId, ...STAYS });
  assert.equal(await back.text(), "waiting");
});

brokerTest("groups and ordinary subscriptions each get their own copy", {}, async (broker) => {
  await using x = await MqttClient.connect(broker.url, 5, { clientId: "x" });
  await using y = await MqttClient.connect(broker.url, 5, { clientId: "y" });
  await x.subscribe(["$share/one/a", "a"], { qos: 1 });
  await y.subscribe("$share/two/a", { qos: 1 });
  await y.publish("a", "m", { qos: 1 });
  assert.deepEqual([await x.text(), await x.text(), await y.text()], ["m", "m", "m"]);
  assert.equal((await broker.wait({ action: "message_delivered" }, 3)).length, 3);
  await x.unsubscribe("$share/one/a");
  await y.publish("a", "n", { qos: 1 });
  assert.deepEqual([await x.text(), await y.text()], ["n", "n"]);
  assert.equal((await broker.events({ action: "message_delivered" })).length, 5);
});
