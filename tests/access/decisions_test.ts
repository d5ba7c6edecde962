// The table of decisions, each on a broker of its own: the answer, its code and its event.
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { LISTENER_DEFAULTS } from "../../src/broker/options.ts";
import type { Packet } from "../helpers/mqtt_packet.ts";
import { until } from "../helpers/until.ts";
import { publish, settled, TestClient, World } from "../broker/_world.ts";
import { DECISIONS, type Row } from "./_decisions.ts";
import { doors, type Sources } from "./_doors.ts";
import { FakeClock } from "../helpers/fake_clock.ts";
import { connectPacket } from "../helpers/socket_client.ts";
import { SOURCES, WHO, type Who } from "./_sources.ts";

const REFUSALS: Readonly<Record<number, string>> = {
  4: "Connection Refused, bad user name or password",
  5: "Connection Refused, not authorized",
  0x86: "Connection Refused, bad user name or password",
  0x87: "Connection Refused, not authorized",
};

async function decide([source, listener, name, version, action, topic, answer]: Row): Promise<void> {
  const sources: Sources = SOURCES[source];
  using access = doors(sources, new FakeClock());
  await using world = new World({}, {}, access);
  const { clientId, username, password, address }: Who = WHO[name];
  const options = { ...LISTENER_DEFAULTS, allowAnonymous: listener === "open" };
  const client = new TestClient(world.accept(options, address), version);
  const answered = async (): Promise<Packet | undefined> => {
    let packet: Packet | undefined;
    await until(() => {
      packet = client.take()[0];
      return packet !== undefined || client.peer.writeClosed;
    }, "an answer");
    await settled();
    return packet;
  };
  client.send(connectPacket(version, {
    clientId,
    ...username !== undefined && { username },
    ...password !== undefined && { password: Buffer.from(password) },
    ...action === "will" && { will: { topic, payload: Buffer.from("gone"), qos: 1 as const, retain: false } },
  }));
  const connack = await answered();
  assert(connack?.cmd === "connack");
  const code = version === 5 ? connack.reasonCode : connack.returnCode;
  const told = world.lines("client_connack").map((line) => line["conn_ack"]);
  if (action === "connect" || action === "will") {
    const refusal = typeof answer === "number" ? answer : 0;
    assert.deepEqual([code, told], [refusal, [refusal === 0 ? "Connection Accepted" : REFUSALS[refusal]]]);
    return;
  }
  assert.equal(code, 0, "it was not let in");
  if (action === "publish") {
    client.send(publish(topic, "x", 1));
    const puback = await answered();
    const acknowledged = puback?.cmd === "puback";
    const found = !acknowledged ? "close" : version === 5 ? puback.reasonCode : "acknowledged";
    const expected = { yes: version === 5 ? 0x10 : "acknowledged", silence: "acknowledged", close: "close" };
    assert.equal(found, typeof answer === "number" ? answer : expected[answer]);
    const published = world.lines("message_publish", "message_dropped");
    const malformed = /[+#]/.test(topic);
    const event = answer === "yes" ? ["message_publish undefined"] : ["message_dropped NotAuthorized"];
    assert.deepEqual(published.map((it) => `${it["action"]} ${it["reason"]}`), malformed ? [] : event);
    return;
  }
  client.send({ cmd: "subscribe", messageId: 1, subscriptions: [{ topic, qos: 1 }] });
  const suback = await answered();
  if (answer === "close") {
    // The filter is malformed, whoever asks.
    assert(client.peer.writeClosed);
    return;
  }
  assert(suback?.cmd === "suback");
  assert.deepEqual(suback.granted, [typeof answer === "number" ? answer : 1]);
  const events = world.story("topic", "client_subscribe", "session_subscribed");
  const granted = answer === "yes" ? [`session_subscribed:${topic}`] : [];
  assert.deepEqual(events, [`client_subscribe:${topic}`, ...granted]);
}

Deno.test("the table has at least one hundred decisions, each once", () => {
  const rows = DECISIONS.map((row) => row.slice(0, 6).join(" "));
  assert.equal(new Set(rows).size, rows.length);
  assert(rows.length >= 100, `${rows.length}`);
});

for (const row of DECISIONS) {
  const [source, listener, who, version, action, topic, answer] = row;
  const shown = typeof answer === "number" ? `0x${answer.toString(16)}` : answer;
  const name = `${source}: ${who} (${listener}, ${version}) ${action} ${topic}: ${shown}`;
  Deno.test(name, () => decide(row));
}
