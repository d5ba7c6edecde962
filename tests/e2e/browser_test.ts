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
  return Deno.serve({ port: 0, hostname: "0.0.0.0", onListen: () => {} }, ({ url }) => {
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
async function talk([url, protocolVersion, clientId]: readonly [string, 4 | 5, string]): Promise<Told> {
  const { mqtt } = globalThis as unknown as { readonly mqtt: typeof Mqtt };
  const client = await mqtt.connectAsync(url, { protocolVersion, clientId, reconnectPeriod: 0 });
  const waiting: ((payload: Uint8Array) => void)[] = [];
  client.on("message", (_topic, payload) => waiting.shift()?.(payload));
  const next = (): Promise<Uint8Array> => new Promise((resolve) => waiting.push(resolve));
  await client.subscribeAsync("page/#", { qos: 2 });
  const sizes: number[] = [];
  for (const qos of [0, 1, 2] as const) {
    const back = next(); // of 10, 1,000 and 100,000 bytes
    await client.publishAsync(`page/${qos}`, "x".repeat(10 ** (2 * qos + 1)), { qos });
    sizes.push((await back).length);
  }
  const last = next();
  await client.publishAsync("ready", "", { qos: 1 });
  const fromOthers = new TextDecoder().decode(await last);
  await client.endAsync();
  return { sizes, fromOthers };
}

/** Runs in the page: whether it gets in at all. */
function knock(url: string): Promise<string> {
  const socket = new WebSocket(url, "mqtt");
  return new Promise((resolve) => {
    socket.onopen = () => resolve("let in");
    socket.onerror = () => resolve("refused");
  });
}

/** Says hello to each page that is ready. */
async function answer(broker: Hookline, clientid: string): Promise<void> {
  await broker.event(
    (it) => it["from_clientid"] === clientid && it["topic"] === "ready",
    "the page is ready",
  );
  const { client } = await SocketClient.connect(broker.port, 4, { clientId: "other" });
  await using _ = client;
  const message = {
    topic: "page/x",
    payload: `hello, ${clientid}`,
    qos: 0,
    dup: false,
    retain: false,
  } as const;
  await client.send({ cmd: "publish", ...message });
}

Deno.test("a page publishes and receives over ws and wss, with 3.1.1 and 5.0", async (t) => {
  await using dir = await tempDir();
  const { serverCert, serverKey } = await makeCertificates(dir.path);
  await using broker = await Hookline.start({
    cwd: dir.path,
    config: `listener.tcp.default.addr = "127.0.0.1:0"
listener.ws.plain.addr = "127.0.0.1:0"
[listener.wss.secure]
addr = "127.0.0.1:0"
cert = "${serverCert}"
key = "${serverKey}"
`,
    hooks: `urls = ["file:./hook.log"]
rule.client_connected = [{}]
rule.message_publish = [{ topics = ["ready"] }]
rule.session_terminated = [{}]
`,
  });
  await using server = pageServer();
  await using browser = await TestBrowser.open();
  const origin = `http://127.0.0.1:${server.addr.port}/`;
  const portOf = (name: string): unknown => broker.log.find(({ listener }) => listener === name)?.["port"];
  for (const url of [`ws://127.0.0.1:${portOf("plain")}/mqtt`, `wss://127.0.0.1:${portOf("secure")}/mqtt`]) {
    for (const version of [4, 5] as const) {
      await t.step(`${url.slice(0, url.indexOf(":"))}, version ${version}`, async () => {
        const page = await browser.page(origin);
        const id = `${url} ${version}`;
        const [told] = await Promise.all([
          page.evaluate(talk, [url, version, id] as const),
          answer(broker, id),
        ]);
        assert.deepEqual(told, { sizes: [10, 1_000, 100_000], fromOthers: `hello, ${id}` });
        await broker.event((it) => it["action"] === "session_terminated" && it["clientid"] === id, "its end");
        const connected = (await broker.events()).find((it) =>
          it["clientid"] === id && it["action"] === "client_connected"
        );
        assert.match(String(connected?.["ipaddress"]), /^127\.0\.0\.1:\d+$/);
        await page.close();
      });
    }
  }
  assert.deepEqual(browser.complaints, []);
  await t.step("a page of another host is refused", async () => {
    const page = await browser.page(origin.replace("127.0.0.1", "localhost"));
    const url = `ws://127.0.0.1:${portOf("plain")}/mqtt`;
    assert.equal(await page.evaluate(knock, url), "refused");
  });
});
