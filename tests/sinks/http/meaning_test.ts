// What operators read when an endpoint fails, for real endpoints that fail in each way: the cause, and what to do.
import assert from "node:assert/strict";
import { systemClock } from "../../../src/base/clock.ts";
import { FILE_DEFAULTS } from "../../../src/sinks/file/options.ts";
import { HttpSink } from "../../../src/sinks/http/http_sink.ts";
import { HTTP_DEFAULTS, type HttpEndpoint } from "../../../src/sinks/http/options.ts";
import type { SinkOptions } from "../../../src/sinks/options.ts";
import { canMakeCertificates, makeCertificates } from "../../helpers/certificates.ts";
import { answer, Endpoint } from "../../helpers/http_endpoint.ts";
import { tempDir } from "../../helpers/temp_dir.ts";
import { type Entry, logInto } from "../../helpers/told.ts";
import { until } from "../../helpers/until.ts";
import { line } from "../_lines.ts";

/** The URL, and what its table says. */
type Place = HttpEndpoint & { readonly url: string };

function optionsFor(url: string, endpoint: HttpEndpoint = {}): SinkOptions {
  const http = { ...HTTP_DEFAULTS, spool: false, shutdownTimeout: 100 };
  return { cwd: "/", file: FILE_DEFAULTS, http, endpoints: new Map([[url, endpoint]]) };
}

/** What the status says and what was reported once one event has failed. */
async function failureOf({ url, ...endpoint }: Place): Promise<{ status: string; reports: Entry[] }> {
  const reports: Entry[] = [];
  await using sink = new HttpSink(url, optionsFor(url, endpoint), logInto(reports), systemClock);
  sink.append(line(0));
  sink.flush();
  await until(() => sink.status().lastError !== undefined, "it fails");
  return { status: sink.status().lastError ?? "", reports: [...reports] };
}

for (
  const [status, what] of [
    [301, "it answers with status 301, redirects are not followed; write the URL that it redirects to"],
    [
      401,
      "it answers with status 401, it wants other credentials (headers, or user name and password in the URL)",
    ],
    [413, "it answers with status 413, the request is too large for it"],
    [422, "it answers with status 422"],
  ] as const
) {
  Deno.test(`an answer of ${status} is told at once, with what it asks for`, async () => {
    await using endpoint = await Endpoint.start();
    endpoint.behave = answer(status, {}, "no, hunter2");
    const url = `${endpoint.url}?key=hunter2`;
    const { status: shown, reports } = await failureOf({ url });
    assert.equal(shown, `The last request failed: ${what}.`);
    assert.deepEqual(reports, [{
      level: "warn",
      fields: { url: `${endpoint.url}?key=***` },
      dropped: undefined,
      text: `The endpoint refuses events: ${what}: "no, ***"; each is tried again for a while.`,
    }]);
  });
}

Deno.test("another status within the minute is told, too", async () => {
  await using endpoint = await Endpoint.start();
  endpoint.behave = ({ lines }) => ({ status: lines[0]?.includes('"n":0') === true ? 401 : 413 });
  const reports: Entry[] = [];
  const { url } = endpoint;
  await using sink = new HttpSink(url, optionsFor(url), logInto(reports), systemClock);
  for (const n of [0, 1]) {
    sink.append(line(n));
    sink.flush();
    await until(() => reports.length === n + 1, `refusal ${n} is told`);
  }
});

Deno.test("nobody listens, no such host, no TLS where it should be: each says so", async () => {
  await using endpoint = await Endpoint.start();
  const away = await Endpoint.start();
  await away[Symbol.asyncDispose]();
  const cases: readonly (readonly [string, string])[] = [
    [away.url, "nothing listens at its address (tcp connect error: Connection refused)."],
    ["http://no-such-host.invalid/hook", "its host name is not known (dns error: "],
    [endpoint.url.replace("http:", "https:"), "it does not speak TLS; if it should not, write http:// ("],
  ];
  for (const [url, what] of cases) {
    const { status } = await failureOf({ url });
    assert.ok(status.startsWith(`The last request failed: ${what}`), status);
  }
});

Deno.test({
  name:
    "a certificate that is not trusted, a CA's own as a server's, none of the client's: each says what to do",
  ignore: !(await canMakeCertificates()),
  fn: async () => {
    await using dir = await tempDir();
    const files = await makeCertificates(dir.path);
    const read = Deno.readTextFileSync;
    const server = { cert: read(files.serverCert), key: read(files.serverKey) };
    await using tls = await Endpoint.start(server);
    await using selfSigned = await Endpoint.start({
      cert: read(files.selfSignedCa),
      key: read(files.selfSignedCaKey),
    });
    await using picky = await Endpoint.start({
      ...server,
      ca: read(files.ca),
      requestCert: true,
      rejectUnauthorized: true,
    });
    const cases: readonly (readonly [Place, RegExp])[] = [
      [{ url: tls.url }, /: no CA that is known signed its certificate; name the one that did as ca_file \(/],
      [
        { url: selfSigned.url, caFile: files.selfSignedCa },
        /: its certificate is a CA's \(CA:TRUE\), .* make the server a certificate without CA:TRUE, and name .* ca_file \(/,
      ],
      [
        { url: picky.url, caFile: files.ca },
        /: it asks for a client certificate; give cert_file and key_file \(/,
      ],
      [
        { url: tls.url.replace("https:", "http:") },
        /: it does not speak HTTP; if it speaks TLS, write https:\/\/ \(/,
      ],
    ];
    for (const [endpoint, what] of cases) assert.match((await failureOf(endpoint)).status, what);
  },
});
