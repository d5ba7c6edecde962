// One request and its outcome, whatever the endpoint does; none outlives its timeout.
import assert from "node:assert/strict";
import type { Outcome } from "../../../src/sinks/delivery/far_end.ts";
import { connectionTo, Poster } from "../../../src/sinks/http/_poster.ts";
import { targetOf } from "../../../src/sinks/http/_target.ts";
import { FakeClock } from "../../helpers/fake_clock.ts";
import { type Answer, Endpoint } from "../../helpers/http_endpoint.ts";
import { until } from "../../helpers/until.ts";

const TIMEOUT = 8_000;
const EVENT = { bytes: new TextEncoder().encode("{}"), client: "", offset: 0, index: 0 };

class Posting implements AsyncDisposable {
  readonly clock = new FakeClock();
  readonly #poster: Poster;

  private constructor(readonly endpoint: Endpoint) {
    const options = { timeout: TIMEOUT, concurrency: 4, compression: "none", batchMax: 1 } as const;
    this.#poster = new Poster(connectionTo(targetOf(endpoint.url), options), this.clock);
  }

  static async make(): Promise<Posting> {
    return new Posting(await Endpoint.start());
  }

  send(answer: Answer): Promise<Outcome> {
    this.endpoint.behave = () => answer;
    return this.#poster.send([EVENT], "key");
  }

  abandon(why: string): void {
    this.#poster.abandon(why);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    assert.equal(this.clock.timers, 0, "a timer is left");
    await this.endpoint[Symbol.asyncDispose]();
    this.#poster[Symbol.dispose]();
  }
}

const DELIVERED = { kind: "delivered" };
const refused = (status: number, blame: string, text = "", pause?: number) => ({
  status,
  blame,
  text,
  pause,
});

const CASES: readonly (readonly [string, Answer, Readonly<Record<string, unknown>>])[] = [
  ["204", { status: 204 }, DELIVERED],
  ["200 with a body", { status: 200, body: "thanks" }, DELIVERED],
  ["200 with a body of 1 MB", { status: 200, body: "x".repeat(1_000_000) }, DELIVERED],
  ["a redirect", { status: 302, headers: { location: "/elsewhere" } }, refused(302, "event")],
  [
    "400 with a body in two pieces",
    { status: 400, body: "no ", rest: "good" },
    refused(400, "event", "no good"),
  ],
  ["400 with a long body", { status: 400, body: "x".repeat(300) }, refused(400, "event", "x".repeat(200))],
  ["408", { status: 408 }, refused(408, "either")],
  ["429", { status: 429 }, refused(429, "endpoint")],
  ["500", { status: 500, headers: { "retry-after": "7" } }, refused(500, "either")],
  [
    "503 with Retry-After",
    { status: 503, headers: { "retry-after": "7" } },
    refused(503, "either", "", 7_000),
  ],
  ["a connection that is closed in mid-answer", "close", { kind: "unanswered" }],
];

for (const [name, answer, expected] of CASES) {
  Deno.test(`a request that is answered with ${name}`, async () => {
    await using it = await Posting.make();
    const outcome: Readonly<Record<string, unknown>> = { ...await it.send(answer) };
    for (const [key, value] of Object.entries(expected)) assert.equal(outcome[key], value, key);
    assert.equal(it.endpoint.requests.length, 1);
  });
}

Deno.test("a request without an answer is ended when its time is over, at the endpoint, too", async () => {
  await using it = await Posting.make();
  const sent = it.send("never");
  await until(() => it.endpoint.unanswered === 1, "it is there");
  it.clock.advance(TIMEOUT - 1);
  assert.equal(it.endpoint.unanswered, 1);
  it.clock.advance(1);
  assert.deepEqual(await sent, { kind: "unanswered", why: `no answer within ${TIMEOUT} ms` });
  await until(() => it.endpoint.unanswered === 0, "its connection is closed");
});

Deno.test("requests that nobody waits for any more end at once, for the reason that is given", async () => {
  await using it = await Posting.make();
  const sent = [it.send("never"), it.send("never")];
  await until(() => it.endpoint.unanswered === 2, "both are there");
  it.abandon("the program ends");
  assert.deepEqual(await Promise.all(sent), Array(2).fill({ kind: "unanswered", why: "the program ends" }));
  await until(() => it.endpoint.unanswered === 0, "their connections are closed");
});
