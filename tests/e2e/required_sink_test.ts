// The started program with a required file: what is not in it was never acknowledged, and it heals by itself.
import { deepEqual, equal, ok } from "node:assert/strict";
import { Hookline } from "../helpers/hookline.ts";
import type { Packet } from "../helpers/mqtt_packet.ts";
import { SocketClient } from "../helpers/socket_client.ts";
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

Deno.test("a required file in a folder that is gone: clients of both versions are refused until it is back", async () => {
  await using dir = await tempDir();
  await using broker = await Hookline.start({ cwd: dir.path, hooks: HOOKS, http: true });
  const { client: five } = await SocketClient.connect(broker.port, 5, { clientId: "five" });
  await using _five = five;
  const { client: four } = await SocketClient.connect(broker.port, 4, { clientId: "four" });
  await using _four = four;
  const acknowledged: string[] = [];
  /** Publishes with 5.0 and returns the Reason Code. */
  const publish = async (payload: string, messageId: number): Promise<number> => {
    await five.send(message(payload, messageId));
    const { reasonCode = 0 } = await five.expect("puback");
    if (reasonCode < 0x80) acknowledged.push(payload);
    return reasonCode;
  };
  equal(await publish("before", 1), 0x10);

  await Deno.remove(`${dir.path}/logs`, { recursive: true });
  await Deno.writeTextFile(`${dir.path}/logs`, "");
  // It is noticed within half a second of activity; what notices it waits for its answer.
  let noticed = 0;
  await until(
    async () => {
      await using finder = await SocketClient.open(broker.port, 4);
      await finder.send({ cmd: "connect", clientId: `finder${noticed++}`, keepalive: 60, clean: true });
      return broker.log.some((e) => e.msg.startsWith("lines that are required are not written"));
    },
    "it is noticed",
    10_000,
  );
  equal(await publish("refused", 2), 0x97);
  await four.send(message("unanswered", 3));
  equal((await fetch(`${broker.http}/readyz`)).status, 503);
  const { connack } = await SocketClient.connect(broker.port, 5, { clientId: "late" });
  equal(connack.reasonCode, 0x88);

  await Deno.remove(`${dir.path}/logs`);
  await until(() => broker.log.some((e) => e.msg.includes("takes lines again")), "it heals");
  equal(await publish("after", 4), 0x10);
  const lines = await broker.events("logs/audit.log");
  const published = lines.filter((e) => e["action"] === "message_publish").map((e) =>
    atob(String(e["payload"]))
  );
  deepEqual(published, ["after"]); // the first is in the folder that is gone
  ok(acknowledged.slice(1).every((payload) => published.includes(payload)));
});
