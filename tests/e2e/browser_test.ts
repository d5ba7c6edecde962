// A page in a real browser: MQTT.js in Chromium publishes and receives, over ws and wss.
import assert from "node:assert/strict";
import type Mqtt from "mqtt";
import { TestBrowser } from "../helpers/browser.ts";
import { makeCertificates } from "../helpers/certificates.ts";
import { Hookline } from "../helpers/hookline.ts";
import { SocketClient } from "../helpers/socket_client.ts";
import { tempDir } from "../helpers/temp_dir.ts";

const MQTT_JS = await Deno.readFile(new URL("../dist/mqtt.min.js", import.meta.resolve("mqtt")));

/** Serves a page that has MQTT.js. */
function pageServer(): Deno.HttpServer<Deno.NetAddr> {
  return Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, ({ url }) => {
    const isScript = url.endsWith(".js");
    const body = isScript ? MQTT_JS : "<!doctype html><script src=mqtt.js></script>";
    return new Response(body, { headers: { "content-type": isScript ? "text/javascript" : "text/html" } });
  });
}

interface Told {
  /** Payload sizes of what came back, by QoS. */
  readonly sizes: readonly number[];
  readonly fromOthers: string;
}

/** Runs in the page: every QoS to itself, in messages of one frame and of many, then one from somebody else. */
async function talk([url, protocolVersion]: readonly [string, 4 | 5]): Promise<Told> {
  const { mqtt } = globalThis as unknown as { readonly mqtt: typeof Mqtt };
  const client = await mqtt.connectAsync(url, { protocolVersion, clientId: "page", reconnectPeriod: 0 });
  const waiting: ((payload: Uint8Array) => void)[] = [];
  client.on("message", (_topic, payload) => waiting.shift()?.(payload));
  const next = (): Promise<Uint8Array> => new Promise((resolve) => waiting.push(resolve));
  await client.subscribeAsync("page/#", { qos: 2 });
  const sizes: number[] = [];
  for (const qos of [0, 1, 2] as const) {
    const back = next();
    // MQTT.js in a browser wants a Buffer for bytes; a text will do.
    await client.publishAsync(`page/${qos}`, "x".repeat(10 ** (2 * qos + 1)), { qos });
    sizes.push((await back).length);
  }
  const last = next();
  await client.publishAsync("ready", "", { qos: 1 });
  const fromOthers = new TextDecoder().decode(await last);
  await client.endAsync();
  return { sizes, fromOthers };
}

for (const kind of ["ws", "wss"] as const) {
  for (const version of [4, 5] as const) {
    Deno.test(`a page publishes and receives over ${kind}, version ${version}`, async () => {
      await using dir = await tempDir();
      const { serverCert, serverKey } = await makeCertificates(dir.path);
      const config = `listener.tcp.default.addr = "127.0.0.1:0"
[listener.${kind}.web]
addr = "127.0.0.1:0"
${kind === "wss" ? `cert = "${serverCert}"\nkey = "${serverKey}"\n` : ""}`;
      await using broker = await Hookline.start({ cwd: dir.path, config });
      const web = broker.log.find(({ listener }) => listener === "web");
      await using server = pageServer();
      await using browser = await TestBrowser.open();
      const page = await browser.page(`http://127.0.0.1:${server.addr.port}/`);
      const talking = page.evaluate(talk, [`${kind}://127.0.0.1:${web?.["port"]}/mqtt`, version] as const);
      const { client } = await SocketClient.connect(broker.port, 4, { clientId: "other" });
      await using _ = client;
      await broker.event(({ action, topic }) => action === "message_publish" && topic === "ready", "ready");
      await client.send({
        cmd: "publish",
        topic: "page/x",
        payload: "hello, page",
        qos: 0,
        dup: false,
        retain: false,
      });
      assert.deepEqual(await talking, { sizes: [10, 1_000, 100_000], fromOthers: "hello, page" });
      const connected = await broker.event((it) => it["clientid"] === "page", "the page's lines");
      assert.match(String(connected["ipaddress"]), /^127\.0\.0\.1:\d+$/);
      assert.deepEqual(browser.complaints, []);
    });
  }
}
