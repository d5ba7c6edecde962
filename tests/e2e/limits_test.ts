// Limits of the whole broker, as a client meets them.
import { equal, rejects } from "node:assert/strict";
import { Hookline } from "../helpers/hookline.ts";
import { MqttClient } from "../helpers/mqtt_client.ts";
import { tempDir } from "../helpers/temp_dir.ts";

Deno.test("a client that needs a session more than mqtt.max_sessions is refused, one that has a session is not", async () => {
  await using dir = await tempDir();
  const config = `mqtt.max_sessions = 2\nlistener.tcp.default.addr = "127.0.0.1:0"\n`;
  await using broker = await Hookline.start({ cwd: dir.path, config });
  const keeps = { clientId: "keeps", clean: false, properties: { sessionExpiryInterval: 60 } };
  {
    await using _away = await MqttClient.connect(broker.url, 5, keeps);
  }
  await using _here = await MqttClient.connect(broker.url, 5, { clientId: "here" });
  await rejects(MqttClient.connect(broker.url, 5, { clientId: "third" }), { code: 0x97 });
  await using back = await MqttClient.connect(broker.url, 5, keeps);
  equal(back.connack.sessionPresent, true);
});
