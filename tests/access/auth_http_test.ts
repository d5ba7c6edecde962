// A web server that is asked about clients: what it is sent, what its answers mean, and what holds without one.
import assert from "node:assert/strict";
import { systemClock } from "../../src/base/clock.ts";
import { Reason } from "../../src/mqtt/reason_codes.ts";
import { codeOf, credentials, letIn } from "./_asking.ts";
import { doors, type Sources } from "./_doors.ts";

interface Asked {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly type: string | null;
  readonly body: string;
}

/** A server that answers as it is told and keeps what it was asked. */
class Server implements AsyncDisposable {
  readonly asked: Asked[] = [];
  answer: (asked: Asked) => Response | Promise<Response> = () => new Response("allow");
  readonly #server: Deno.HttpServer<Deno.NetAddr>;

  constructor() {
    this.#server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, async (request) => {
      const { pathname, search } = new URL(request.url);
      const asked = {
        method: request.method,
        path: pathname,
        query: search,
        type: request.headers.get("content-type"),
        body: await request.text(),
      };
      this.asked.push(asked);
      return await this.answer(asked);
    });
  }

  get url(): string {
    return `http://127.0.0.1:${this.#server.addr.port}`;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#server.shutdown();
  }
}

const PARAMS = '{ c = "%c", u = "%u", p = "%P", a = "%a", r = "%r" }';

function auth(server: Server, more = ""): Sources {
  return { http: `http_auth_req = { url = "${server.url}/auth", params = ${PARAMS} }\n${more}` };
}

function acl(server: Server, more = ""): Sources {
  const params = '{ A = "%A", t = "%t", u = "%u" }';
  return { http: `http_acl_req = { url = "${server.url}/acl", params = ${params} }\n${more}` };
}

const alice = credentials({ username: "alice", password: "a&b=%c", allowAnonymous: true });

for (const [method, type] of [["post", "form"], ["put", "json"], ["get", ""]] as const) {
  Deno.test(`${method} ${type}: placeholders are filled in once, whatever they hold`, async () => {
    await using server = new Server();
    const header = type === "json" ? 'headers = { content-type = "application/json" }, ' : "";
    const http =
      `http_auth_req = { url = "${server.url}/auth?k=1", method = "${method}", ${header}params = ${PARAMS} }`;
    using access = doors({ http }, systemClock);
    await letIn(access, { ...alice, clientId: "%u" });
    const [asked] = server.asked;
    const sent = { c: "%u", u: "alice", p: "a&b=%c", a: "192.0.2.7", r: "5" };
    assert.equal(asked?.method, method.toUpperCase());
    const found = method === "get"
      ? Object.fromEntries(new URLSearchParams(asked?.query))
      : type === "json"
      ? JSON.parse(asked?.body ?? "")
      : Object.fromEntries(new URLSearchParams(asked?.body));
    assert.deepEqual(found, method === "get" ? { k: "1", ...sent } : sent);
  });
}

const LOGIN_PAGE = "<html><body>Please log in to allow access</body></html>";
const redirect = { status: 302, headers: { location: "/elsewhere" } };

/** What an answer comes to with deny_if_error, and without it where there are others in the chain (here none). */
const ANSWERS: readonly (readonly [name: string, answer: () => Response, strict: number, lax: number])[] = [
  ["allow", () => new Response("allow"), 0, 0],
  ["allow with a line end", () => new Response("allow\n"), 0, 0],
  ["deny", () => new Response("deny"), 0x86, 0x86],
  ["ignore", () => new Response("ignore"), 0x86, 0x86],
  ["JSON allow", () => Response.json({ result: "allow" }), 0, 0],
  ["JSON deny", () => Response.json({ result: "deny" }), 0x86, 0x86],
  ["an expired login", () => Response.json({ result: "allow", expire_at: 1 }), 0x86, 0x86],
  ["a login page with 200", () => new Response(LOGIN_PAGE), 0x86, 0x86],
  ["nothing with 200", () => new Response(""), 0x86, 0x86],
  ["201 allow", () => new Response("allow", { status: 201 }), 0, 0],
  ["401 allow", () => new Response("allow", { status: 401 }), 0x86, 0x86],
  ["500 allow", () => new Response("allow", { status: 500 }), 0x86, 0x86],
  ["a redirection", () => new Response(null, redirect), 0x86, 0x86],
  ["JSON without a result", () => Response.json({ superuser: true }), 0x86, 0x86],
  ["a wrong acl", () => Response.json({ result: "allow", acl: [{ permission: "alow" }] }), 0x86, 0x86],
  ["a megabyte", () => new Response("a".repeat(1e6)), 0x86, 0x86],
];

for (const [name, answer, strict, lax] of ANSWERS) {
  Deno.test(`the answer ${name} means ${strict === 0 ? "yes" : "no"}`, async () => {
    await using server = new Server();
    server.answer = answer;
    for (const denyIfError of [true, false]) {
      using access = doors(auth(server, `deny_if_error = ${denyIfError}`), systemClock);
      assert.equal(await codeOf(access, alice), denyIfError ? strict : lax);
    }
    assert.deepEqual(server.asked.map(({ path }) => path), ["/auth", "/auth"]);
  });
}

