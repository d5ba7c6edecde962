// Rules: which events make lines, under which action, for which topics, in which files.
import assert from "node:assert/strict";
import { MqttClient } from "../helpers/mqtt_client.ts";
import { brokerTest, type TestBroker } from "./broker_test_case.ts";
import { checkEvent } from "./event_table.ts";

/** Publishes to each topic, and subscribes and unsubscribes it too, then leaves, so that the file is complete. */
async function useTopics(broker: TestBroker, topics: readonly string[]): Promise<void> {
  await using me = await MqttClient.connect(broker.url, 4, { clientId: "me" });
  for (const topic of topics) {
    await me.subscribe(topic, { qos: 1 });
    if (!topic.includes("#")) await me.publish(topic, "x", { qos: 1 });
    await me.unsubscribe(topic);
  }
  await me.end();
  await broker.stop();
}

/** `action topic` of each line of a file. */
async function told(broker: TestBroker, file: string): Promise<string[]> {
  const events = await broker.events({}, file);
  return events.map(({ action, topic }) => topic === undefined ? String(action) : `${action} ${topic}`);
}

brokerTest(
  'packet_id_type = "number" writes packet_id as a number, and null where there is none',
  { hooks: `urls = ["file:hook.log"]\npacket_id_type = "number"\nrule.message_publish = [{}]\n` },
  async (broker) => {
    await using me = await MqttClient.connect(broker.url, 4, { clientId: "me" });
    await me.publish("a", "x", { qos: 1 });
    await me.publish("a", "x", { qos: 0 });
    const events = await broker.wait({ action: "message_publish" }, 2);
    const [first, second] = events.map((event) => event["packet_id"]);
    assert.ok(Number.isInteger(first) && Number(first) > 0, `${first}`);
    assert.equal(second, null);
  },
);

brokerTest(
  "topics selects message and subscription events by topic, and leaves others alone",
  {
    hooks: `
urls = ["file:hook.log"]
rule.client_connect = [{ action = "client_connect", topics = ["never"] }]
rule.client_subscribe = [{ action = "client_subscribe", topics = ["x/y/z", "foo/#"] }]
rule.session_unsubscribed = [{ action = "session_unsubscribed", topics = ["foo/+"] }]
rule.message_publish = [{ action = "message_publish", topics = ["x/y/z", "foo/#"] }]
rule.message_delivered = [{ action = "message_delivered", topics = ["+/bar"] }]
`,
  },
  async (broker) => {
    await useTopics(broker, ["x/y/z", "foo/bar", "foo", "fo/bar", "x/y", "foo/#"]);
    assert.deepEqual((await told(broker, "hook.log")).sort(), [
      "client_connect",
      "client_subscribe foo",
      "client_subscribe foo/#",
      "client_subscribe foo/bar",
      "client_subscribe x/y/z",
      "message_delivered fo/bar",
      "message_delivered foo/bar",
      "message_publish foo",
      "message_publish foo/bar",
      "message_publish x/y/z",
      "session_unsubscribed foo/#",
      "session_unsubscribed foo/bar",
    ]);
    for (const event of await broker.events()) checkEvent(event, 4);
  },
);

brokerTest(
  "several rules of one event each make a line, under their own action and in their own files",
  {
    hooks: `
urls = ["file:default.log"]
rule.client_connected = [{ action = "up" }, { action = "up_2", urls = ["file:a.log", "file:deep/er/b.log"] }]
rule.client_disconnected = [{ urls = ["file:a.log"] }]
rule.message_publish = [
  { action = "all" },
  { action = "foo", topics = ["foo/#"], urls = ["file:a.log"] },
  { action = "bar", topics = ["bar/#"], urls = ["file:a.log"] },
]
`,
  },
  async (broker) => {
    await useTopics(broker, ["foo/1", "bar/1"]);
    assert.deepEqual(await told(broker, "default.log"), ["up", "all foo/1", "all bar/1"]);
    assert.deepEqual(await told(broker, "a.log"), ["up_2", "foo foo/1", "bar bar/1", "client_disconnected"]);
    assert.deepEqual(await told(broker, "deep/er/b.log"), ["up_2"]);
    const [up] = await broker.events({}, "default.log");
    const [up2] = await broker.events({}, "a.log");
    assert.deepEqual({ ...up, action: "" }, { ...up2, action: "" }, "all but the action is the same");
    checkEvent(up ?? {}, 4, "client_connected");
    for (const event of await broker.events({ action: "foo" }, "a.log")) {
      checkEvent(event, 4, "message_publish");
    }
    assert.deepEqual(await broker.events({}, "hook.log"), [], "nothing goes where no rule says so");
  },
);

brokerTest(
  "an event without a rule writes no line",
  { hooks: `urls = ["file:hook.log"]\nrule.message_acked = [{ action = "message_acked" }]\n` },
  async (broker) => {
    await useTopics(broker, ["a"]);
    assert.deepEqual(await told(broker, "hook.log"), ["message_acked a"]);
  },
);

brokerTest(
  "# does not select topics that begin with $, a filter that names them does",
  {
    hooks: `
urls = ["file:hook.log"]
rule.message_publish = [{ action = "hash", topics = ["#"] }, { action = "plus", topics = ["+/a"] }, { action = "own", topics = ["$own/#"] }]
rule.client_subscribe = [{ action = "hash", topics = ["#"] }, { action = "sys", topics = ["$SYS/#"] }]
`,
  },
  async (broker) => {
    await useTopics(broker, ["$own/a", "b/a", "$SYS/#"]);
    assert.deepEqual(await told(broker, "hook.log"), [
      "own $own/a",
      "hash b/a",
      "hash b/a",
      "plus b/a",
      "sys $SYS/#",
    ]);
  },
);
