// A container's way: lines on standard output, the log on standard error, and a reader that may leave.
import { deepEqual, equal, ok } from "node:assert/strict";
import { outsideProcess } from "../cli/_io.ts";
import { floodPublish } from "../helpers/flood_publisher.ts";
import { Hookline } from "../helpers/hookline.ts";
import { tempDir } from "../helpers/temp_dir.ts";
import { until } from "../helpers/until.ts";

const hooksTo = (url: string): string =>
  `urls = ["${url}"]\nfile_max_size = "1KB"\nfile_compress = true\nfile_mode = "0600"\nfile_buffer = "4KB"\n` +
  "rule.message_publish = [{}]\n";

/** Everything that comes out of a pipe, until its end. */
async function textOf(stream: ReadableStream<Uint8Array>): Promise<string> {
  return await new Response(stream as ReadableStream<Uint8Array<ArrayBuffer>>).text();
}

function publish(broker: Hookline, count: number): Promise<number> {
  return floodPublish({ port: broker.port, topic: "t", payload: (i) => `${i}`, window: 50, count });
}

for (const url of ["file:///dev/stdout", "-"]) {
  Deno.test(`urls = ["${url}"]: standard output has the lines and nothing else, and no file is made`, async () => {
    await using dir = await tempDir();
    await using broker = await Hookline.start({
      cwd: dir.path,
      config: 'store.path = "memory"\nlistener.tcp.default.addr = "127.0.0.1:0"\n',
      hooks: hooksTo(url),
      stdout: "piped",
    });
    const text = textOf(broker.stdout);
    equal(await publish(broker, 300), 300);
    broker.signal("SIGHUP");
    await until(() => broker.log.some(({ msg }) => msg === "files reopened"), "files reopened");
    equal(await publish(broker, 10), 10);
    equal((await broker.stop()).code, 0);
    const payloads = (await text).trimEnd().split("\n").map((line) => Number(atob(JSON.parse(line).payload)));
    deepEqual(payloads, [...Array(300).keys(), ...Array(10).keys()]);
    deepEqual(
      [...Deno.readDirSync(dir.path)].map(({ name }) => name).sort(),
      ["hooks.toml", "hookline.toml"].sort(),
    );
    ok(!broker.log.some(({ level }) => level === "warn" || level === "error"), JSON.stringify(broker.log));
  });
}

Deno.test("a reader of standard output that leaves is a sink that fails: it is told, and the broker goes on", async () => {
  await using dir = await tempDir();
  const hooks = hooksTo("-").replace('["-"]', '["-", "file:./other.log"]').replace('"1KB"', '"1MB"');
  await using broker = await Hookline.start({ cwd: dir.path, hooks, stdout: "piped" });
  const reader = broker.stdout.getReader();
  equal(await publish(broker, 1), 1);
  const { value } = await reader.read();
  ok(new TextDecoder().decode(value).startsWith('{"action":"message_publish"'));
  await reader.cancel();
  equal(await publish(broker, 200), 200);
  const told = (text: RegExp): boolean => broker.log.some(({ msg }) => text.test(msg));
  await until(() => told(/^\/dev\/stdout takes no lines: Broken pipe/), "it is told");
  await until(
    () => told(/^\d+ lines were lost\. \/dev\/stdout takes no lines: Broken pipe/),
    "so is what is lost",
  );
  equal((await broker.events("other.log")).length, 201);
  equal((await broker.stop()).code, 0);
});

Deno.test("check knows standard output as a place", async () => {
  await using dir = await tempDir();
  await Deno.writeTextFile(
    `${dir.path}/hooks.toml`,
    'urls = ["-", "file:///dev/stderr"]\nrule.message_publish = [{}]\n',
  );
  const { code, stdout, stderr } = await outsideProcess(["check", "--hooks", "hooks.toml"], dir.path);
  equal(code, 0, stdout + stderr);
  ok(stdout.includes("ok, writes to /dev/stdout") && stdout.includes("ok, writes to /dev/stderr"), stdout);
});
