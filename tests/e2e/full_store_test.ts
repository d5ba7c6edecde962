// A file system that is really full under the store of the started program: what must be stored is refused, the rest
// goes on, and nothing that was acknowledged is lost.
import { deepEqual, equal, ok } from "node:assert/strict";
import { Hookline } from "../helpers/hookline.ts";
import { canMount, sh } from "../helpers/mount.ts";
import type { Packet } from "../helpers/mqtt_packet.ts";
import { SocketClient } from "../helpers/socket_client.ts";
import { tempDir } from "../helpers/temp_dir.ts";
import { until } from "../helpers/until.ts";

const STORED = { clientId: "stored", clean: false, properties: { sessionExpiryInterval: 3_600 } } as const;
const FILLER = "x".repeat(16 * 1024);

function message(topic: string, payload: string, qos: 0 | 1, messageId = 1): Packet {
  const rest = { topic, payload, dup: false, retain: false } as const;
  return { cmd: "publish", qos, ...rest, ...(qos > 0 && { messageId }) };
}

Deno.test({
  name:
    "a full disk under the store: refused with 0x97 while it is, and nothing that was acknowledged is lost",
  ignore: !canMount(),
  fn: async () => {
    await using dir = await tempDir();
    const disk = `${dir.path}/disk`;
    await Deno.mkdir(disk);
    sh("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", disk);
    try {
      const config = `store.path = "disk/hookline.db"\nlistener.tcp.default.addr = "127.0.0.1:0"\n`;
      const acknowledged: string[] = [];
      {
        await using broker = await Hookline.start({ cwd: dir.path, config, http: true });
        const { client: away } = await SocketClient.connect(broker.port, 5, STORED);
        await away.send({ cmd: "subscribe", messageId: 1, subscriptions: [{ topic: "kept", qos: 1 }] });
        await away.expect("suback");
        await away.send({ cmd: "disconnect" });
        await away.expectEnd();
        await away[Symbol.asyncDispose]();
        await using publisher = await publisherOf(broker);
        await using here = (await SocketClient.connect(broker.port, 5, { clientId: "here" })).client;
        await here.send({ cmd: "subscribe", messageId: 1, subscriptions: [{ topic: "now", qos: 1 }] });
        await here.expect("suback");

        const isTroubled = (): boolean => broker.log.some((e) => e.msg.startsWith("the store takes nothing"));
        let waits = "";
        for (let i = 0; !isTroubled() && i < 200; i++) {
          const payload = waits = `${i} ${FILLER}`;
          await publisher.send(message("kept", payload, 1, i + 1));
          const answer = publisher.expect("puback").then(() => acknowledged.push(payload));
          await Promise.race([answer, until(isTroubled, "the disk is full", 10_000)]);
          void answer.catch(() => {}); // it waits until there is space
        }
        ok(isTroubled() && acknowledged.length > 5, `${acknowledged.length} were stored`);
        await using other = await publisherOf(broker, "other");
        await other.send(message("kept", "refused", 1));
        equal((await other.expect("puback")).reasonCode, 0x97);
        await other.send(message("now", "passes", 1, 2));
        equal((await here.expect("publish")).payload.toString(), "passes");
        equal((await other.expect("puback")).reasonCode ?? 0, 0);
        const ready = await fetch(`${broker.httpUrl}/readyz`);
        const { status } = ready;
        deepEqual([status, /full/.test(await ready.text())], [503, true]);

        ok(!acknowledged.includes(waits), "what found it out is not acknowledged");
        sh("mount", "-o", "remount,size=16m", disk);
        await until(() => acknowledged.includes(waits), "what waited is acknowledged", 5_000);
        ok(broker.log.some((e) => e.msg === "the store takes everything again"));
        await other.send(message("kept", "last", 1, 3));
        equal((await other.expect("puback")).reasonCode ?? 0, 0);
        acknowledged.push("last");
        broker.signal("SIGKILL");
      }
      await using again = await Hookline.start({ cwd: dir.path, config });
      const { client: back, connack } = await SocketClient.connect(again.port, 5, STORED);
      await using _ = back;
      equal(connack.sessionPresent, true);
      const got: string[] = [];
      while (got.length < acknowledged.length) {
        const { payload, messageId = 0 } = await back.expect("publish");
        got.push(payload.toString());
        await back.send({ cmd: "puback", messageId });
      }
      deepEqual(got.map(nameOf), acknowledged.map(nameOf));
    } finally {
      sh("umount", "-l", disk);
    }
  },
});

function nameOf(payload: string): string {
  return payload.split(" ")[0] ?? "";
}

async function publisherOf(broker: Hookline, clientId = "publisher"): Promise<SocketClient> {
  return (await SocketClient.connect(broker.port, 5, { clientId })).client;
}
