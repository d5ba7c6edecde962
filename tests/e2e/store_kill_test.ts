// SIGKILL in the middle of a flood: nothing that was acknowledged is missing at a subscriber that comes and goes.
import { deepEqual, ok } from "node:assert/strict";
import { floodPublish } from "../helpers/flood_publisher.ts";
import { Hookline } from "../helpers/hookline.ts";
import { connectPacket, SocketClient } from "../helpers/socket_client.ts";
import { tempDir } from "../helpers/temp_dir.ts";
import { until } from "../helpers/until.ts";

const SUBSCRIBER = { clientId: "subscriber", clean: false } as const;
/** Acknowledged messages after which the broker of each round is killed. */
const KILL_AFTER = [300, 1_500, 4_000] as const;

/** Takes every message and acknowledges it. @param taken what it got, by payload */
async function subscriber(port: number, taken: Set<string>): Promise<SocketClient> {
  const client = await SocketClient.open(port, 4, {
    onPacket: (packet) => {
      if (packet.cmd !== "publish") return;
      taken.add(String(packet.payload));
      client.write({ cmd: "puback", messageId: packet.messageId ?? 0 });
    },
  });
  client.write(connectPacket(4, SUBSCRIBER));
  client.write({ cmd: "subscribe", messageId: 1, subscriptions: [{ topic: "t", qos: 1 }] });
  return client;
}

Deno.test("whatever was acknowledged before a SIGKILL reaches the subscriber after it", async () => {
  await using dir = await tempDir();
  const options = { cwd: dir.path, hooks: `urls = ["file:./hook.log"]\nrule.session_created = [{}]\n` };
  const [acknowledged, taken] = [[] as string[], new Set<string>()];
  for (const [round, killAfter] of KILL_AFTER.entries()) {
    await using broker = await Hookline.start(options);
    const client = await subscriber(broker.port, taken);
    // In the second round it is away while messages come.
    if (round === 1) await client[Symbol.asyncDispose]();
    const count = await floodPublish({
      port: broker.port,
      topic: "t",
      payload: (i) => `${round} ${i}`,
      window: 200,
      onAcknowledged: (n) => n >= killAfter && broker.signal("SIGKILL"),
    });
    await broker.end();
    await client[Symbol.asyncDispose]();
    ok(count >= killAfter);
    acknowledged.push(...Array.from({ length: count }, (_, i) => `${round} ${i}`));
  }
  await using broker = await Hookline.start(options);
  await using _client = await subscriber(broker.port, taken);
  await until(() => acknowledged.every((payload) => taken.has(payload)), "all that was acknowledged is here")
    .catch(() => undefined);
  deepEqual(acknowledged.filter((payload) => !taken.has(payload)), []);
  const sessions = (await broker.events()).filter(({ clientid }) => clientid === "subscriber");
  ok(sessions.length === 1, "one session for all of it");
});

Deno.test("a store whose file was removed is there again after the next SIGTERM", async () => {
  await using dir = await tempDir();
  const options = { cwd: dir.path, hooks: `urls = ["file:./hook.log"]\nrule.session_created = [{}]\n` };
  for (const round of [1, 2]) {
    await using broker = await Hookline.start(options);
    const client = await subscriber(broker.port, new Set());
    await broker.event((event) => event["clientid"] === "subscriber", "session_created");
    await client[Symbol.asyncDispose]();
    if (round === 1) await Deno.remove(`${dir.path}/hookline.db`);
    await broker.stop();
    ok((await Deno.stat(`${dir.path}/hookline.db`)).size > 0);
    // Made in the first round alone.
    deepEqual((await broker.events()).length, 1);
  }
});
