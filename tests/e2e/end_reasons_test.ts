// Why a connection ended: the `reason` of client_disconnected for each way there is, and what the client hears.
import assert from "node:assert/strict";
import { MqttClient } from "../helpers/mqtt_client.ts";
import { RawClient } from "../helpers/raw_client.ts";
import { brokerTest, type TestBroker } from "./broker_test_case.ts";

/** Waits for the client's end and checks both lines that tell it. */
async function assertEnded(broker: TestBroker, clientId: string, reason: string): Promise<void> {
  await broker.event({ action: "session_terminated", clientid: clientId, reason });
  const ends = await broker.events({ action: "client_disconnected", clientid: clientId });
  assert.deepEqual(ends.map((event) => event["reason"]), [reason]);
}

brokerTest(
  "a silent client is gone after one and a half Keep Alives, a 5.0 one hears 0x8D",
  {},
  async (broker) => {
    const { client: v4 } = await RawClient.connect(broker.port, 4, { clientId: "v4", keepalive: 1 });
    await using _4 = v4;
    const { client: v5 } = await RawClient.connect(broker.port, 5, { clientId: "v5", keepalive: 1 });
    await using _5 = v5;
    await using pinging = await MqttClient.connect(broker.url, 4, { clientId: "pinging", keepalive: 1 });
    await v4.expectClose();
    assert.equal((await v5.expect("disconnect")).reasonCode, 0x8d);
    await v5.expectClose();
    await assertEnded(broker, "v4", "KeepaliveTimeout");
    await assertEnded(broker, "v5", "KeepaliveTimeout");
    const { connected_at } = await broker.event({ action: "client_connected", clientid: "v4" });
    const { disconnected_at } = await broker.event({ action: "client_disconnected", clientid: "v4" });
    const lasted = Number(disconnected_at) - Number(connected_at);
    assert.ok(lasted >= 1_500 && lasted < 5_000, `it lasted ${lasted} ms`);
    assert.deepEqual(await broker.events({ action: "client_disconnected", clientid: "pinging" }), []);
    await pinging.end();
  },
);

brokerTest("a client that closes without a word is RemoteClose", {}, async (broker) => {
  const { client } = await RawClient.connect(broker.port, 4, { clientId: "me" });
  await client[Symbol.asyncDispose]();
  await assertEnded(broker, "me", "RemoteClose");
});

/** The DISCONNECT of a 5.0 client, and what of it stands in the line. */
const GOOD_BYES: readonly (readonly [disconnect: string, reason: string])[] = [
  ["e0 00", "Disconnect"],
  ["e0 01 00", "Disconnect"],
  ["e0 01 04", "Disconnect(0x04 DisconnectWithWillMessage)"],
  ["e0 02 98 00", "Disconnect(0x98 AdministrativeAction)"],
  ["e0 07 00 05 1f 0002 6f6b", "Disconnect(0x00 NormalDisconnection: ok)"],
  ["e0 0a 82 08 1f 0005 6f 0a c285 29", "Disconnect(0x82 ProtocolError: o\n\u0085))"],
];

brokerTest("5.0: a good-bye that says more than goodbye keeps what it said", {}, async (broker) => {
  for (const [i, [disconnect, reason]] of GOOD_BYES.entries()) {
    const { client } = await RawClient.connect(broker.port, 5, { clientId: `c${i}` });
    await using _ = client;
    await client.send(disconnect);
    await client.expectClose();
    await assertEnded(broker, `c${i}`, reason);
  }
});

