// `hookline redeliver`: parked and recorded events go to an endpoint again, and the report and exit code tell what became of them.
import assert from "node:assert/strict";
import type { ServerOptions } from "node:https";
import { join } from "node:path";
import { canMakeCertificates, makeCertificates } from "../helpers/certificates.ts";
import { Endpoint } from "../helpers/http_endpoint.ts";
import { inProcess, outsideProcess } from "./_io.ts";
import { inTempDir } from "../helpers/temp_dir.ts";

const event = (n: number): string => JSON.stringify({ action: "message_publish", from_clientid: "c", n });
const parked = (n: number): string =>
  `{"status":400,"answer":"no, \\"event\\":{}","attempts":7,"key":"key-${n}","event":${event(n)}}`;

Deno.test("redeliver sends recorded and parked events, plain and gzipped, skips what is none, and reports", () =>
  inTempDir(async (cwd) => {
    await using endpoint = await Endpoint.start();
    await Deno.writeTextFile(join(cwd, "hook.log"), `${event(0)}\nno event\n\n${event(1)}\n${event(0)}\n`);
    await Deno.writeTextFile(join(cwd, "failed.jsonl"), `${parked(2)}\n${parked(3)}`);
    const old = new Blob([`${event(4)}\n`]).stream().pipeThrough(new CompressionStream("gzip"));
    await Deno.writeFile(join(cwd, "hook.log.1.gz"), old);
    const { code, stdout, stderr } = await outsideProcess(
      [
        "redeliver",
        "hook.log",
        "failed.jsonl",
        "hook.log.1.gz",
        "--url",
        endpoint.url,
        "--header",
        "X-Site: north",
      ],
      cwd,
    );
    assert.equal(stderr, "");
    assert.equal(stdout, "sent 6, failed 0, skipped 2 (no event)\n");
    assert.equal(code, 0);
    assert.deepEqual(endpoint.lines.sort(), [0, 0, 1, 2, 3, 4].map(event));
    const keys = endpoint.requests.map(({ headers }) => headers["idempotency-key"]);
    assert.equal(new Set(keys).size, 6);
    assert.ok(keys.includes("key-2") && keys.includes("key-3"));
    assert.ok(endpoint.requests.every(({ headers }) => headers["x-site"] === "north"));
    assert.ok(endpoint.requests.every(({ headers }) => headers["content-type"] === "application/json"));
  }));

Deno.test({
  name: "redeliver takes a private CA and a client certificate, and says what is wrong with them",
  ignore: !(await canMakeCertificates()),
  fn: () =>
    inTempDir(async (cwd) => {
      const files = await makeCertificates(cwd);
      const [cert, key, ca] = [files.serverCert, files.serverKey, files.ca].map((path) =>
        Deno.readTextFileSync(path)
      );
      const tls = { cert, key, ca, requestCert: true, rejectUnauthorized: true };
      await using endpoint = await Endpoint.start(tls as ServerOptions);
      await Deno.writeTextFile(join(cwd, "hook.log"), `${event(0)}\n`);
      const args = ["redeliver", "hook.log", "--url", endpoint.url, "--ca-file", "ca.pem"];
      const both = await inProcess([...args, "--cert-file", "client.pem", "--key-file", "client.key"], {
        cwd,
      });
      assert.deepEqual([both.stderr, both.code], ["", 0]);
      assert.deepEqual(endpoint.lines, [event(0)]);
      const half = await inProcess([...args, "--cert-file", "client.pem"], { cwd });
      assert.equal(half.code, 64);
      assert.match(half.stderr, /--cert-file and --key-file go together/);
      const none = await inProcess([...args, "--cert-file", "none.pem", "--key-file", "client.key"], { cwd });
      assert.equal(none.code, 78);
      assert.match(none.stderr, /cert_file, .*none\.pem, cannot be used: .*No such file/);
    }),
});

Deno.test("redeliver: the same file again has the same keys", () =>
  inTempDir(async (cwd) => {
    await using endpoint = await Endpoint.start();
    await Deno.writeTextFile(join(cwd, "hook.log"), `${event(0)}\n${event(0)}\n`);
    for (let i = 0; i < 2; i++) await inProcess(["redeliver", "hook.log", "--url", endpoint.url], { cwd });
    const keys = endpoint.requests.map(({ headers }) => headers["idempotency-key"]);
    assert.deepEqual([keys.length, new Set(keys).size], [4, 2]);
  }));

Deno.test("redeliver ends with 1 when an event is refused, and says why", () =>
  inTempDir(async (cwd) => {
    await using endpoint = await Endpoint.start();
    endpoint.behave = ({ lines }) => ({ status: lines[0] === event(1) ? 422 : 200, body: "bad n" });
    await Deno.writeTextFile(join(cwd, "hook.log"), `${event(0)}\n${event(1)}\n`);
    const url = `${endpoint.url}?key=hunter2`;
    const { code, stdout, stderr } = await inProcess(["redeliver", "hook.log", "--url", url], { cwd });
    assert.equal(code, 1);
    assert.equal(stdout, "sent 1, failed 1, skipped 0 (no event)\n");
    assert.match(stderr, /it answers with status 422: "bad n"/);
    assert.ok(!stderr.includes("hunter2"));
  }));

Deno.test("redeliver takes the URL of the spool folder that the file is in, unless it has secrets", () =>
  inTempDir(async (cwd) => {
    await using endpoint = await Endpoint.start();
    await Deno.writeTextFile(join(cwd, "failed.jsonl"), `${parked(0)}\n`);
    const without = await inProcess(["redeliver", "failed.jsonl"], { cwd });
    assert.equal(without.code, 64);
    assert.match(without.stderr, /name it with --url URL/);
    await Deno.writeTextFile(join(cwd, "url"), `${endpoint.url}\n`);
    assert.equal((await inProcess(["redeliver", "failed.jsonl"], { cwd })).code, 0);
    assert.deepEqual(endpoint.lines, [event(0)]);
    await Deno.writeTextFile(join(cwd, "url"), `${endpoint.url}?key=***\n`);
    assert.match((await inProcess(["redeliver", "failed.jsonl"], { cwd })).stderr, /has secrets/);
  }));

Deno.test("redeliver keeps to --rate", () =>
  inTempDir(async (cwd) => {
    await using endpoint = await Endpoint.start();
    await Deno.writeTextFile(join(cwd, "hook.log"), [0, 1, 2, 3, 4, 5].map((n) => `${event(n)}\n`).join(""));
    const start = performance.now();
    await inProcess(["redeliver", "hook.log", "--url", endpoint.url, "--rate", "20"], { cwd });
    assert.ok(performance.now() - start >= 5 * 50 - 5);
    assert.equal(endpoint.lines.length, 6);
  }));

for (
  const [args, why] of [
    [["redeliver"], /Missing FILE/],
    [["redeliver", "x", "--url", "ftp://host/"], /no sink for ftp: URLs; allowed are file:, http:, https:/],
    [["redeliver", "x", "--url", "file:x.log"], /cannot be sent there again/],
    [["redeliver", "x", "--url", "http://127.0.0.1:9/", "--header", "hunter2"], /Name: value/],
    [["redeliver", "none.log", "--url", "http://127.0.0.1:9/"], /No such file/],
  ] as const
) {
  Deno.test(`hookline ${args.join(" ")} is refused with a reason`, () =>
    inTempDir(async (cwd) => {
      const { code, stderr } = await inProcess(args, { cwd });
      assert.notEqual(code, 0);
      assert.match(stderr, why);
      assert.ok(!stderr.includes("hunter2"));
    }));
}
