// The live view of the started program: where it listens, what moves it, and what it says when a place is gone.
import assert from "node:assert/strict";
import type { Health, Overview, SinkInfo } from "../../src/status/api_types.ts";
import { inProcess } from "../cli/_io.ts";
import { freePort } from "../helpers/free_port.ts";
import { Hookline } from "../helpers/hookline.ts";
import { answer, Endpoint, ok } from "../helpers/http_endpoint.ts";
import { MqttClient } from "../helpers/mqtt_client.ts";
import { tempDir } from "../helpers/temp_dir.ts";
import { until } from "../helpers/until.ts";

const LISTENER = 'listener.tcp.default.addr = "127.0.0.1:0"\n';

async function health(broker: Hookline): Promise<Health & { status: number }> {
  const answered = await fetch(`${broker.httpUrl}/readyz`);
  return { ...await answered.json(), status: answered.status };
}

async function sinks(broker: Hookline): Promise<SinkInfo[]> {
  return await (await fetch(`${broker.httpUrl}/api/v1/sinks`)).json();
}

Deno.test("a client of RMQTT's API finds what it knows, and listeners are counted by themselves", async () => {
  await using dir = await tempDir();
  await using broker = await Hookline.start({ cwd: dir.path, http: true });
  await using client = await MqttClient.connect(broker.url, 5, { clientId: "c1", username: "ann" });
  await client.subscribe("a/#", { qos: 1 });
  await client.publish("a/b", "x", { qos: 1, retain: true });
  await client.text();
  const api = `${broker.httpUrl}/api/v1`;
  const [shown] = await (await fetch(`${api}/clients`)).json();
  assert.deepEqual([shown.clientid, shown.username, shown.proto_ver, shown.listener], [
    "c1",
    "ann",
    5,
    "default",
  ]);
  assert.deepEqual([shown.received, shown.sent], [1, 1]);
  const overview: Overview = await (await fetch(`${api}/overview`)).json();
  const [listener] = overview.listeners;
  assert.deepEqual([listener?.name, listener?.clients, listener?.clients_total], ["default", 1, 1]);
  // CONNECT, SUBSCRIBE, PUBLISH and PUBACK; CONNACK, SUBACK, PUBACK and PUBLISH.
  await until(async () => {
    const { counters } = await (await fetch(`${api}/overview`)).json() as Overview;
    return counters.packets_received === 4 && counters.packets_sent === 4 &&
      counters.messages_acknowledged === 1;
  }, "all packets are counted");
  assert(overview.counters.bytes_received > 40 && overview.memory.rss > 1e7);
  const [node] = await (await fetch(`${api}/nodes`)).json();
  assert(node.disk_total > 0 && node.memory_total > 0, "the program may ask for it");
  await (await fetch(`${api}/clients/c1`, { method: "DELETE" })).text();
  await client.closed;
  assert.equal(client.disconnect?.reasonCode, 0x98);
});

Deno.test("an endpoint that is gone shows on /readyz, /metrics and in status, and clears", async () => {
  await using dir = await tempDir();
  await using endpoint = await Endpoint.start();
  const hooks = `urls = ["${endpoint.url}?token=s3cret"]\nrule.message_publish = [{}]\n`;
  await using broker = await Hookline.start({ cwd: dir.path, http: true, hooks });
  await using client = await MqttClient.connect(broker.url, 4);
  assert.equal((await health(broker)).status, 200);
  assert.deepEqual(await inProcess(["status", "--url", broker.httpUrl]), {
    code: 0,
    stdout: "ready\n",
    stderr: "",
  });
  await endpoint.stop();
  await client.publish("a", "x", { qos: 1 });
  await until(async () => (await health(broker)).status === 503, "it shows", 2_000);
  const { problems } = await health(broker);
  assert.equal(problems.length, 1);
  assert.match(problems[0] ?? "", /^sink http:\/\/127\.0\.0\.1:\d+\/hook\?token=\*\*\*: /);
  const metrics = await (await fetch(`${broker.httpUrl}/metrics`)).text();
  assert.match(metrics, /hookline_sink_up\{sink="[^"]*\*\*\*"\} 0\n/);
  assert.match(metrics, /hookline_sink_lines_waiting\{[^}]*\} 1\n/);
  assert(!metrics.includes("s3cret"));
  const [sink] = await sinks(broker);
  assert.deepEqual([sink?.state, sink?.lines_waiting, sink?.parked_bytes], ["degraded", 1, 0]);
  assert(Math.abs((sink?.oldest_waiting ?? 0) - Date.now()) < 10_000);
  assert((sink?.spool_bytes ?? 0) > 100);
  const down = await inProcess(["status", "--url", broker.httpUrl]);
  assert.equal(down.code, 1);
  assert.match(down.stdout, /^sink http.*\n$/);
  await endpoint.restart();
  await until(async () => (await health(broker)).status === 200, "it clears");
  assert.equal((await sinks(broker))[0]?.lines_waiting, 0);
});