/** What a 5.0 client sends, the reason in the line, and the Reason Code it hears. */
const WRONG: readonly (readonly [what: string, bytes: string, reason: RegExp, code: number])[] = [
  ["a reserved packet type", "00 00", /^ProtocolError\(a packet that a client must not send here\)$/, 0x82],
  [
    "a second CONNECT",
    "10 0e 0004 4d515454 05 02 000a 00 0001 78",
    /^ProtocolError\(a second CONNECT\)$/,
    0x82,
  ],
  ["QoS 3", "36 06 0001 61 0001 00", /^ProtocolError\(QoS is 3\)$/, 0x81],
  ["a wildcard in a Topic Name", "30 04 0001 23 00", /^ProtocolError\(.*wildcard\)$/, 0x81],
  [
    "a Topic Alias never set",
    "30 06 0000 03 23 0001",
    /^ProtocolError\(a Topic Alias that was never set\)$/,
    0x82,
  ],
  [
    "a Topic Alias over the maximum",
    "30 07 0001 61 03 23 0100",
    /^ProtocolError\(Topic Alias is above/,
    0x94,
  ],
  ["SUBSCRIBE with flags 0", "80 07 0001 00 0001 61 00", /^ProtocolError\(the reserved flags/, 0x81],
  [
    "SUBSCRIBE without a filter",
    "82 03 0001 00",
    /^ProtocolError\(a SUBSCRIBE without a Topic Filter\)$/,
    0x82,
  ],
  ["No Local on $share", "82 10 0001 00 000a 2473686172652f672f61 04", /^ProtocolError\(No Local/, 0x82],
  ["a Remaining Length of five bytes", "30 ff ff ff ff 01", /^ProtocolError\(.+\)$/, 0x81],
];

brokerTest(
  "5.0: each violation ends the connection with its reason in the line and in the DISCONNECT",
  {},
  async (broker) => {
    for (const [what, bytes, reason, code] of WRONG) {
      const { client } = await RawClient.connect(broker.port, 5, { clientId: what });
      await using _ = client;
      await client.send(bytes);
      assert.equal((await client.expect("disconnect")).reasonCode, code, what);
      await client.expectClose();
      const gone = await broker.event({ action: "client_disconnected", clientid: what });
      assert.match(String(gone["reason"]), reason, what);
    }
  },
);

brokerTest("3.1.1: a violation ends the connection without an answer", {}, async (broker) => {
  const { client } = await RawClient.connect(broker.port, 4, { clientId: "me" });
  await using _ = client;
  await client.send("36 05 0001 61 0001"); // QoS 3
  await client.expectClose();
  await assertEnded(broker, "me", "ProtocolError(QoS is 3)");
});

brokerTest(
  "a packet over max_packet_size ends the connection",
  { listener: `max_packet_size = "1KB"` },
  async (broker) => {
    await using me = await MqttClient.connect(broker.url, 5, { clientId: "me" });
    assert.equal(me.connack.properties?.maximumPacketSize, 1024);
    await me.publish("a", "x".repeat(900), { qos: 1 });
    const { client } = await RawClient.connect(broker.port, 5, { clientId: "raw" });
    await using _ = client;
    await client.send("30 80 10"); // 2 KiB are announced: that is enough to know
    assert.equal((await client.expect("disconnect")).reasonCode, 0x95);
    await client.expectClose();
    await assertEnded(broker, "raw", "ProtocolError(the packet is larger than max_packet_size)");
  },
);

brokerTest(
  "a client that closes with answers unread is ReadWriteError, but Disconnect when it said good-bye before",
  {},
  async (broker) => {
    for (let i = 0; i < 10; i++) {
      using conn = await Deno.connect({ hostname: "127.0.0.1", port: broker.port });
      const connect = `100e 0004 4d515454 04 02 0000 0002 633${i}`; // Client Identifier c0, c1, …
      const goodBye = i % 2 === 0 ? "e000" : "";
      const bytes = Uint8Array.fromHex((connect + "c000".repeat(20_000) + goodBye).replaceAll(" ", ""));
      for (let at = 0; at < bytes.length;) at += await conn.write(bytes.subarray(at));
    }
    const ends = await broker.wait({ action: "client_disconnected" }, 10);
    for (const { clientid, reason } of ends) {
      assert.equal(reason, Number(String(clientid).slice(1)) % 2 === 0 ? "Disconnect" : "ReadWriteError");
    }
  },
);
