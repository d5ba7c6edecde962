// The end of a session tells what its client never acknowledged: each message sent with QoS 1 or 2 is acknowledged or
// dropped, once.
import assert from "node:assert/strict";
import { disconnectReason } from "../../src/broker/disconnect_reason.ts";
import { publish, settled, type TestClient, World } from "./_world.ts";

/**
 * A client with two messages acknowledged, one sent with each QoS in every state that waits for an answer, and one that
 * still waits for its turn.
 */
async function busyClient(world: World, expiry: number): Promise<TestClient> {
  const client = await world.connect("s", {
    protocolVersion: 5,
    properties: { receiveMaximum: 3, sessionExpiryInterval: expiry },
  });
  await client.subscribe("t", 2);
  const publisher = await world.connect("p", { clean: true });
  await publisher.sent(publish("t", "acked1", 1, 11), publish("t", "acked2", 2, 12));
  await client.sent({ cmd: "puback", messageId: 1 }, { cmd: "pubrec", messageId: 2 }, {
    cmd: "pubcomp",
    messageId: 2,
  });
  await publisher.sent(
    publish("t", "zero"),
    publish("t", "sent1", 1, 13),
    publish("t", "sent2", 2, 14),
    publish("t", "released", 2, 15),
    publish("t", "waits", 1, 16),
  );
  await client.sent({ cmd: "pubrec", messageId: 5 });
  return client;
}

/** `payload packet_id reason` of each message_dropped, which must all stand right before session_terminated. */
function drops(world: World): string[] {
  const lines = world.lines().filter(({ clientid }) => clientid === "s");
  const end = lines.findIndex(({ action }) => action === "session_terminated");
  const dropped = lines.filter(({ action }) => action === "message_dropped");
  assert.deepEqual(lines.slice(end - dropped.length, end), dropped);
  return dropped.map((line) => `${atob(String(line["payload"]))} ${line["packet_id"]} ${line["reason"]}`);
}

/** Each message sent with QoS 1 or 2 is told once more, as acknowledged or as dropped. */
function assertAddsUp(world: World): void {
  const payloads = (...events: ("message_delivered" | "message_acked" | "message_dropped")[]): unknown[] =>
    world.lines(...events).filter(({ qos, packet_id }) => qos !== 0 && packet_id !== "")
      .map(({ payload }) => payload).sort();
  assert.deepEqual(payloads("message_acked", "message_dropped"), payloads("message_delivered"));
}

const ENDS: readonly (readonly [
  how: string,
  reason: string,
  expiry: number,
  end: (world: World, client: TestClient) => Promise<unknown>,
])[] = [
  ["a good-bye", "Disconnect", 0, (_, client) => client.sent({ cmd: "disconnect", reasonCode: 0 })],
  [
    "a good-bye that says more",
    "Disconnect(0x04 DisconnectWithWillMessage)",
    0,
    (_, client) => client.sent({ cmd: "disconnect", reasonCode: 4 }),
  ],
  ["the end of the connection", "RemoteClose", 0, (_, client) => {
    client.peer.end();
    return settled();
  }],
  ["its expiry", "SessionExpiration", 5, async (world, client) => {
    client.peer.end();
    await world.pass(6_000);
  }],
  [
    "a clean start over it",
    "Kicked",
    100,
    (world) => world.connect("s", { protocolVersion: 5, clean: true }),
  ],
  ["the broker's end", "ServerShuttingDown", 100, (world) => world.stop()],
];

for (const [how, reason, expiry, end] of ENDS) {
  Deno.test(`a session that ends by ${how} tells what was not acknowledged as dropped`, async () => {
    await using world = new World();
    const client = await busyClient(world, expiry);
    await end(world, client);
    assert.deepEqual(drops(world), [
      `sent1 3 ${reason}`,
      `sent2 4 ${reason}`,
      `released 5 ${reason}`,
      `waits  ${reason}`,
    ]);
    assertAddsUp(world);
    assert.equal([...world.broker.counters.dropped.values()].reduce((a, b) => a + b), 4);
  });
}

Deno.test("a Reason String is cut after 200 characters, and never within one", () => {
  const reasonOf = (reasonString: string): string =>
    disconnectReason({ reasonCode: 0x80, reasonString, sessionExpiryInterval: undefined });
  assert.equal(reasonOf("x".repeat(200)), `Disconnect(0x80 UnspecifiedError: ${"x".repeat(200)})`);
  assert.equal(reasonOf("x".repeat(65_535)), `Disconnect(0x80 UnspecifiedError: ${"x".repeat(200)}…)`);
  assert.equal(reasonOf(`${"x".repeat(199)}🦕.`), `Disconnect(0x80 UnspecifiedError: ${"x".repeat(199)}…)`);
});
