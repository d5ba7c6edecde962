// What lines hold that only some clients have: user properties, subscription options, groups, odd names, local time.
import assert from "node:assert/strict";
import { MqttClient } from "../helpers/mqtt_client.ts";
import { RawClient } from "../helpers/raw_client.ts";
import { brokerTest } from "./broker_test_case.ts";

brokerTest(
  "5.0: user properties stand in client_connected as they came, an array where a name repeats",
  {},
  async (broker) => {
    await using raw = await RawClient.open(broker.port, 5);
    // a=1, b=, a=ä, __proto__=x
    const pairs = "26 0001 61 0001 31" + "26 0001 62 0000" + "26 0001 61 0002 c3a4" +
      "26 0009 5f5f70726f746f5f5f 0001 78";
    await raw.send(`10 33 0004 4d515454 05 02 0000 24 ${pairs} 0002 6d65`);
    await raw.expect("connack");
    await using other = await MqttClient.connect(broker.url, 5, { clientId: "other" });
    assert.ok(other);
    const connected = await broker.event({ action: "client_connected", clientid: "me" });
    assert.deepEqual(Object.entries(connected["user_properties"] ?? {}), [
      ["a", ["1", "ä"]],
      ["b", ""],
      ["__proto__", "x"],
    ]);
    const without = await broker.event({ action: "client_connected", clientid: "other" });
    assert.equal("user_properties" in without, false);
  },
);

brokerTest("5.0: opts has every subscription option and the identifier, as asked and as granted", {
  listener: "max_qos_allowed = 1",
}, async (broker) => {
  await using me = await MqttClient.connect(broker.url, 5, { clientId: "me" });
  await me.subscribe({ "a/#": { qos: 2, nl: true, rap: true, rh: 2 }, "b": { qos: 0, rh: 1 } }, {
    qos: 0,
    properties: { subscriptionIdentifier: 268_435_455 },
  });
  await me.subscribe("c", { qos: 1 });
  const asked = (await broker.events({ action: "client_subscribe" })).map((event) => event["opts"]);
  const granted = (await broker.events({ action: "session_subscribed" })).map((event) => event["opts"]);
  const a = { qos: 2, no_local: true, retain_as_published: true, retain_handling: 2, id: 268_435_455 };
  const b = { qos: 0, no_local: false, retain_as_published: false, retain_handling: 1, id: 268_435_455 };
  const c = { qos: 1, no_local: false, retain_as_published: false, retain_handling: 0 };
  assert.deepEqual(asked, [a, b, c]);
  assert.deepEqual(granted, [{ ...a, qos: 1 }, b, c]);
});

for (const version of [4, 5] as const) {
  brokerTest(
    `version ${version}: a shared subscription shows its group and its topic without the prefix`,
    {},
    async (broker) => {
      await using me = await MqttClient.connect(broker.url, version, { clientId: "me" });
      await me.subscribe("$share/team/jobs/#", { qos: 1 });
      await me.unsubscribe("$share/team/jobs/#");
      for (const action of ["client_subscribe", "session_subscribed"]) {
        const { topic, opts } = await broker.event({ action });
        assert.deepEqual([topic, (opts as Record<string, unknown>)["group"]], ["jobs/#", "team"]);
      }
      for (const action of ["client_unsubscribe", "session_unsubscribed"]) {
        assert.equal((await broker.event({ action }))["topic"], "jobs/#");
      }
    },
  );
}

brokerTest(
  "each filter of a packet has its lines; refused and unknown ones only the client's",
  { listener: "max_topic_levels = 3" },
  async (broker) => {
    const { client } = await RawClient.connect(broker.port, 5, { clientId: "me" });
    await using _ = client;
    const topics = ["a", "b/c/d/e", "d"];
    await client.send({
      cmd: "subscribe",
      messageId: 1,
      subscriptions: topics.map((topic) => ({ topic, qos: 1 })),
    });
    assert.deepEqual((await client.expect("suback")).granted, [1, 0x8f, 1]);
    await client.send({ cmd: "unsubscribe", messageId: 2, unsubscriptions: ["a", "never", "d", "a"] });
    assert.deepEqual((await client.expect("unsuback")).granted, [0, 0x11, 0, 0x11]);
    const all = (await broker.events()).slice(4).map(({ action, topic }) => `${action} ${topic}`);
    assert.deepEqual(all, [
      "client_subscribe a",
      "session_subscribed a",
      "client_subscribe b/c/d/e",
      "client_subscribe d",
      "session_subscribed d",
      "client_unsubscribe a",
      "session_unsubscribed a",
      "client_unsubscribe never",
      "client_unsubscribe d",
      "session_unsubscribed d",
      "client_unsubscribe a",
    ]);
  },
);

brokerTest("a client without an identifier appears under the one it was assigned", {}, async (broker) => {
  await using v5 = await MqttClient.connect(broker.url, 5, { clientId: "" });
  const assigned = v5.connack.properties?.assignedClientIdentifier;
  assert.ok(assigned);
  const { clientid } = await broker.event({ action: "client_connected" });
  assert.equal(clientid, assigned);
  await using v4 = await MqttClient.connect(broker.url, 4, { clientId: "", clean: true });
  assert.ok(v4);
  const [, second] = await broker.wait({ action: "client_connected" }, 2);
  assert.match(String(second?.["clientid"]), /^.{8,}$/);
  assert.notEqual(second?.["clientid"], assigned);
});

brokerTest(
  "quotes, line ends, terminal controls and other alphabets stay one valid line, and any bytes are base64",
  {},
  async (broker) => {
    const odd = 'say "hi"\\ \u2028 \u0085\u009b1m ΩЖ漢🦕';
    await using me = await MqttClient.connect(broker.url, 5, {
      clientId: odd,
      username: `line\nbreak`,
      password: "x",
    });
    const topic = `a/${odd}`;
    await me.subscribe(topic, { qos: 1 });
    await me.publish(topic, "", { qos: 1 });
    await me.publish(topic, '\u0000\n"ä', { qos: 1 });
    await broker.wait({ action: "message_acked" }, 2);
    for (const line of await broker.lines()) assert.doesNotMatch(line, /[\p{Cc}\p{Zl}\p{Zp}]/u);
    for (const event of await broker.events({ action: "message_delivered" })) {
      const { clientid, username, from_clientid } = event;
      assert.deepEqual([clientid, username, event["topic"], from_clientid], [odd, "line\nbreak", topic, odd]);
    }
    const payloads = (await broker.events({ action: "message_acked" })).map((event) => event["payload"]);
    assert.deepEqual(payloads, ["", new TextEncoder().encode('\u0000\n"ä').toBase64()]);
  },
);

brokerTest("time is the local time of the machine, and agrees with the milliseconds beside it", {
  env: { TZ: "Asia/Kolkata" }, // +05:30, no summer time
}, async (broker) => {
  const before = Date.now();
  await using me = await MqttClient.connect(broker.url, 4, { clientId: "me" });
  await me.subscribe("a", { qos: 1 });
  await me.publish("a", "x", { qos: 1 });
  await broker.event({ action: "message_acked" });
  const after = Date.now();
  for (const event of await broker.events()) {
    const time = Date.parse(`${String(event["time"]).replace(" ", "T")}+05:30`);
    const exact = event["ts"] ?? event["created_at"] ?? event["connected_at"] ?? time;
    assert.equal(time, exact, JSON.stringify(event));
    assert.ok(before <= time && time <= after, JSON.stringify(event));
  }
});
