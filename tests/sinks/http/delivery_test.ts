// What an endpoint gets: requests, their order, batches, and what follows each kind of failure.
import assert from "node:assert/strict";
import type { Sink } from "../../../src/sinks/sink.ts";
import { countsOf, line, upTo } from "../_lines.ts";
import { answer, ok, type Received } from "../../helpers/http_endpoint.ts";
import { Setting, settled } from "./_sink.ts";

/** A message of one client. */
function of(client: string, n: number): string {
  return `{"action":"message_publish","from_clientid":"${client}","n":${n}}\n`;
}

function send(sink: Sink, lines: readonly string[]): void {
  for (const each of lines) sink.append(each);
  sink.flush();
}

const numberIn = (text: string): number => (JSON.parse(text) as { n: number }).n;
const numbers = (requests: readonly Received[]): number[] =>
  requests.flatMap(({ lines }) => lines.map(numberIn)).sort((a, b) => a - b);

Deno.test("one event is one POST of its line, with its type and a key of its own", async () => {
  await using it = await Setting.make();
  const sink = it.open();
  send(sink, [line(0), line(1)]);
  await it.wait(() => sink.status().linesWritten === 2, "both arrive");
  const { requests } = it.endpoint;
  assert.deepEqual(requests.map(({ lines }) => `${lines}\n`).sort(), [line(0), line(1)]);
  assert.ok(
    requests.every(({ method, headers }) =>
      method === "POST" && headers["content-type"] === "application/json"
    ),
  );
  assert.equal(new Set(requests.map(({ headers }) => headers["idempotency-key"])).size, 2);
});

Deno.test("no more requests than concurrency_limit are in flight, and as many when there is enough", async () => {
  await using it = await Setting.make({ concurrency: 7 });
  it.endpoint.behave = () => "never";
  const sink = it.open();
  send(sink, upTo(50).map((n) => line(n)));
  await it.wait(() => it.endpoint.requests.length === 7, "seven requests");
  await settled();
  assert.equal(it.endpoint.requests.length, 7);
});

Deno.test("the attempts of one event have one key, before and after a restart, and the waits of the contract", async () => {
  await using it = await Setting.make({ retryMaxElapsed: 3_600_000 });
  const at: number[] = [];
  it.endpoint.behave = () => (at.push(it.clock.now()), { status: 500 });
  const first = it.open();
  send(first, [line(0)]);
  await it.passUntil(() => at.length === 7, "seven attempts", 500, 20_000);
  const gaps = at.slice(1).map((time, i) => (time - (at[i] ?? 0)) / 1000);
  for (const [i, about] of [2, 4, 7, 11, 18, 42].entries()) {
    assert.ok(Math.abs((gaps[i] ?? 0) - about) <= about * 0.2 + 0.6, `wait ${i + 1} was ${gaps[i]} s`);
  }
  await first[Symbol.asyncDispose]();
  it.endpoint.behave = ok;
  const second = it.open();
  await it.wait(() => second.status().linesWritten === 1, "it arrives after the restart");
  assert.equal(new Set(it.endpoint.requests.map(({ headers }) => headers["idempotency-key"])).size, 1);
});

Deno.test("after a failure one event at a time asks, and when one is taken all others follow at once", async () => {
  await using it = await Setting.make();
  let inFlight = 0;
  let most = 0;
  it.endpoint.behave = async () => {
    most = Math.max(most, ++inFlight);
    await settled();
    inFlight--;
    return ({ status: 500 });
  };
  const sink = it.open();
  send(sink, upTo(3).map((n) => line(n)));
  // They were sent together; what counts is what follows once the sink knows that they failed.
  const known = (): boolean => inFlight === 0 && sink.status().lastError !== undefined;
  await it.wait(() => it.endpoint.requests.length >= 3 && known(), "the first fail");
  send(sink, upTo(400).map((n) => line(n + 3)));
  most = 0;
  const before = it.endpoint.requests.length;
  await it.passUntil(() => it.endpoint.requests.length >= before + 5, "five probes", 500);
  assert.equal(most, 1);
  it.endpoint.behave = ok;
  await it.passUntil(() => it.endpoint.lines.length > 0, "it is back", 500);
  await it.wait(() => it.endpoint.lines.length >= 395, "the others follow while the clock stands");
  await it.passUntil(() => sink.status().linesWritten === 403, "and those that failed");
  assert.deepEqual(countsOf(sink), { state: "ok", linesWritten: 403, linesWaiting: 0, linesDropped: {} });
});

