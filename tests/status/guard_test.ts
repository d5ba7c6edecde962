// Who is let in to the HTTP API, and who is not: each endpoint by itself.
import assert from "node:assert/strict";
import { request } from "node:http";
import type { Endpoint } from "../../src/status/api_types.ts";
import { Live } from "./_live.ts";

type Headers = Readonly<Record<string, string>>;

const OPEN = ["/healthz", "/readyz"];
/** Streams are asked last of all checks, so a refusal is the same for them. */
const JSON_TYPE = { "Content-Type": "application/json" };

/** Every path that needs a token, each with its method. */
async function guarded(live: Live, headers: Headers): Promise<[method: string, path: string][]> {
  const answer = await live.fetch("/api/v1", { headers });
  const endpoints: readonly Endpoint[] = await answer.json();
  assert(endpoints.length > 25, `only ${endpoints.length} endpoints`);
  const paths = endpoints.map(({ method, path }): [string, string] => {
    return [method, `/api/v1${path}`.replace(/\{\w+\}/g, "x")];
  });
  return [["GET", "/metrics"], ["GET", "/api/v1/metrics/prometheus"], ...paths];
}

/** The status of an answer to a request with just these headers, the Host among them. */
function statusOf(live: Live, method: string, path: string, headers: Headers): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const sent = request(live.url + path, { method, headers, agent: false }, (answer) => {
    resolve(answer.statusCode ?? 0);
    answer.destroy();
  });
  sent.on("error", reject);
  sent.end();
  return promise;
}

const REFUSED: readonly (readonly [what: string, status: number, headers: Headers])[] = [
  ["no token", 401, {}],
  ["a wrong token", 401, { Authorization: "Bearer wrong" }],
  ["a token that begins like the right one", 401, { Authorization: "Bearer s3cret-and-more" }],
  ["the token as a password", 401, { Authorization: "Basic czNjcmV0" }],
  ["another host's name", 421, { Authorization: "Bearer s3cret", Host: "evil.example" }],
  ["another host's name with the port", 421, { Authorization: "Bearer s3cret", Host: "evil.example:6060" }],
  ["another origin", 403, { Authorization: "Bearer s3cret", Origin: "http://evil.example" }],
  ["an origin without a name", 403, { Authorization: "Bearer s3cret", Origin: "null" }],
  ["another port of this machine", 403, { Authorization: "Bearer s3cret", Origin: "http://127.0.0.1:1" }],
  ["another site", 403, { Authorization: "Bearer s3cret", "Sec-Fetch-Site": "cross-site" }],
];

Deno.test("every endpoint is refused to whoever has no token, or comes from elsewhere", async (t) => {
  await using live = await Live.open({ token: "s3cret" });
  const paths = await guarded(live, { Authorization: "Bearer s3cret" });
  for (const [what, status, headers] of REFUSED) {
    await t.step(what, async () => {
      for (const [method, path] of paths) {
        const type = method === "POST" ? JSON_TYPE : {};
        assert.equal(
          await statusOf(live, method, path, { ...headers, ...type }),
          status,
          `${method} ${path}`,
        );
      }
    });
  }
});

Deno.test("what needs no token is refused under another name and to other origins all the same", async () => {
  await using live = await Live.open({ token: "s3cret" });
  for (const path of OPEN) {
    assert.equal(await statusOf(live, "GET", path, {}), 200);
    assert.equal(await statusOf(live, "GET", path, { Host: "evil.example" }), 421);
    assert.equal(await statusOf(live, "GET", path, { Origin: "http://evil.example" }), 403);
    assert.equal(await statusOf(live, "POST", path, JSON_TYPE), 405);
  }
});

Deno.test("without a token on this machine: pages elsewhere may do nothing, programs may", async (t) => {
  await using live = await Live.open();
  const { port } = new URL(live.url);
  const own = `http://localhost:${port}`;
  const path = "/api/v1/clients/nobody";
  const rows:
    readonly (readonly [what: string, status: number, method: string, path: string, headers: Headers])[] = [
      ["a program", 404, "DELETE", path, {}],
      ["the page itself", 404, "DELETE", path, {
        Host: `localhost:${port}`,
        Origin: own,
        "Sec-Fetch-Site": "same-origin",
      }],
      ["a page elsewhere", 403, "DELETE", path, { Origin: "http://evil.example" }],
      ["a form elsewhere", 403, "POST", "/api/v1/mqtt/publish", {
        Origin: "null",
        "Content-Type": "text/plain",
      }],
      ["a form of an old browser", 415, "POST", "/api/v1/mqtt/publish", { "Content-Type": "text/plain" }],
      ["a form without a type", 415, "POST", "/api/v1/mqtt/publish", {}],
      ["a name that was turned to this address", 421, "DELETE", path, { Host: `evil.example:${port}` }],
      ["this machine's other names", 404, "DELETE", path, { Host: `[::1]:${port}` }],
    ];
  for (const [what, status, method, path, headers] of rows) {
    await t.step(what, async () => assert.equal(await statusOf(live, method, path, headers), status));
  }
});

Deno.test("a Host that is none is the sender's fault, and no entry of the log", async () => {
  await using live = await Live.open({ token: "t", requestLog: true });
  for (const Host of ["[::1", "127.0.0.1:99999", "a b"]) {
    assert.equal(await statusOf(live, "GET", "/healthz", { Host }), 400);
  }
  assert.deepEqual(live.told.filter(({ text }) => text !== "HTTP request").map(({ level }) => level), [
    "info",
  ]);
});

Deno.test("who tries tokens is told of in the log, once a minute and without them", async () => {
  await using live = await Live.open({ token: "s3cret" });
  for (let i = 0; i < 3; i++) {
    assert.equal(await statusOf(live, "GET", "/metrics", { Authorization: `Bearer guess${i}` }), 401);
  }
  assert.equal(await statusOf(live, "GET", "/metrics", {}), 401);
  await live.world.pass(60_000);
  const told = live.told.filter(({ level }) => level === "warn");
  assert.deepEqual(told.map(({ text, fields }) => [text, fields["count"]]), [
    ["requests to the HTTP API had a wrong token", 1],
    ["requests to the HTTP API had a wrong token", 2],
  ]);
  assert(!JSON.stringify(told).includes("guess"));
});

Deno.test("http_hosts adds names; where all addresses are listened on, any address is a name", async () => {
  await using live = await Live.open({ hosts: ["Gateway.lan"], token: "t" });
  assert.equal(await statusOf(live, "GET", "/healthz", { Host: "gateway.lan:6060" }), 200);
  assert.equal(await statusOf(live, "GET", "/healthz", { Host: "192.168.1.10" }), 421);
  await using open = await Live.open({ hostname: "0.0.0.0", token: "t" });
  assert.equal(await statusOf(open, "GET", "/healthz", { Host: "192.168.1.10" }), 200);
  assert.equal(await statusOf(open, "GET", "/healthz", { Host: "gateway.lan" }), 421);
});

Deno.test("an answer says nothing to other origins, is kept by nobody, and a refusal says what to do", async () => {
  await using live = await Live.open({ token: "s3cret" });
  const answer = await live.fetch("/metrics");
  assert.equal(answer.headers.get("Access-Control-Allow-Origin"), null);
  assert.equal(answer.headers.get("Cache-Control"), "no-store");
  assert.match(answer.headers.get("WWW-Authenticate") ?? "", /^Bearer/);
  const { error } = await answer.json();
  assert.match(error, /Authorization: Bearer/);
  assert(!error.includes("s3cret"));
});
