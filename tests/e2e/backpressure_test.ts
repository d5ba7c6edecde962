// A flood meets subscribers of all kinds: the healthy one loses nothing, the stalled one loses alone.
import { equal, ok } from "node:assert/strict";
import { floodPublish } from "../helpers/flood_publisher.ts";
import { Hookline } from "../helpers/hookline.ts";
import { SocketClient } from "../helpers/socket_client.ts";
import { residentMemory } from "../helpers/resident_memory.ts";
import { tempDir } from "../helpers/temp_dir.ts";

const MESSAGES = 30_000;
/** RMQTT's own limits: a flood passes them in a moment. */
const LISTENER = `[listener.tcp.default]\naddr = "127.0.0.1:0"\nmax_inflight = 16\nmax_mqueue_len = 1000\n`;
const HOOKS = `urls = ["file:./hook.log"]\nrule.message_dropped = [{}]\nrule.session_subscribed = [{}]\n`;

/** Subscribes with QoS 1 and acknowledges everything: mosquitto_sub, until `count` messages came. */
async function countMessages(broker: Hookline, count: number): Promise<number> {
  const { code, stdout } = await new Deno.Command("mosquitto_sub", {
    args: [
      "-p",
      String(broker.port),
      "-t",
      "flood/#",
      "-q",
      "1",
      "-C",
      String(count),
      "-W",
      "60",
      "-i",
      "healthy",
    ],
  }).output();
  equal(code, 0, "not all messages came");
  return new TextDecoder().decode(stdout).trimEnd().split("\n").length;
}

Deno.test("a flood loses nothing at a healthy subscriber whose queue is far smaller than the flood", async () => {
  await using dir = await tempDir();
  await using broker = await Hookline.start({ cwd: dir.path, config: LISTENER, hooks: HOOKS });
  const received = countMessages(broker, MESSAGES);
  await broker.event((e) => e["clientid"] === "healthy", "it subscribed");
  const flood = { port: broker.port, topic: "flood/1", payload: String, count: MESSAGES, window: 60_000 };
  equal(await floodPublish(flood), MESSAGES);
  equal(await received, MESSAGES);
  await broker.stop();
  equal((await broker.events()).filter((e) => e["action"] === "message_dropped").length, 0);
});

Deno.test("a subscriber that acknowledges nothing loses alone", async () => {
  await using dir = await tempDir();
  await using broker = await Hookline.start({ cwd: dir.path, config: LISTENER, hooks: HOOKS });
  const { client: stalled } = await SocketClient.connect(broker.port, 4, { clientId: "stalled" });
  await using _ = stalled;
  await stalled.send({ cmd: "subscribe", messageId: 1, subscriptions: [{ topic: "flood/#", qos: 1 }] });
  await stalled.expect("suback");
  const received = countMessages(broker, MESSAGES);
  await broker.event((e) => e["clientid"] === "healthy", "it subscribed");
  const flood = { port: broker.port, topic: "flood/1", payload: String, count: MESSAGES, window: 60_000 };
  equal(await floodPublish(flood), MESSAGES);
  equal(await received, MESSAGES);
  await stalled[Symbol.asyncDispose]();
  await broker.event((e) => e["reason"] === "RemoteClose", "the stalled client is gone");
  await broker.stop();
  const dropped = (await broker.events()).filter((e) => e["action"] === "message_dropped");
  ok(dropped.every((e) => e["clientid"] === "stalled"));
  // When it went, 16 were in its window and 1,000 were waiting; the others had found the queue full.
  equal(dropped.filter((e) => e["reason"] === "MessageQueueFull").length, MESSAGES - 1_016);
  equal(dropped.filter((e) => e["reason"] === "RemoteClose").length, 1_016);
  equal(dropped.length, MESSAGES);
});

Deno.test("a publisher that does not read its acknowledgements is not read any more, and grows nothing", async () => {
  await using dir = await tempDir();
  await using broker = await Hookline.start({ cwd: dir.path, hooks: "" });
  const before = await residentMemory(broker.pid);
  using conn = await Deno.connect({ hostname: "127.0.0.1", port: broker.port });
  const connect = "10 0d 0004 4d515454 04 02 0000 0001 61";
  await conn.write(Uint8Array.fromHex(connect.replaceAll(" ", "")));
  const publish = Uint8Array.fromHex("3206000174000178".padEnd(16, "0")); // QoS 1, topic "t", Packet Identifier, "x"
  const batch = new Uint8Array(publish.length * 8_192);
  for (let i = 0; i < 8_192; i++) batch.set(publish, i * publish.length);
  let sent = 0;
  for (let blocked = false; !blocked;) {
    const writing = conn.write(batch.subarray(sent % batch.length)).then((count) => sent += count);
    blocked = await noProgress(writing, 1_000);
    if (sent > 512 * 1024 * 1024) throw new Error("it read half a gigabyte and goes on");
  }
  const grown = (await residentMemory(broker.pid) - before) / 1024 / 1024;
  ok(grown < 100, `${grown} MB for one client that does not read`);
  // Nobody else notices.
  const { client } = await SocketClient.connect(broker.port, 4, { clientId: "other" });
  await using _ = client;
  await client.ping();
});

/** Whether `work` is still undone after `ms`. */
async function noProgress(work: Promise<unknown>, ms: number): Promise<boolean> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<boolean>((resolve) => timer = setTimeout(() => resolve(true), ms));
  const done = work.then(() => false, () => false);
  const blocked = await Promise.race([done, late]);
  clearTimeout(timer);
  return blocked;
}
