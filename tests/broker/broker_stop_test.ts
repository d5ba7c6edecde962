// The end of the broker: everybody is told, everything is logged, and nobody can hold it up.
import assert from "node:assert/strict";
import { publish, settled, World } from "./_world.ts";

Deno.test("5.0 clients are told ServerShuttingDown, older ones are closed; the lines say the same", async () => {
  await using world = new World();
  const five = await world.connect("five", { protocolVersion: 5 });
  const four = await world.connect("four");
  five.take();
  four.take();
  const stopping = world.broker.stop(5_000);
  await settled();
  const [goodbye] = five.take();
  assert(goodbye?.cmd === "disconnect" && goodbye.reasonCode === 0x8b);
  assert.deepEqual(four.take(), []);
  assert(five.peer.writeClosed && four.peer.writeClosed);
  five.peer.end();
  four.peer.end();
  await stopping; // without any time passing
  for (const event of ["client_disconnected", "session_terminated"] as const) {
    assert.deepEqual(world.story("clientid", event), [`${event}:five`, `${event}:four`]);
    assert.deepEqual(world.story("reason", event), Array(2).fill(`${event}:ServerShuttingDown`));
  }
});

Deno.test("a peer that does not read or close holds it up no longer than the timeout", async () => {
  await using world = new World();
  const client = await world.connect("a", { protocolVersion: 5 });
  client.peer.room = 0;
  let stopped = false;
  const stopping = world.broker.stop(1_500).then(() => stopped = true);
  await world.pass(1_000);
  assert(!stopped && !client.peer.closed);
  await world.pass(500);
  await stopping;
  assert(client.peer.closed);
});

Deno.test("without connections it ends at once", async () => {
  await using world = new World();
  await world.broker.stop(1_000_000);
});

Deno.test("connections without a CONNECT are closed too, and make no lines", async () => {
  await using world = new World();
  const peer = world.accept();
  const stopping = world.broker.stop(5_000);
  await settled();
  assert(peer.writeClosed);
  peer.end();
  await stopping;
  assert.deepEqual(world.lines(), []);
});

Deno.test("what waits for absent clients is told as lost, and their sessions as ended", async () => {
  await using world = new World();
  const away = await world.connect("away", { clean: false });
  await away.subscribe("t", 1);
  away.peer.end();
  const publisher = await world.connect("p");
  await publisher.sent(publish("t", "x", 1));
  await world.stop();
  assert.deepEqual(
    world.story("clientid", "offline_message", "message_dropped", "session_terminated"),
    ["offline_message:away", "session_terminated:p", "message_dropped:away", "session_terminated:away"],
  );
  const [dropped] = world.lines("message_dropped");
  assert.deepEqual([dropped?.["clientid"], dropped?.["reason"]], ["away", "ServerShuttingDown"]);
  assert.equal(world.sessions, 0);
});

Deno.test("the wills of connected clients are published", async () => {
  await using world = new World();
  await world.connect("w", { will: { topic: "will", payload: "gone" } });
  await world.stop();
  assert.deepEqual(world.story("topic", "message_publish"), ["message_publish:will"]);
  assert.equal(world.lines("message_publish")[0]?.["from_type"], "lastwill");
});
