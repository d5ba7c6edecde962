// MQTT over WebSockets of the started program, with the client that most pages use.
import assert from "node:assert/strict";
import { Hookline } from "../helpers/hookline.ts";
import { MqttClient } from "../helpers/mqtt_client.ts";
import { tempDir } from "../helpers/temp_dir.ts";

Deno.test("MQTT.js publishes and receives over ws", async () => {
  await using dir = await tempDir();
  await using broker = await Hookline.start({
    cwd: dir.path,
    config: '[listener.ws.external]\naddr = "127.0.0.1:0"\n',
  });
  for (const version of [3, 4, 5] as const) {
    await using client = await MqttClient.connect(`ws://127.0.0.1:${broker.port}/mqtt`, version);
    await client.subscribe("a/#", { qos: 1 });
    await client.publish("a/b", "x".repeat(100_000), { qos: 1 });
    assert.equal((await client.text()).length, 100_000);
    await client.end();
  }
  const reasons = (await broker.events()).filter((it) => it["action"] === "client_disconnected")
    .map((it) => it["reason"]);
  assert.deepEqual(reasons, ["Disconnect", "Disconnect", "Disconnect"]);
});
