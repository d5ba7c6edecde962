// MQTT over WebSockets of the started program, with the client that most pages use.
import assert from "node:assert/strict";
import { canMakeCertificates, makeCertificates } from "../helpers/certificates.ts";
import { Hookline } from "../helpers/hookline.ts";
import { MqttClient } from "../helpers/mqtt_client.ts";
import { tempDir } from "../helpers/temp_dir.ts";

const hasOpenssl = await canMakeCertificates();

for (const kind of ["ws", "wss"] as const) {
  Deno.test({
    name: `MQTT.js publishes and receives over ${kind}`,
    ignore: kind === "wss" && !hasOpenssl,
    async fn(): Promise<void> {
      await using dir = await tempDir();
      const files = kind === "wss" ? await makeCertificates(dir.path) : undefined;
      const tls = files && `cert = "${files.serverCert}"\nkey = "${files.serverKey}"\n`;
      await using broker = await Hookline.start({
        cwd: dir.path,
        config: `[listener.${kind}.external]\naddr = "127.0.0.1:0"\n${tls ?? ""}`,
      });
      const ca = files && { ca: await Deno.readTextFile(files.ca) };
      for (const version of [3, 4, 5] as const) {
        const url = `${kind}://127.0.0.1:${broker.port}/mqtt`;
        await using client = await MqttClient.connect(url, version, { ...ca });
        await client.subscribe("a/#", { qos: 1 });
        for (const size of [0, 1, 125, 126, 65_535, 65_536, 500_000]) {
          await client.publish("a/b", "x".repeat(size), { qos: 1 });
          assert.equal((await client.text()).length, size);
        }
        await client.end();
      }
      const ended = (await broker.events()).filter((it) => it["action"] === "client_disconnected");
      assert.deepEqual(ended.map((it) => it["reason"]), ["Disconnect", "Disconnect", "Disconnect"]);
    },
  });
}
