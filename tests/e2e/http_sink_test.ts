// The started program with HTTP endpoints: nothing acknowledged is lost, a dead endpoint harms nobody, no secret is told.
import { deepEqual, equal, ok } from "node:assert/strict";
import { inProcess } from "../cli/_io.ts";
import { floodPublish } from "../helpers/flood_publisher.ts";
import { Hookline } from "../helpers/hookline.ts";
import { tempDir } from "../helpers/temp_dir.ts";
import { until } from "../helpers/until.ts";
import { Endpoint, ok as taken } from "../helpers/http_endpoint.ts";

const KILLS = 4;

const payloads = (lines: readonly string[]): string[] =>
  lines.map((line) => atob((JSON.parse(line) as { payload: string }).payload));

Deno.test(`each acknowledged message arrives at the endpoint after ${KILLS} SIGKILLs, some with it away`, async () => {
  await using dir = await tempDir();
  await using endpoint = await Endpoint.start();
  const hooks = `urls = ["${endpoint.url}"]\nrule.message_publish = [{}]\n`;
  const acknowledged: string[] = [];
  for (let round = 0; round < KILLS; round++) {
    if (round % 2 === 1) await endpoint.stop();
    const broker = await Hookline.start({ cwd: dir.path, hooks });
    const killAfter = 50 + Math.floor(Math.random() * 1_500);
    const count = await floodPublish({
      port: broker.port,
      topic: "kill/me",
      payload: (i) => `${round}-${i}`,
      window: 100,
      onAcknowledged: (n) => n >= killAfter && broker.signal("SIGKILL"),
    });
    equal((await broker.stop("SIGKILL")).signal, "SIGKILL");
    ok(count >= killAfter);
    for (let i = 0; i < count; i++) acknowledged.push(`${round}-${i}`);
    if (round % 2 === 1) await endpoint.restart();
  }
  const broker = await Hookline.start({ cwd: dir.path, hooks });
  const missing = (): string[] => {
    const arrived = new Set(payloads(endpoint.lines));
    return acknowledged.filter((payload) => !arrived.has(payload));
  };
  await until(() => missing().length === 0, "everything acknowledged arrives", 20_000);
  equal((await broker.stop()).code, 0);
  deepEqual([...Deno.readDirSync(`${dir.path}/spool`)].length, 1);
});

Deno.test("an endpoint that never answers slows neither hook.log nor another endpoint; SIGTERM ends it all with 0", async () => {
  await using dir = await tempDir();
  await using dead = await Endpoint.start();
  await using alive = await Endpoint.start();
  dead.behave = () => "never";
  const hooks = `urls = ["file:./hook.log", "${dead.url}", "${alive.url}"]\nrule.message_publish = [{}]\n` +
    `shutdown_timeout = "300ms"\n`;
  const broker = await Hookline.start({ cwd: dir.path, hooks });
  const total = 2_000;
  const count = await floodPublish({
    port: broker.port,
    topic: "t",
    payload: (i) => `${i}`,
    window: 100,
    count: total,
  });
  equal(count, total);
  await until(() => new Set(alive.lines).size === total, "all arrive at the other endpoint");
  equal((await broker.events()).length, total);
  const start = performance.now();
  equal((await broker.stop()).code, 0);
  ok(performance.now() - start < 3_000);

  dead.behave = taken;
  const again = await Hookline.start({ cwd: dir.path, hooks });
  await until(() => new Set(dead.lines).size === total, "all arrive at the endpoint that was dead");
  equal((await again.stop()).code, 0);
});

Deno.test("check and the daemon's log name an endpoint without its secrets", async () => {
  await using dir = await tempDir();
  await using endpoint = await Endpoint.start();
  endpoint.behave = ({ headers, path }) => ({ status: 403, body: JSON.stringify([headers, path]) });
  const url = `${endpoint.url.replace("://", "://hunter2-user:hunter2-pass@")}?key=hunter2-query`;
  const hooks = `urls = [{ url = "${url}", headers = { X-Token = "\${TOKEN}" } }]\n` +
    'rule.message_publish = [{}]\nretry_max_elapsed_time = "0"\n';
  const broker = await Hookline.start({ cwd: dir.path, hooks, env: { TOKEN: "hunter2-token" } });
  await floodPublish({ port: broker.port, topic: "t", payload: () => "x", window: 1, count: 1 });
  await until(() => broker.log.some(({ msg }) => msg.includes("parked")), "the event is parked");
  await broker.stop();
  equal(endpoint.requests[0]?.headers["x-token"], "hunter2-token");
  const checked = await inProcess(["check", "--hooks", "hooks.toml"], {
    cwd: dir.path,
    env: { TOKEN: "hunter2-token" },
  });
  equal(checked.code, 0, checked.stdout + checked.stderr);
  for (const text of [JSON.stringify(broker.log), checked.stdout, checked.stderr]) {
    ok(!text.includes("hunter2"), text);
  }
});

Deno.test("events that wait for a URL which the configuration lost are told at the start and by check, and can be redelivered", async () => {
  await using dir = await tempDir();
  await using endpoint = await Endpoint.start();
  await endpoint.stop();
  const to = (url: string): string => `urls = ["${url}"]\nrule.message_publish = [{}]\n`;
  const broker = await Hookline.start({ cwd: dir.path, hooks: to(endpoint.url) });
  await floodPublish({ port: broker.port, topic: "t", payload: (i) => `${i}`, window: 10, count: 25 });
  await broker.stop();
  const again = await Hookline.start({ cwd: dir.path, hooks: to("file:./hook.log") });
  const told = () => again.log.find(({ msg }) => /holds \d+ bytes of events for a URL/.test(msg));
  await until(() => told() !== undefined, "it is told");
  const news = told();
  equal(news?.level, "warn");
  await again.stop();
  const at = { cwd: dir.path };
  ok((await inProcess(["check", "--hooks", "hooks.toml"], at)).stderr.includes(news?.msg ?? "?"));

  await endpoint.restart();
  const [, folder = ""] = /`hookline redeliver (.*)\/\*\.jsonl`/.exec(news?.msg ?? "") ?? [];
  const files = [...Deno.readDirSync(folder)].filter(({ name }) => name.endsWith(".jsonl")).map(({ name }) =>
    `${folder}/${name}`
  );
  equal((await inProcess(["redeliver", ...files], at)).code, 0);
  deepEqual(
    payloads(endpoint.lines).map(Number).sort((a, b) => a - b),
    Array.from({ length: 25 }, (_, i) => i),
  );

  const back = await Hookline.start({ cwd: dir.path, hooks: to(endpoint.url) });
  await until(() => endpoint.lines.length === 50, "its own URL sends them too");
  await back.stop();
  const last = await Hookline.start({ cwd: dir.path, hooks: to("file:./hook.log") });
  await last.stop();
  ok(
    !last.log.some(({ msg }) => msg.includes("bytes of events for a URL")),
    "a spool that is done is no news",
  );
});
