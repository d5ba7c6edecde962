// A store that cannot be opened at the start of the program, and then can: it is taken over while clients are here.
import { deepEqual, equal, ok } from "node:assert/strict";
import { Hookline } from "../helpers/hookline.ts";
import { SocketClient } from "../helpers/socket_client.ts";
import { tempDir } from "../helpers/temp_dir.ts";
import { until } from "../helpers/until.ts";

const CONFIG = `store.path = "place/hookline.db"\nlistener.tcp.default.addr = "127.0.0.1:0"\n`;

/** A session that stays an hour. */
function stays(broker: Hookline, clientId: string): ReturnType<typeof SocketClient.connect> {
  return SocketClient.connect(broker.port, 5, {
    clientId,
    clean: false,
    properties: { sessionExpiryInterval: 3_600 },
  });
}

async function publish(
  client: SocketClient,
  topic: string,
  payload: string,
  retain = false,
): Promise<number> {
  await client.send({ cmd: "publish", topic, payload, qos: 1, messageId: 1, dup: false, retain });
  return (await client.expect("puback")).reasonCode ?? 0;
}

Deno.test("a store that cannot be opened at the start is taken over when it can be", async () => {
  await using dir = await tempDir();
  {
    await using broker = await Hookline.start({ cwd: dir.path, config: CONFIG });
    for (const name of ["stored", "replaced"]) {
      await using client = (await stays(broker, name)).client;
      await client.send({ cmd: "subscribe", messageId: 1, subscriptions: [{ topic: `${name}/#`, qos: 1 }] });
      await client.expect("suback");
    }
    await using publisher = (await SocketClient.connect(broker.port, 5, { clientId: "p" })).client;
    equal(await publish(publisher, "stored/1", "waits"), 0);
    equal(await publish(publisher, "old", "old", true), 0x10);
    equal(await publish(publisher, "both", "old", true), 0x10);
    equal((await broker.stop()).code, 0);
  }
  await Deno.rename(`${dir.path}/place`, `${dir.path}/aside`);
  await Deno.writeTextFile(`${dir.path}/place`, "");
  await using broker = await Hookline.start({ cwd: dir.path, config: CONFIG, http: true });
  await until(() => broker.log.some((e) => e.msg.includes("cannot be opened")), "it is told");
  const refused = await stays(broker, "stored");
  equal(refused.connack.reasonCode, 0x88);
  await refused.client[Symbol.asyncDispose]();
  await using here = (await SocketClient.connect(broker.port, 5, { clientId: "replaced" })).client;
  await here.send({ cmd: "publish", topic: "both", payload: "new", qos: 0, dup: false, retain: true });
  await here.ping();

  await Deno.remove(`${dir.path}/place`);
  await Deno.rename(`${dir.path}/aside`, `${dir.path}/place`);
  await until(
    () => broker.log.some((e) => e.msg.startsWith("the store takes everything again")),
    "it heals",
    15_000,
  );
  const ready = await fetch(`${broker.httpUrl}/readyz`);
  deepEqual([ready.status, await ready.text().then(() => "read")], [200, "read"]);
  const { client: stored, connack } = await stays(broker, "stored");
  await using _ = stored;
  equal(connack.sessionPresent, true);
  equal((await stored.expect("publish")).payload.toString(), "waits");
  await stored.send({ cmd: "puback", messageId: 1 });
  equal(await publish(here, "replaced/1", "to nobody"), 0x10, "its old session is gone");
  await here.send({ cmd: "subscribe", messageId: 2, subscriptions: [{ topic: "+", qos: 0 }] });
  await here.expect("suback");
  const kept = [await here.expect("publish"), await here.expect("publish")];
  deepEqual(kept.map(({ topic, payload }) => `${topic} ${payload}`).sort(), ["both new", "old old"]);
  const ended = (await broker.events("hook.log")).filter((e) => e["action"] === "session_terminated");
  ok(ended.some((e) => e["clientid"] === "replaced" && e["reason"] === "Kicked"));
});