Deno.test("an endpoint that is away for ten minutes costs no event, and is found within seconds of its return", async () => {
  await using it = await Setting.make({ retryMaxElapsed: 60_000 });
  await it.endpoint.stop();
  const sink = it.open();
  send(sink, upTo(300).map((n) => line(n)));
  const end = it.clock.now() + 600_000;
  await it.passUntil(() => it.clock.now() >= end, "ten minutes pass", 2_000);
  assert.deepEqual(sink.status().linesDropped, {});
  assert.match(sink.status().lastError ?? "", /refused/i);
  await it.endpoint.restart();
  const back = it.clock.now();
  await it.passUntil(() => sink.status().linesWritten === 300, "all arrive");
  assert.ok(it.clock.now() - back <= 15_000, `after ${it.clock.now() - back} ms`);
  const told = it.reports.filter(({ text }) => /takes (no )?events/.test(text)).map(({ level }) => level);
  assert.deepEqual(told, ["warn", "info"]);
});

Deno.test("the first 200 bytes of a refusal are told, also when they come in pieces", async () => {
  await using it = await Setting.make();
  it.endpoint.behave = () => ({
    status: 422,
    body: "the first piece, ",
    rest: `and the rest ${"x".repeat(300)}`,
  });
  const sink = it.open();
  send(sink, [line(0)]);
  await it.wait(() => it.reports.length > 0, "the refusal is told");
  const told = "the first piece, and the rest ".padEnd(200, "x");
  assert.ok(
    it.reports[0]?.text.includes(`${JSON.stringify(told)}; each is tried again`),
    it.reports[0]?.text ?? "",
  );
});

for (const status of [400, 404, 422, 500, 301]) {
  Deno.test(`an event that is always answered ${status} is parked, and does not hold up the others`, async () => {
    await using it = await Setting.make({ concurrency: 1 });
    const good = await (async () => {
      it.endpoint.behave = (request) =>
        request.lines.some((each) => numberIn(each) === 13)
          ? { status, headers: { location: it.endpoint.url }, body: "x".repeat(300) }
          : ({ status: 200 });
      const sink = it.open();
      send(sink, upTo(100).map((n) => line(n)));
      await it.wait(() => it.endpoint.lines.length === 99, "99 arrive while the clock stands");
      return sink;
    })();
    await it.passUntil(
      () => (good.status().linesDropped["Parked"] ?? 0) === 1,
      "it is parked",
      1_000,
      20_000,
    );
    const parked = JSON.parse(Deno.readTextFileSync(`${it.folder}/failed.jsonl`));
    assert.equal(parked.status, status);
    assert.equal(parked.answer, "x".repeat(200));
    assert.equal(parked.attempts, 7);
    assert.deepEqual(parked.event, JSON.parse(line(13)));
    assert.ok(parked.first_attempt <= parked.last_attempt);
    assert.equal(good.status().linesWaiting, 0);
  });
}

for (const [status, most] of [[400, 9_000], [500, 10_500]] as const) {
  Deno.test(`${status} to everything: the first is parked when retry_max_elapsed_time is over, and told at once`, async () => {
    await using it = await Setting.make({ retryMaxElapsed: 8_000 });
    it.endpoint.behave = answer(status);
    const sink = it.open();
    send(sink, upTo(8).map((n) => line(n)));
    await it.wait(() => sink.status().lastError !== undefined, "they are refused");
    await it.passUntil(() => (sink.status().linesDropped["Parked"] ?? 0) > 0, "one is parked", 100);
    assert.ok(it.clock.now() >= 7_900 && it.clock.now() <= most, `after ${it.clock.now()} ms`);
    const told = () =>
      it.reports.filter(({ text }) => text.includes("parked in")).map(({ dropped = 0 }) => dropped);
    assert.equal(told()[0], 1);
    await it.passUntil(() => sink.status().linesDropped["Parked"] === 8, "all are parked");
    const minutes = it.clock.now() / 60_000;
    await it.passUntil(() => told().reduce((sum, count) => sum + count, 0) === 8, "the others are told");
    assert.ok(told().length <= 2 + minutes, `${told()} in ${minutes} minutes`);
  });
}

