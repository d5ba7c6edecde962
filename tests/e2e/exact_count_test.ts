// Nothing is lost, doubled or made up: the number of lines is what it must be.
import { equal } from "node:assert/strict";
import { floodPublish } from "../helpers/flood_publisher.ts";
import { Hookline } from "../helpers/hookline.ts";
import { tempDir } from "../helpers/temp_dir.ts";

const MESSAGES = 100_000;

Deno.test("100,000 QoS 1 messages to one subscriber make exactly three lines each", async () => {
  await using dir = await tempDir();
  const broker = await Hookline.start({ cwd: dir.path });
  const subscriber = new Deno.Command("mosquitto_sub", {
    args: ["-p", String(broker.port), "-t", "count/#", "-q", "1", "-C", String(MESSAGES), "-i", "counter"],
    stdout: "piped",
  }).spawn();
  const received = new Response(subscriber.stdout).text();
  await broker.event((e) => e["action"] === "session_subscribed", "the subscriber is there");
  const acknowledged = await floodPublish({
    port: broker.port,
    topic: "count/1",
    payload: String,
    count: MESSAGES,
    window: 1_000,
  });
  equal(acknowledged, MESSAGES);
  const payloads = (await received).trimEnd().split("\n");
  equal((await subscriber.status).code, 0);
  equal((await broker.stop()).code, 0);

  equal(payloads.length, MESSAGES);
  for (const [i, payload] of payloads.entries()) equal(payload, String(i)); // in order, none doubled
  const counts: Record<string, number> = {};
  for (const { action } of await broker.events()) counts[String(action)] = (counts[String(action)] ?? 0) + 1;
  // mosquitto_sub acknowledges its last message before it says good-bye.
  equal(counts["message_publish"], MESSAGES);
  equal(counts["message_delivered"], MESSAGES);
  equal(counts["message_acked"], MESSAGES);
  delete counts["message_publish"];
  delete counts["message_delivered"];
  delete counts["message_acked"];
  const twoClients = {
    client_connect: 2,
    session_created: 2,
    client_connack: 2,
    client_connected: 2,
    client_disconnected: 2,
    session_terminated: 2,
  };
  assertSame(counts, { ...twoClients, client_subscribe: 1, session_subscribed: 1 });
});

function assertSame(actual: Record<string, number>, expected: Record<string, number>): void {
  const sorted = (o: Record<string, number>): string => JSON.stringify(Object.entries(o).sort());
  equal(sorted(actual), sorted(expected));
}
