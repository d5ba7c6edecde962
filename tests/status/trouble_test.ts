// The started program in trouble with its disk and its store: it shows within two seconds, and clears.
import assert from "node:assert/strict";
import type { Health } from "../../src/status/api_types.ts";
import { Hookline } from "../helpers/hookline.ts";
import { MqttClient } from "../helpers/mqtt_client.ts";
import { tempDir } from "../helpers/temp_dir.ts";
import { until } from "../helpers/until.ts";

async function problems(broker: Hookline): Promise<readonly string[]> {
  const health: Health = await (await fetch(`${broker.httpUrl}/readyz`)).json();
  return health.problems;
}

async function metric(broker: Hookline, pattern: RegExp): Promise<string | undefined> {
  return pattern.exec(await (await fetch(`${broker.httpUrl}/metrics`)).text())?.[1];
}

Deno.test("a file that cannot be written shows, and clears when it can", async () => {
  await using dir = await tempDir();
  const hooks = 'urls = ["file:./logs/hook.log"]\nrule.message_publish = [{}]\n';
  await using broker = await Hookline.start({ cwd: dir.path, http: true, hooks });
  await using client = await MqttClient.connect(broker.url, 4);
  await client.publish("a", "x", { qos: 1 });
  await Deno.remove(`${dir.path}/logs`, { recursive: true });
  await Deno.writeTextFile(`${dir.path}/logs`, "");
  await until(
    async () => {
      await client.publish("a", "x", { qos: 1 });
      return (await problems(broker)).length > 0;
    },
    "it shows",
    4_000,
  );
  await until(
    async () => {
      await client.publish("a", "x", { qos: 1 });
      return await metric(broker, /^hookline_sink_up\{.*\} (\d)$/m) === "0";
    },
    "it shows on /metrics",
    2_000,
  );
  await Deno.remove(`${dir.path}/logs`);
  await until(async () => (await problems(broker)).length === 0, "it clears", 2_000);
  assert.equal(await metric(broker, /^hookline_ready (\d)$/m), "1");
});

Deno.test("a store at its limit shows, and clears when a client takes what waits for it", async () => {
  await using dir = await tempDir();
  const config =
    'listener.tcp.default.addr = "127.0.0.1:0"\n[store]\npath = "./store.db"\nmax_bytes = "1MB"\n';
  await using broker = await Hookline.start({ cwd: dir.path, http: true, config });
  const subscriber = { clientId: "late", clean: false };
  await using first = await MqttClient.connect(broker.url, 4, subscriber);
  await first.subscribe("a", { qos: 1 });
  await first.end();
  await using client = await MqttClient.connect(broker.url, 4);
  for (let i = 0; i < 30; i++) await client.publish("a", "x".repeat(50_000), { qos: 1 });
  await until(async () => (await problems(broker)).length > 0, "it shows", 2_000);
  assert.match((await problems(broker))[0] ?? "", /^store: store\.max_bytes is reached/);
  assert.equal(await metric(broker, /^hookline_store_up (\d)$/m), "0");
  assert(Number(await metric(broker, /^hookline_store_message_bytes (\d+)$/m)) > 900_000);
  await using again = await MqttClient.connect(broker.url, 4, subscriber);
  await again.text();
  await until(async () => (await problems(broker)).length === 0, "it clears", 2_000);
  assert.equal(await metric(broker, /^hookline_store_up (\d)$/m), "1");
});

Deno.test("$SYS is in no store: after a kill, it is of the new start alone", async () => {
  await using dir = await tempDir();
  const config = 'listener.tcp.default.addr = "127.0.0.1:0"\n[store]\npath = "./store.db"\n';
  await using broker = await Hookline.start({ cwd: dir.path, config });
  await using client = await MqttClient.connect(broker.url, 4);
  await client.publish("kept", "x", { qos: 1, retain: true });
  await client.subscribe("$SYS/broker/version");
  assert.match(await client.text(), /^hookline version /);
  await broker.stop("SIGKILL");
  await using off = await Hookline.start({ cwd: dir.path, config: `mqtt.sys_interval = 0\n${config}` });
  await using reader = await MqttClient.connect(off.url, 4);
  await reader.subscribe(["$SYS/#", "kept"]);
  assert.equal(await reader.text(), "x");
  assert.equal(reader.messages.length, 0);
});