Deno.test("parked events are sent again on request, with their keys, and those refused again stay parked", async () => {
  await using dir = await tempDir();
  await using endpoint = await Endpoint.start();
  const hooks = `urls = ["${endpoint.url}"]\nrule.message_publish = [{}]\nretry_max_elapsed_time = "0"\n`;
  await using broker = await Hookline.start({ cwd: dir.path, http: true, hooks });
  await using client = await MqttClient.connect(broker.url, 4);
  endpoint.behave = answer(422);
  for (const topic of ["good", "bad"]) await client.publish(topic, "x", { qos: 1 });
  await until(async () =>
    ((await sinks(broker))[0]?.parked_bytes ?? 0) > 0 &&
    (await sinks(broker))[0]?.lines_waiting === 0, "both are parked");
  const keys = new Set(endpoint.requests.map(({ headers }) => headers["idempotency-key"]));
  endpoint.behave = (request) => request.lines[0]?.includes('"bad"') ? { status: 422 } : { status: 204 };
  const [sink] = await sinks(broker);
  const redeliver = (url = sink?.url): Promise<Response> =>
    fetch(`${broker.httpUrl}/api/v1/sinks/redeliver`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ url }),
    });
  const first = await (await redeliver()).json();
  assert.deepEqual([first.sent, first.failed, first.skipped], [1, 1, 0]);
  assert.match(first.last_failure, /422/);
  assert.deepEqual(endpoint.lines.length, 1);
  const again = endpoint.requests.slice(-2).map(({ headers }) => headers["idempotency-key"]);
  assert.deepEqual(new Set(again), keys);
  endpoint.behave = ok;
  const second = await (await redeliver()).json();
  assert.deepEqual([second.sent, second.failed], [1, 0]);
  assert.equal((await sinks(broker))[0]?.parked_bytes, 0);
  const none = await redeliver("http://127.0.0.1:1/none");
  assert.equal(none.status, 404);
  await none.body?.cancel();
});

Deno.test("a port in use: a warning where nobody wrote it, and no start where somebody did", async () => {
  using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  await using dir = await tempDir();
  const config = `${LISTENER}[http_api]\nhttp_laddr = "127.0.0.1:${taken.addr.port}"\n`;
  await assert.rejects(Hookline.start({ cwd: dir.path, config }), /the HTTP API cannot listen on/);
  // At the default port another broker of this machine may be, or none.
  await using broker = await Hookline.start({
    cwd: dir.path,
    config: `${LISTENER}[http_api]\nenable = true\n`,
  });
  await until(
    () =>
      broker.log.some(({ msg }) =>
        /^live view on http:\/\/127\.0\.0\.1:6060\/|goes on without it$/.test(msg)
      ),
    "it says which",
  );
});

Deno.test("a reload moves the HTTP API, turns it off, and leaves it where the new address is taken", async () => {
  await using dir = await tempDir();
  const at = (port: number, more = ""): string =>
    `${LISTENER}[http_api]\nhttp_laddr = "127.0.0.1:${port}"\n${more}`;
  const write = (text: string): Promise<void> => Deno.writeTextFile(`${dir.path}/hookline.toml`, text);
  const first = freePort();
  await using broker = await Hookline.start({ cwd: dir.path, config: at(first) });
  const running = async (port: number): Promise<boolean> => {
    const got = await fetch(`http://127.0.0.1:${port}/healthz`).catch(() => undefined);
    await got?.body?.cancel();
    return got?.status === 200;
  };
  assert(await running(first));
  using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  await write(at(taken.addr.port));
  assert(JSON.stringify(await broker.reload()).includes("stays as it was"));
  assert(await running(first));
  const second = freePort();
  await write(at(second, 'http_bearer_token = "new"\n'));
  await broker.reload();
  await until(async () => await running(second) && !await running(first), "it moved");
  const refused = await fetch(`http://127.0.0.1:${second}/api/v1`);
  assert.equal(refused.status, 401);
  await refused.body?.cancel();
  // Its own port at all addresses: the server that has it is in the way.
  await write(at(second, 'http_bearer_token = "new"\n').replace("127.0.0.1:" + second, `0.0.0.0:${second}`));
  assert(JSON.stringify(await broker.reload()).includes(`live view on http://0.0.0.0:${second}/`));
  await until(() => running(second), "it moved again");
  await write(`${LISTENER}[http_api]\nenable = false\n`);
  await broker.reload();
  await until(async () => !await running(second), "it is off");
});

Deno.test("status says that nobody answers, or that somebody else does", async () => {
  const nobody = await inProcess(["status", "--url", `http://127.0.0.1:${freePort()}`]);
  assert.equal(nobody.code, 1);
  assert.match(nobody.stderr, /nothing answers at .*refused/i);
  await using endpoint = await Endpoint.start();
  endpoint.behave = answer(200, {}, "hello");
  const other = await inProcess(["status", "--url", endpoint.url]);
  assert.deepEqual([other.code, /is no Hookline/.test(other.stderr)], [1, true]);
  assert.equal((await inProcess(["status", "--url", "localhost:6060"])).code, 64);
});
