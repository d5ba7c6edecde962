// The started program with a required file: what is not in it was never acknowledged, and it heals by itself.
import { deepEqual, equal } from "node:assert/strict";
import { Hookline } from "../helpers/hookline.ts";
import type { Packet } from "../helpers/mqtt_packet.ts";
import { connectPacket, SocketClient } from "../helpers/socket_client.ts";
import { tempDir } from "../helpers/temp_dir.ts";
import { until } from "../helpers/until.ts";

const HOOKS = `
urls = [{ url = "file:./logs/audit.log", required = true }]
rule.message_publish = [{}]
rule.client_connected = [{}]
`;

function message(payload: string, messageId: number): Packet {
  return { cmd: "publish", topic: "t", payload, qos: 1, messageId, dup: false, retain: false };
}

Deno.test("a required file whose folder is gone: clients of both versions are refused until it is back", async () => {
  await using dir = await tempDir();
  await using broker = await Hookline.start({ cwd: dir.path, hooks: HOOKS, http: true });
  const { client: five } = await SocketClient.connect(broker.port, 5, { clientId: "five" });
  await using _five = five;
  const answers: string[] = [];
  await using four = await SocketClient.open(broker.port, 4, { onPacket: ({ cmd }) => answers.push(cmd) });
  await four.send(connectPacket(4, { clientId: "four" }));

  await Deno.remove(`${dir.path}/logs`, { recursive: true });
  await Deno.writeTextFile(`${dir.path}/logs`, "");
  // Noticed within half a second of activity.
  let sent = 0;
  await until(
    async () => {
      if (isTold(broker, "lines that are required are not written")) return true;
      if (answers.length > sent) await four.send(message(`four ${++sent}`, sent));
      return false;
    },
    "it is noticed",
    10_000,
  );
  equal(answers.length, sent, "the last one is not acknowledged");
  await five.send(message("refused", 1));
  equal((await five.expect("puback")).reasonCode, 0x97);
  equal(await connackCode(broker, 5), 0x88);
  equal(await connackCode(broker, 4), 3);
  const ready = await fetch(`${broker.httpUrl}/readyz`);
  deepEqual([ready.status, (await ready.text()).includes("audit.log")], [503, true]);
  equal(answers.length, sent, "nor has it been since");

  await Deno.remove(`${dir.path}/logs`);
  await until(() => answers.length === sent + 1, "what waited is acknowledged", 5_000);
  await five.send(message("after", 2));
  equal((await five.expect("puback")).reasonCode, 0x10);
  const lines = await broker.events("logs/audit.log");
  const published = lines.filter((e) => e["action"] === "message_publish");
  deepEqual(published.map((e) => atob(String(e["payload"]))), [`four ${sent}`, "after"]);
});

function isTold(broker: Hookline, text: string): boolean {
  return broker.log.some((e) => e.msg.startsWith(text));
}

/** What the CONNACK of a client that is new says. */
async function connackCode(broker: Hookline, version: 4 | 5): Promise<number | undefined> {
  const { client, connack } = await SocketClient.connect(broker.port, version, { clientId: "late" });
  await client[Symbol.asyncDispose]();
  return version === 5 ? connack.reasonCode : connack.returnCode;
}