Deno.test("while the endpoint refuses all and new events come, the first of them is parked about in time", async () => {
  await using it = await Setting.make({ retryMaxElapsed: 8_000 });
  it.endpoint.behave = answer(500);
  const sink = it.open();
  let n = 0;
  await it.passUntil(
    () => {
      send(sink, [line(n++)]);
      return sink.status().linesDropped["Parked"] === 1;
    },
    "one is parked",
    100,
  );
  assert.ok(it.clock.now() <= 15_000, `after ${it.clock.now()} ms`);
});

Deno.test("each outage is told with its end, also the third within a minute", async () => {
  await using it = await Setting.make();
  const sink = it.open();
  for (const n of upTo(3)) {
    it.endpoint.behave = answer(500);
    send(sink, [line(2 * n), line(2 * n + 1)]);
    await it.passUntil(() => told().length === 2 * n + 1, "it is told", 500);
    it.endpoint.behave = ok;
    await it.passUntil(() => sink.status().linesWaiting === 0, "all arrive", 500);
  }
  function told(): string[] {
    return it.reports.filter(({ text }) => /takes (no )?events/.test(text)).map(({ level }) => level);
  }
  assert.deepEqual(told(), upTo(3).flatMap(() => ["warn", "info"]));
  assert.ok(it.clock.now() < 60_000, String(it.clock.now()));
});

Deno.test("an event whose connection is always closed is parked once others are taken meanwhile", async () => {
  await using it = await Setting.make();
  it.endpoint.behave = ({ lines }) => lines.some((each) => numberIn(each) === 13) ? "close" : { status: 200 };
  const sink = it.open();
  send(sink, [line(13)]);
  let n = 100;
  await it.passUntil(
    () => {
      send(sink, [line(n++)]);
      return sink.status().linesDropped["Parked"] === 1;
    },
    "it is parked",
    1_000,
  );
  const { status, attempts } = JSON.parse(Deno.readTextFileSync(`${it.folder}/failed.jsonl`));
  assert.equal(status, null);
  assert.ok(attempts > 5, String(attempts));
});

Deno.test("an event whose connection is always closed is not parked while no other is taken", async () => {
  await using it = await Setting.make();
  it.endpoint.behave = () => "close";
  const sink = it.open();
  send(sink, [line(0)]);
  await it.passUntil(() => it.endpoint.requests.length >= 40, "forty attempts", 5_000);
  assert.deepEqual(sink.status().linesDropped, {});
});

for (const status of [429, 503]) {
  Deno.test(`${status} with Retry-After: nothing is sent before, and everything after`, async () => {
    await using it = await Setting.make();
    it.endpoint.behave = answer(status, { "retry-after": "90" });
    const sink = it.open();
    send(sink, [line(0)]);
    await it.wait(() => sink.status().lastError !== undefined, "the first is refused");
    send(sink, upTo(20).map((n) => line(n + 1)));
    it.endpoint.behave = ok;
    const start = it.clock.now();
    await it.passUntil(() => it.endpoint.requests.length > 1, "a second request");
    assert.ok(
      it.clock.now() - start >= 89_000 && it.clock.now() - start <= 93_000,
      `${it.clock.now() - start}`,
    );
    await it.passUntil(() => sink.status().linesWritten === 21, "all arrive");
  });
}

Deno.test("an endpoint that never answers: requests end with http_timeout, and arrive when it answers again", async () => {
  await using it = await Setting.make({ concurrency: 4, timeout: 8_000 });
  it.endpoint.behave = () => "never";
  const sink = it.open();
  send(sink, upTo(10).map((n) => line(n)));
  await it.wait(() => it.endpoint.requests.length === 4, "four requests");
  await it.passUntil(() => sink.status().lastError !== undefined, "they time out", 500);
  assert.equal(sink.status().lastError, "The last request failed: no answer within 8000 ms.");
  assert.ok(it.clock.now() >= 8_000 && it.clock.now() < 10_000, String(it.clock.now()));
  it.endpoint.behave = ok;
  await it.passUntil(() => sink.status().linesWritten === 10, "all arrive");
});

