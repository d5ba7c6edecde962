// Requests that can be ended when their time is over, and those that are only waited for no longer: they come to the
// same, and few of the second kind are ever left behind.
import assert from "node:assert/strict";
import type { Answer } from "../../../src/sinks/http/_answer.ts";
import { type Connection, connectionTo } from "../../../src/sinks/http/_connection.ts";
import { Poster } from "../../../src/sinks/http/_post.ts";
import { targetOf } from "../../../src/sinks/http/_target.ts";
import { Wave } from "../../../src/sinks/http/_wave.ts";
import { FakeClock } from "../../helpers/fake_clock.ts";
import { type Answer as Behaviour, Endpoint } from "../../helpers/http_endpoint.ts";
import { until } from "../../helpers/until.ts";
import { line, upTo } from "../_lines.ts";
import { Setting, settled } from "./_sink.ts";

const TIMEOUT = 8_000;
/** A wave takes no request any more after this. */
const WAVE = TIMEOUT / 16;

/** A poster and its endpoint. */
class Posting implements AsyncDisposable {
  readonly clock = new FakeClock();
  readonly #connection: Connection;
  readonly #poster: Poster;

  private constructor(readonly endpoint: Endpoint) {
    const options = { timeout: TIMEOUT, concurrency: 4, compression: "none" } as const;
    this.#connection = connectionTo(targetOf(endpoint.url, {}), options);
    this.#poster = new Poster(this.#connection, this.clock);
  }

  static async make(): Promise<Posting> {
    return new Posting(await Endpoint.start());
  }

  wave(): Wave {
    return new Wave(this.#connection, false, this.clock, () => {});
  }

  /** The answers to one request, which is with the endpoint; more than one would be wrong. */
  async post(behaviour: Behaviour | Promise<Behaviour>): Promise<readonly Answer[]> {
    const before = this.endpoint.requests.length;
    this.endpoint.behave = () => behaviour;
    const answers: Answer[] = [];
    this.#poster.post(new TextEncoder().encode("{}"), "key", false, (answer) => answers.push(answer));
    await until(() => this.endpoint.requests.length > before, "the request");
    await settled();
    return answers;
  }

  /** One request until its answer; a whole timeout passes where the endpoint gives none. */
  async result(behaviour: Behaviour): Promise<Answer | undefined> {
    const answers = await this.post(behaviour);
    if (behaviour === "never") this.clock.advance(WAVE + TIMEOUT);
    await until(() => answers.length > 0, "the answer");
    return answers[0];
  }

  /** A request is left behind until `end` is called: those that begin meanwhile are guarded. */
  async leaveOne(): Promise<{ readonly answers: readonly Answer[]; readonly end: () => void }> {
    const late = Promise.withResolvers<Behaviour>();
    const answers = await this.post(late.promise);
    this.clock.advance(WAVE + TIMEOUT);
    return { answers, end: () => late.resolve({ status: 204 }) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.endpoint[Symbol.asyncDispose]();
    this.#poster[Symbol.dispose]();
  }
}

const BEHAVIOURS: readonly (readonly [string, Behaviour])[] = [
  ["204", { status: 204 }],
  ["200 with a body", { status: 200, body: "thanks" }],
  ["200 with a body of 1 MB", { status: 200, body: "x".repeat(1_000_000) }],
  ["a redirect", { status: 302, headers: { location: "/elsewhere" } }],
  ["400 with a body in two pieces", { status: 400, body: "no ", rest: "good" }],
  ["503 with Retry-After", { status: 503, headers: { "retry-after": "7" } }],
  ["a connection that is closed in mid-answer", "close"],
  ["no answer", "never"],
];

for (const [name, behaviour] of BEHAVIOURS) {
  Deno.test(`${name} comes to the same for an unguarded and a guarded request`, async () => {
    await using unguarded = await Posting.make();
    await using guarded = await Posting.make();
    await guarded.leaveOne();
    const expected = await unguarded.result(behaviour);
    assert.deepEqual(await guarded.result(behaviour), expected);
    assert.notEqual(expected, undefined);
    await settled();
    // That they were of the two kinds.
    assert.equal(unguarded.endpoint.unanswered, behaviour === "never" ? 1 : 0);
    assert.equal(guarded.endpoint.unanswered, 0);
  });
}

Deno.test("while a request is left behind the others are guarded, and its late answer is no answer", async () => {
  await using it = await Posting.make();
  const left = await it.leaveOne();
  assert.deepEqual(left.answers, [{ kind: "unanswered", text: "no answer within 8000 ms" }]);
  for (let i = 0; i < 3; i++) await it.result("never");
  await until(() => it.endpoint.unanswered === 0, "they are ended");

  left.end();
  await settled();
  assert.equal(left.answers.length, 1);
  await it.result("never");
  await settled();
  assert.equal(it.endpoint.unanswered, 1, "none is left behind, so it was unguarded");
});

Deno.test("a request that begins just after one was left behind is guarded, whatever began just before", async () => {
  await using it = await Posting.make();
  await it.post("never");
  it.clock.advance(WAVE + TIMEOUT - 100);
  await it.post("never");
  it.clock.advance(100);
  await it.post("never");
  assert.equal(it.endpoint.unanswered, 3);
  it.clock.advance(WAVE + TIMEOUT);
  await until(() => it.endpoint.unanswered === 2, "the last is ended");
  await settled();
  assert.equal(it.endpoint.unanswered, 2);
});

Deno.test("a wave takes 1,024 requests, or a sixteenth of the timeout", async () => {
  await using it = await Posting.make();
  const [full, old] = [it.wave(), it.wave()];
  for (let i = 0; i < 1_023; i++) full.begin(() => {});
  assert.equal(full.isOpen, true);
  full.begin(() => {});
  assert.equal(full.isOpen, false);
  it.clock.advance(WAVE - 1);
  assert.equal(old.isOpen, true);
  it.clock.advance(1);
  assert.equal(old.isOpen, false);
  full[Symbol.dispose]();
  old[Symbol.dispose]();
  assert.equal(it.clock.timers, 0);
});

Deno.test("an endpoint that falls silent is left no more than concurrency_limit requests, however long it lasts", async () => {
  await using it = await Setting.make({ concurrency: 4, timeout: TIMEOUT });
  const sink = it.open();
  it.endpoint.behave = () => "never";
  for (const n of upTo(20)) sink.append(line(n));
  sink.flush();
  await it.wait(() => it.endpoint.unanswered === 4, "four in flight");
  await it.passUntil(() => it.endpoint.requests.length > 20, "it is asked again and again");
  assert.ok(it.endpoint.unanswered <= 4 + 1, `four, and the one that asks: ${it.endpoint.unanswered}`);
});
