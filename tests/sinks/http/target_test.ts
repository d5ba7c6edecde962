// Real endpoints: private CAs, client certificates, headers, passwords; and that no secret is ever shown.
import assert from "node:assert/strict";
import { FILE_DEFAULTS } from "../../../src/sinks/file/options.ts";
import { HttpSink } from "../../../src/sinks/http/http_sink.ts";
import { HTTP_DEFAULTS, type HttpEndpoint } from "../../../src/sinks/http/options.ts";
import { openSinks, type SinkOptions } from "../../../src/sinks/open_sinks.ts";
import { probe } from "../../../src/sinks/schemes.ts";
import { SinkError } from "../../../src/sinks/sink.ts";
import { systemClock } from "../../../src/base/clock.ts";
import { canMakeCertificates, makeCertificates } from "../../helpers/certificates.ts";
import { tempDir } from "../../helpers/temp_dir.ts";
import { type Entry, logInto } from "../../helpers/told.ts";
import { until } from "../../helpers/until.ts";
import { line, namesIn } from "../_lines.ts";
import { answer, Endpoint } from "../../helpers/http_endpoint.ts";

/** The URL, and what its table says. */
type Place = HttpEndpoint & { readonly url: string };

function optionsFor(dir: string, { url, ...endpoint }: Place = { url: "" }): SinkOptions {
  const endpoints = new Map([[url, endpoint]]);
  const http = { ...HTTP_DEFAULTS, spoolDir: `${dir}/spool`, shutdownTimeout: 100 };
  return { cwd: dir, file: FILE_DEFAULTS, http, endpoints };
}

function openSink(dir: string, place: Place, reports: Entry[] = []): HttpSink {
  return new HttpSink(place.url, optionsFor(dir, place), logInto(reports), systemClock);
}

Deno.test({
  name:
    "https: a private CA and a client certificate are used; without them nothing arrives, and the reason is told",
  ignore: !(await canMakeCertificates()),
  fn: async () => {
    await using dir = await tempDir();
    const files = await makeCertificates(dir.path);
    await using endpoint = await Endpoint.start({
      cert: Deno.readTextFileSync(files.serverCert),
      key: Deno.readTextFileSync(files.serverKey),
      ca: Deno.readTextFileSync(files.ca),
      requestCert: true,
      rejectUnauthorized: true,
    });
    const tls = { caFile: files.ca, certFile: files.clientCert, keyFile: files.clientKey };
    {
      await using sink = openSink(`${dir.path}/1`, { url: endpoint.url, ...tls });
      sink.append(line(0));
      sink.flush();
      await until(() => sink.status().linesWritten === 1, "it arrives");
    }
    {
      await using sink = openSink(`${dir.path}/2`, { url: endpoint.url });
      sink.append(line(1));
      sink.flush();
      await until(() => sink.status().lastError !== undefined, "it fails");
      assert.match(sink.status().lastError ?? "", /certificate/i);
    }
    {
      await using sink = openSink(`${dir.path}/3`, { url: endpoint.url, caFile: files.ca });
      sink.append(line(2));
      sink.flush();
      await until(() => sink.status().lastError !== undefined, "it fails");
    }
    assert.deepEqual(endpoint.lines, [line(0).trimEnd()]);
  },
});

Deno.test("a PEM file that is missing or holds nothing useful is refused with its key and its name", async () => {
  await using dir = await tempDir();
  await Deno.writeTextFile(`${dir.path}/bad.pem`, "no certificate");
  const url = "https://127.0.0.1:9/hook";
  const cases: readonly (readonly [HttpEndpoint, RegExp])[] = [
    [{ caFile: `${dir.path}/none.pem` }, /its ca_file, .*none\.pem, cannot be used: .*No such file/],
    [
      { caFile: `${dir.path}/bad.pem` },
      /its ca_file, .*bad\.pem, cannot be used: it holds no PEM certificate/,
    ],
    [{ certFile: `${dir.path}/bad.pem`, keyFile: `${dir.path}/bad.pem` }, /its cert_file/],
  ];
  for (const [endpoint, why] of cases) {
    const options = optionsFor(dir.path, { url, ...endpoint });
    assert.throws(
      () => openSinks([url], options, () => {}, systemClock),
      (error) => error instanceof SinkError && why.test(error.message),
    );
    assert.match(probe(url, options)?.sentence ?? "", why);
  }
  assert.deepEqual(namesIn(dir.path), ["bad.pem"]);
});