Deno.test("a request that begins when others nearly ran out of time has http_timeout to itself", async () => {
  await using it = await Setting.make({ concurrency: 4, timeout: 8_000 });
  const late = Promise.withResolvers<{ status: number }>();
  it.endpoint.behave = ({ lines: [first = ""] }) => numberIn(first) === 0 ? "never" : late.promise;
  const sink = it.open();
  send(sink, [line(0)]);
  await it.wait(() => it.endpoint.requests.length === 1, "the first");
  it.clock.advance(7_000);
  send(sink, [line(1)]);
  await it.wait(() => it.endpoint.requests.length === 2, "the second");
  await it.passUntil(() => sink.status().lastError !== undefined, "the first runs out of time", 500);
  late.resolve({ status: 200 });
  await it.wait(() => sink.status().linesWritten === 1, "the second is taken");
});

Deno.test("an answer that is cut off does not count, and the event is sent again with its key", async () => {
  await using it = await Setting.make();
  let first = true;
  it.endpoint.behave = () => {
    if (!first) return ({ status: 200 });
    first = false;
    return "close";
  };
  const sink = it.open();
  send(sink, [line(0)]);
  await it.passUntil(() => sink.status().linesWritten === 1, "it arrives");
  const keys = it.endpoint.requests.map(({ headers }) => headers["idempotency-key"]);
  assert.equal(keys.length, 2);
  assert.equal(keys[0], keys[1]);
});

Deno.test("http_order = client: each client's events arrive in order, a refused one holds up its client alone", async () => {
  await using it = await Setting.make({ order: "client", concurrency: 16 });
  let refusals = 2;
  it.endpoint.behave = async (request) => {
    const n = numberIn(request.lines[0] ?? "");
    // Answers overtake each other.
    if (n % 3 === 0) await settled();
    return ({
      status: request.lines[0]?.includes('"b"') && n === 5 && refusals-- > 0 ? 400 : 200,
    });
  };
  const sink = it.open();
  const clients = ["a", "b", "c", "d"];
  send(sink, upTo(30).flatMap((n) => clients.map((client) => of(client, n))));
  await it.wait(() => it.endpoint.lines.length === 3 * 30 + 5, "all but those behind the refused one");
  await it.passUntil(() => sink.status().linesWritten === 120, "all arrive");
  for (const client of clients) {
    const own = it.endpoint.lines.filter((each) => each.includes(`"${client}"`)).map(numberIn);
    assert.deepEqual(own, upTo(30), client);
  }
});

Deno.test("batches hold up to http_batch_max lines, each ended by a newline, and one that is not full waits http_batch_wait", async () => {
  await using it = await Setting.make({ batchMax: 40, batchWait: 50, compression: "gzip" });
  const sink = it.open();
  send(sink, upTo(100).map((n) => line(n)));
  await it.wait(() => it.endpoint.requests.length === 2, "two full batches");
  await settled();
  assert.equal(it.endpoint.requests.length, 2);
  await it.passUntil(() => sink.status().linesWritten === 100, "the rest", 10);
  assert.deepEqual(it.endpoint.requests.map(({ lines }) => lines.length).sort(), [20, 40, 40]);
  assert.deepEqual(numbers(it.endpoint.requests), upTo(100));
  assert.ok(
    it.endpoint.requests.every(({ headers }) => headers["content-type"] === "application/x-ndjson"),
  );
  assert.ok(it.endpoint.requests.every(({ headers }) => headers["content-encoding"] === "gzip"));
});

Deno.test("one poison event does not take the others of its batch with it, and their order stays", async () => {
  await using it = await Setting.make({ batchMax: 50, order: "client" });
  it.endpoint.behave = ({ lines }) => ({
    status: lines.some((each) => numberIn(each) === 13 && each.includes('"a"')) ? 400 : 200,
  });
  const sink = it.open();
  send(sink, upTo(20).flatMap((n) => [of("a", n), of("b", n)]));
  await it.passUntil(() => sink.status().linesWritten === 39, "39 arrive", 1_000, 20_000);
  assert.equal(sink.status().linesDropped["Parked"], 1);
  const ofClient = (client: string): number[] =>
    it.endpoint.lines.filter((each) => each.includes(`"${client}"`)).map(numberIn);
  assert.deepEqual(ofClient("a"), upTo(20).filter((n) => n !== 13));
  assert.deepEqual(ofClient("b"), upTo(20));
});