Deno.test("X-Superuser counts only where it is true, and acl lists hold for their client", async () => {
  await using server = new Server();
  using access = doors(auth(server), systemClock);
  server.answer = () => new Response("allow", { headers: { "x-superuser": "false" } });
  assert.equal((await letIn(access, alice)).mayPublish("$SYS/x", 0, false), false);
  const acl = [
    { permission: "allow", action: "all", topic: "foo/${clientid}" },
    { permission: "allow", action: "subscribe", qos: [1, 2], topic: "eq foo/1/#" },
    { permission: "deny", action: "publish", retain: true, topic: "foo/4" },
    { permission: "allow", action: "publish", topic: "foo/4" },
  ];
  server.answer = () => Response.json({ result: "allow", acl });
  const limited = await letIn(access, alice);
  assert.deepEqual(
    [
      limited.mayPublish("foo/c1", 0, false),
      limited.mayPublish("foo/c2", 0, false),
      limited.maySubscribe("foo/1/#", 1),
      limited.maySubscribe("foo/1/#", 0),
      limited.maySubscribe("foo/1/2", 1),
      limited.mayPublish("foo/4", 1, true),
      limited.mayPublish("foo/4", 1, false),
    ],
    [true, false, true, false, false, false, true],
  );
  server.answer = () => Response.json({ result: "allow", acl, superuser: true });
  assert.equal((await letIn(access, alice)).mayPublish("bar", 0, false), true);
  server.answer = () => new Response("allow", { headers: { "x-superuser": "true" } });
  assert.equal((await letIn(access, alice)).maySubscribe("#", 0), true);
});

Deno.test("expire_at ends the connection only with disconnect_if_expiry", async () => {
  await using server = new Server();
  const expireAt = Math.ceil(Date.now() / 1000) + 3600;
  server.answer = () => Response.json({ result: "allow", expire_at: expireAt });
  using lasting = doors(auth(server), systemClock);
  assert.equal((await letIn(lasting, alice)).expiresAt, Infinity);
  using ending = doors(auth(server, "disconnect_if_expiry = true"), systemClock);
  assert.equal((await letIn(ending, alice)).expiresAt, expireAt * 1000);
});

Deno.test("a server that is gone, or silent, denies within http_timeout, and the log has no password", async () => {
  const log: string[] = [];
  const note = (_: string, text: string, fields = {}): void => void log.push(text + JSON.stringify(fields));
  const gone = new Server();
  const { url } = gone;
  await gone[Symbol.asyncDispose]();
  const http = `http_auth_req = { url = "${url}/auth", method = "get", params = ${PARAMS} }`;
  using access = doors({ http }, systemClock, note);
  assert.equal(await codeOf(access, { ...alice, password: new TextEncoder().encode("hunter2") }), 0x86);
  await using silent = new Server();
  const answers: (() => void)[] = [];
  silent.answer = () => new Promise((resolve) => answers.push(() => resolve(new Response("allow"))));
  using waiting = doors(auth(silent, 'http_timeout = "200ms"'), systemClock, note);
  const begun = performance.now();
  assert.equal(await codeOf(waiting, alice), 0x86);
  assert(performance.now() - begun < 2_000);
  for (const answer of answers) answer();
  assert.match(log.join("\n"), /cannot be reached: connection refused[\s\S]*no answer within 0\.2 s/);
  assert(!log.join().includes("hunter2"));
});

Deno.test("a silent server keeps nobody waiting longer, however many ask", async () => {
  await using silent = new Server();
  const answers: (() => void)[] = [];
  silent.answer = () => new Promise((resolve) => answers.push(() => resolve(new Response("allow"))));
  using access = doors(auth(silent, 'http_timeout = "300ms"'), systemClock);
  const begun = performance.now();
  const codes = await Promise.all(Array.from({ length: 200 }, (_, i) => {
    return codeOf(access, { ...alice, clientId: `c${i}`, address: `192.0.2.${i}:1` });
  }));
  assert(performance.now() - begun < 3_000);
  assert.deepEqual(new Set(codes), new Set([0x86]));
  for (const answer of answers) answer();
});

Deno.test("http_acl_req is asked for each topic, and X-Cache says for how long its answer holds", async () => {
  await using server = new Server();
  using access = doors(acl(server), systemClock);
  const may = async (topic: string): Promise<boolean> => await client.mayPublish(topic, 1, false);
  const client = await letIn(access, credentials({ allowAnonymous: true }));
  server.answer = () => new Response("allow");
  assert(await may("a") && await may("a"));
  assert.equal(server.asked.length, 2);
  server.answer = () => new Response("deny", { headers: { "x-cache": "-1" } });
  assert(!(await may("a")) && !(await may("a")));
  assert.equal(server.asked.length, 3);
  assert.deepEqual(Object.fromEntries(new URLSearchParams(server.asked[2]?.body)), { A: "2", t: "a", u: "" });
  server.answer = () => new Response("allow", { headers: { "x-cache": "-1" } });
  assert(await client.maySubscribe("a/#", 0) && await client.maySubscribe("a/#", 0));
  assert.equal(server.asked.length, 5, "a SUBSCRIBE is asked for each time");
  assert.deepEqual(new URLSearchParams(server.asked[4]?.body).get("A"), "1");
  server.answer = () => new Response("ignore");
  assert(!(await may("b")), "what nobody allows is denied");
  server.answer = () => new Response("allow", { status: 500 });
  assert(!(await may("c")));
  assert.equal(client.closeIfDenied, true);
});

Deno.test("a chain goes on where the server ignores a client, and ends where it denies it", async () => {
  await using server = new Server();
  const jwt = 'hmac_secret = "x"';
  using access = doors({ ...auth(server), jwt }, systemClock);
  server.answer = () => new Response("ignore");
  assert.equal(await codeOf(access, alice), Reason.NotAuthorized, "the token was looked at");
  server.answer = () => new Response("deny");
  assert.equal(await codeOf(access, alice), Reason.BadUserNameOrPassword);
});