Deno.test("check: an endpoint that is away is fine, and nothing is left behind; a spool that cannot be made is not", async () => {
  await using dir = await tempDir();
  const url = "http://127.0.0.1:9/hook";
  assert.equal(probe(url, optionsFor(dir.path)), undefined);
  assert.deepEqual(namesIn(dir.path), []);
  await Deno.writeTextFile(`${dir.path}/spool`, "");
  assert.match(probe(url, optionsFor(dir.path))?.sentence ?? "", /spool is not a folder/);
});

Deno.test("headers and the URL's user name and password reach the endpoint", async () => {
  await using dir = await tempDir();
  await using endpoint = await Endpoint.start();
  const url = endpoint.url.replace("://", "://us%40er:p%3Aw@") + "?channel=7#part";
  await using sink = openSink(dir.path, { url, headers: { "X-Site": "north" } });
  sink.append(line(0));
  sink.flush();
  await until(() => sink.status().linesWritten === 1, "it arrives");
  const [request] = endpoint.requests;
  assert.equal(request?.path, "/hook?channel=7");
  assert.equal(request?.headers["x-site"], "north");
  assert.equal(request?.headers.authorization, `Basic ${btoa("us@er:p:w")}`);
});

Deno.test("no secret of a URL or a header is shown: not in reports, status, errors, names or files of the spool", async () => {
  await using dir = await tempDir();
  await using endpoint = await Endpoint.start();
  const secrets = ["hunter2-user", "hunter2-pass", "hunter2-query", "hunter2-token"];
  const [user, pass, query, token] = secrets;
  endpoint.behave = (request) => answer(400, {}, JSON.stringify([request.headers, request.path]))(request);
  const url = `${endpoint.url.replace("://", `://${user}:${pass}@`)}?key=${query}`;
  const reports: Entry[] = [];
  const shown: string[] = [];
  const headers = { "X-Token": `Bearer ${token}` };
  {
    const options = optionsFor(dir.path, { url, headers });
    const atOnce = { ...options, http: { ...options.http, retryMaxElapsed: 0 } };
    await using sink = new HttpSink(url, atOnce, logInto(reports), systemClock);
    sink.append(line(0));
    sink.flush();
    await until(() => sink.status().linesDropped["Parked"] === 1, "it is parked");
    await endpoint.stop();
    sink.append(line(1));
    sink.flush();
    await until(() => /refused/.test(sink.status().lastError ?? ""), "the endpoint is away");
    shown.push(sink.url, JSON.stringify(sink.status()));
    const message = (run: () => unknown): string => {
      try {
        return String(run());
      } catch (error) {
        return `${error}`;
      }
    };
    shown.push(message(() => openSink(dir.path, { url, headers })));
    shown.push(message(() => openSink(dir.path, { url, headers, caFile: "/none.pem" })));
    shown.push(probe(url, optionsFor(dir.path, { url, caFile: "/none.pem" }))?.sentence ?? "");
  }
  const [folder] = namesIn(`${dir.path}/spool`);
  shown.push(JSON.stringify(reports), folder ?? "");
  for (const name of namesIn(`${dir.path}/spool/${folder}`)) {
    shown.push(name, Deno.readTextFileSync(`${dir.path}/spool/${folder}/${name}`));
  }
  const text = shown.join("\n");
  assert.match(text, /\*\*\*/);
  for (const secret of [...secrets, btoa(`${user}:${pass}`)]) {
    assert.ok(!text.includes(secret), `${secret} is in ${text}`);
  }
});

Deno.test("a URL that is none, or has a broken escape in its password, is refused without showing it", () => {
  for (const url of ["http://", "http://u:%zz-hunter2@host/"]) {
    assert.throws(
      () => openSink("/nowhere", { url }),
      (error) => error instanceof SinkError && !error.message.includes("hunter2"),
      url,
    );
  }
});
