// The main job again with Debian's mosquitto_pub and mosquitto_sub, of each version.
import assert from "node:assert/strict";
import { hasMosquitto, mosquitto } from "../helpers/mosquitto.ts";
import { brokerTest, type TestBroker } from "./broker_test_case.ts";
import { EVENT_TABLE } from "../hooks/_event_table.ts";

const VERSIONS = { mqttv31: 3, mqttv311: 4, mqttv5: 5 } as const;
const ignore = !(await hasMosquitto());

for (const [name, version] of Object.entries(VERSIONS)) {
  brokerTest(
    `mosquitto ${name}: publisher and subscriber make all fifteen events, each in its place`,
    { listener: "max_mqueue_len = 1", ignore },
    async (broker) => {
      const { port } = broker;
      /** A session that stays when mosquitto_sub ends. */
      const sub = ["-V", name, "-i", "sub", "-u", "bob", "-c", ...(version === 5 ? ["-x", "3600"] : [])];
      const pub = ["-V", name, "-i", "pub", "-t", "demo/a"];

      const listening = mosquitto("mosquitto_sub", port, [
        ...sub,
        "-q",
        "2",
        "-t",
        "demo/#",
        "-C",
        "3",
        "-v",
      ]);
      await broker.event({ action: "session_subscribed", clientid: "sub" });
      for (const qos of [0, 1, 2]) {
        await mosquitto("mosquitto_pub", port, [...pub, "-q", String(qos), "-m", `hi ${qos}`]);
        await broker.event({ action: qos === 0 ? "message_delivered" : "message_acked", qos });
      }
      assert.equal(await listening, "demo/a hi 0\ndemo/a hi 1\ndemo/a hi 2\n");
      await broker.event({ action: "client_disconnected", clientid: "sub" });

      for (const text of ["old", "new"]) {
        await mosquitto("mosquitto_pub", port, [...pub, "-q", "1", "-m", text]);
      }
      // It stays until it has read all answers: closing before would reset the connection.
      const back = mosquitto("mosquitto_sub", port, [
        ...sub,
        "-q",
        "1",
        "-t",
        "other",
        "-U",
        "demo/#",
        "-C",
        "2",
      ]);
      await broker.event({ action: "message_acked", payload: btoa("new") });
      await broker.event({ action: "session_unsubscribed", clientid: "sub" });
      await broker.event({ action: "session_subscribed", topic: "other" });
      await mosquitto("mosquitto_pub", port, [
        "-V",
        name,
        "-i",
        "pub",
        "-t",
        "other",
        "-q",
        "1",
        "-m",
        "bye",
      ]);
      assert.equal(await back, "new\nbye\n");
      await broker.wait({ action: "client_disconnected", clientid: "sub" }, 2);
      await broker.wait({ action: "session_terminated", clientid: "pub" }, 6);
      await storyOfSubscriber(broker);
      await storyOfPublisher(broker, version);
      await mosquitto("mosquitto_sub", port, ["-V", name, "-i", "sub", "-E", "-t", "demo/#"]); // clean: the end
      await broker.event({ action: "session_terminated", clientid: "sub" });
      const seen = new Set((await broker.events()).map((event) => event["action"]));
      assert.deepEqual([...seen].sort(), Object.keys(EVENT_TABLE).sort());
    },
  );
}

async function storyOfSubscriber(broker: TestBroker): Promise<void> {
  const events = await broker.events({ clientid: "sub" });
  const told = events.map(({ action, payload, qos, reason }) =>
    [action, payload === undefined ? reason : atob(String(payload)), qos].filter((x) => x !== undefined).join(
      " ",
    )
  );
  // What mosquitto_sub does first when it comes back, subscribe or unsubscribe, is its own choice.
  const subscriptions = /subscribe/;
  assert.deepEqual(
    told.filter((line) => !subscriptions.test(line)),
    [
      "client_connect",
      "session_created",
      "client_connack",
      "client_connected",
      "message_delivered hi 0 0",
      "message_delivered hi 1 1",
      "message_acked hi 1 1",
      "message_delivered hi 2 2",
      "message_acked hi 2 2",
      "client_disconnected Disconnect",
      "offline_message old 1",
      "message_dropped old 1",
      "offline_message new 1",
      "client_connect",
      "client_connack",
      "client_connected",
      "message_delivered new 1",
      "message_acked new 1",
      "message_delivered bye 1",
      "message_acked bye 1",
      "client_disconnected Disconnect",
    ],
  );
  const names = told.filter((line) => subscriptions.test(line));
  assert.deepEqual(names.sort(), [
    "client_subscribe",
    "client_subscribe",
    "client_unsubscribe",
    "session_subscribed",
    "session_subscribed",
    "session_unsubscribed",
  ]);
  for (const event of events) assert.equal(event["username"], "bob");
}

async function storyOfPublisher(broker: TestBroker, version: number): Promise<void> {
  const events = await broker.events({ clientid: "pub" });
  const once = [
    "client_connect",
    "session_created",
    "client_connack",
    "client_connected",
    "client_disconnected",
    "session_terminated",
  ];
  assert.deepEqual(
    events.map((event) => event["action"]),
    Array.from({ length: 6 }, () => once).flat(),
  );
  const published = await broker.events({ action: "message_publish", from_clientid: "pub" });
  assert.deepEqual(published.map(({ qos, payload }) => [qos, atob(String(payload))]), [
    [0, "hi 0"],
    [1, "hi 1"],
    [2, "hi 2"],
    [1, "old"],
    [1, "new"],
    [1, "bye"],
  ]);
  assert.equal(events[0]?.["proto_ver"], version);
  assert.equal(events[0]?.["username"], "undefined");
}

brokerTest(
  "mosquitto_pub is told that it is not authorized",
  { listener: "allow_anonymous = false", ignore },
  async (broker) => {
    const out = await mosquitto("mosquitto_pub", broker.port, ["-i", "pub", "-t", "a", "-m", "x"], 5);
    assert.match(out, /not authorised/);
    const { conn_ack } = await broker.event({ action: "client_connack", clientid: "pub" });
    assert.equal(conn_ack, "Connection Refused, not authorized");
  },
);
