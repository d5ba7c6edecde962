// Sessions that outlive their connection, and end: by time, or by what the client says when it goes.
import assert from "node:assert/strict";
import { MqttClient } from "../helpers/mqtt_client.ts";
import { brokerTest } from "./broker_test_case.ts";

brokerTest(
  "a session that nobody came back to ends as SessionExpiration, and what waited in it is dropped, in each version",
  { listener: `session_expiry_interval = "2s"` },
  async (broker) => {
    await using publisher = await MqttClient.connect(broker.url, 4, { clientId: "publisher" });
    for (const version of [3, 4, 5] as const) {
      const options = {
        clientId: `v${version}`,
        clean: false,
        ...(version === 5 && { properties: { sessionExpiryInterval: 2 } }),
      };
      await using client = await MqttClient.connect(broker.url, version, options);
      await client.subscribe("a", { qos: 1 });
      await client.end();
      await broker.event({ action: "client_disconnected", clientid: `v${version}` });
    }
    await publisher.publish("a", "in vain", { qos: 1 });
    await broker.wait({ action: "session_terminated" }, 3);
    await publisher.publish("a", "for nobody", { qos: 1 });

    for (const version of [3, 4, 5] as const) {
      const events = await broker.events({ clientid: `v${version}` });
      assert.deepEqual(events.slice(6).map(({ action, reason }) => [action, reason]), [
        ["client_disconnected", "Disconnect"],
        ["offline_message", undefined],
        ["message_dropped", "SessionExpiration"],
        ["session_terminated", "SessionExpiration"],
      ]);
      const [gone, , , ended] = events.slice(6);
      const lasted = Date.parse(String(ended?.["time"])) - Number(Date.parse(String(gone?.["time"])));
      assert.ok(lasted >= 2_000 && lasted < 6_000, `it lasted ${lasted} ms`);
      const back = { clientId: `v${version}`, clean: false };
      await using client = await MqttClient.connect(broker.url, version, back);
      assert.equal(client.connack.sessionPresent, false);
    }
  },
);

brokerTest(
  "a session whose client is here does not expire",
  { listener: `session_expiry_interval = "1s"` },
  async (broker) => {
    await using stays = await MqttClient.connect(broker.url, 5, {
      clientId: "stays",
      properties: { sessionExpiryInterval: 1 },
    });
    await stays.subscribe("a");
    await using leaves = await MqttClient.connect(broker.url, 4, { clientId: "leaves", clean: false });
    await leaves.end();
    await broker.event({ action: "session_terminated", clientid: "leaves" });
    await stays.publish("a", "here");
    assert.equal(await stays.text(), "here");
    assert.deepEqual(await broker.events({ action: "session_terminated", clientid: "stays" }), []);
  },
);

brokerTest(
  "5.0: the DISCONNECT's Session Expiry Interval of 0 ends the session at once",
  {},
  async (broker) => {
    const options = { clientId: "me", properties: { sessionExpiryInterval: 3600 } };
    await using me = await MqttClient.connect(broker.url, 5, options);
    await me.end({ properties: { sessionExpiryInterval: 0 } });
    assert.equal(
      (await broker.event({ action: "session_terminated", clientid: "me" }))["reason"],
      "Disconnect",
    );
  },
);

brokerTest(
  "5.0 without a Session Expiry Interval: the session ends with the connection",
  {},
  async (broker) => {
    await using me = await MqttClient.connect(broker.url, 5, { clientId: "me", clean: false });
    await me.destroy();
    assert.equal(
      (await broker.event({ action: "session_terminated", clientid: "me" }))["reason"],
      "RemoteClose",
    );
  },
);

brokerTest(
  "5.0: max_session_expiry_interval caps what a client asks for, and the CONNACK says so",
  { listener: `max_session_expiry_interval = "60s"` },
  async (broker) => {
    const asking = (sessionExpiryInterval: number, clientId: string) =>
      MqttClient.connect(broker.url, 5, { clientId, properties: { sessionExpiryInterval } });
    await using long = await asking(3600, "long");
    await using forever = await asking(0xffffffff, "forever");
    await using short = await asking(10, "short");
    assert.equal(long.connack.properties?.sessionExpiryInterval, 60);
    assert.equal(forever.connack.properties?.sessionExpiryInterval, 60);
    assert.equal(short.connack.properties?.sessionExpiryInterval, undefined);
  },
);
