// What can happen to hook.log while the broker runs: it goes on, and tells.
import { equal, ok } from "node:assert/strict";
import { Hookline } from "../helpers/hookline.ts";
import { canMount, sh } from "../helpers/mount.ts";
import { SocketClient } from "../helpers/socket_client.ts";
import { tempDir } from "../helpers/temp_dir.ts";
import { until } from "../helpers/until.ts";

const EVERYTHING = (url: string): string => `urls = ["${url}"]\nrule.message_publish = [{}]\n`;

/** Publishes `text` with QoS 1 and waits for the acknowledgement. */
async function publish(client: SocketClient, text: string, messageId = 1): Promise<void> {
  await client.send({
    cmd: "publish",
    topic: "t",
    payload: text,
    qos: 1,
    messageId,
    dup: false,
    retain: false,
  });
  await client.expect("puback");
}

async function payloads(broker: Hookline, file: string): Promise<string[]> {
  return (await broker.events(file)).map((e) => atob(String(e["payload"])));
}

for (const signal of ["SIGHUP", "SIGUSR2"] as const) {
  Deno.test(`after a rename and ${signal} the next line is in the new file`, async () => {
    await using dir = await tempDir();
    await using broker = await Hookline.start({ cwd: dir.path, hooks: EVERYTHING("file:./hook.log") });
    const { client } = await SocketClient.connect(broker.port, 4, { clientId: "p" });
    await using _ = client;
    await publish(client, "before");
    await Deno.rename(`${dir.path}/hook.log`, `${dir.path}/hook.log.1`);
    broker.signal(signal);
    await until(() => broker.log.some((e) => e.msg === "files reopened"), "files reopened");
    await publish(client, "after");
    equal((await payloads(broker, "hook.log.1")).join(), "before");
    equal((await payloads(broker, "hook.log")).join(), "after");
  });
}

Deno.test("a removed folder is made again without a signal", async () => {
  await using dir = await tempDir();
  await using broker = await Hookline.start({
    cwd: dir.path,
    hooks: EVERYTHING("file:./logs/deep/hook.log"),
  });
  const { client } = await SocketClient.connect(broker.port, 4, { clientId: "p" });
  await using _ = client;
  await publish(client, "before");
  await Deno.remove(`${dir.path}/logs`, { recursive: true });
  // Noticed within half a second of activity.
  await until(
    async () => {
      await publish(client, "again");
      return (await payloads(broker, "logs/deep/hook.log")).includes("again");
    },
    "the folder is back",
    5_000,
  );
});

Deno.test({
  name: "a full disk holds up no client, loses no line within the buffer, and is told once",
  ignore: !canMount(),
  fn: async () => {
    await using dir = await tempDir();
    const disk = `${dir.path}/disk`;
    await Deno.mkdir(disk);
    sh("mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", disk);
    try {
      await using broker = await Hookline.start({ cwd: dir.path, hooks: EVERYTHING("file:./disk/hook.log") });
      const { client } = await SocketClient.connect(broker.port, 4, { clientId: "p" });
      await using _ = client;
      const sent: string[] = [];
      for (let i = 0; i < 400; i++) { // some 120 KiB of lines: twice what the disk holds
        sent.push(`message ${i}`);
        await publish(client, `message ${i}`, i + 1);
      }
      await until(() => broker.log.some((e) => e.level === "error"), "the failure is told");
      sh("mount", "-o", "remount,size=8m", disk);
      await until(
        async () => (await payloads(broker, "disk/hook.log")).length === sent.length,
        "all lines are in the file",
      );
      equal((await payloads(broker, "disk/hook.log")).join(), sent.join());
      equal((await broker.stop()).code, 0);
      equal(broker.log.filter((e) => e.level === "error").length, 1);
      ok(broker.log.some((e) => e.msg.includes("takes lines again")), "the recovery is told");
    } finally {
      sh("umount", disk);
    }
  },
});
