// Other options for an open HTTP sink: what is sent from then on follows them, what is under way ends as it began.
import assert from "node:assert/strict";
import { setImmediate } from "node:timers";
import type { HttpSink } from "../../../src/sinks/http/http_sink.ts";
import { SinkError } from "../../../src/sinks/sink.ts";
import { ok } from "../../helpers/http_endpoint.ts";
import { line, upTo } from "../_lines.ts";
import { type Differing, Setting, settled } from "./_sink.ts";

/** Gives the sink options of `changed` over those it was opened with; returns what waits for a restart. */
function reconfigure(it: Setting, sink: HttpSink, changed: Differing): readonly string[] {
  const change = sink.prepare(it.endpoint.url, it.optionsWith(changed));
  assert.ok(change !== undefined);
  change.commit();
  return change.afterRestart;
}

function send(sink: HttpSink, from: number, to: number): void {
  for (const n of upTo(to - from)) sink.append(line(from + n));
  sink.flush();
}

Deno.test("a new token in a header is sent with the next attempt, also of an event that was refused with the old", async () => {
  await using it = await Setting.make({ endpoint: { headers: { authorization: "Bearer old" } } });
  it.endpoint.behave = ({ headers }) => ({ status: headers.authorization === "Bearer new" ? 204 : 401 });
  const sink = it.open();
  send(sink, 0, 1);
  await it.wait(() => it.endpoint.requests.length === 1, "the first attempt");
  await settled();
  assert.deepEqual(reconfigure(it, sink, { endpoint: { headers: { authorization: "Bearer new" } } }), []);
  await it.passUntil(() => sink.status().linesWritten === 1, "the event is taken", 500);
  assert.deepEqual(sink.status().linesDropped, {});
});

Deno.test("a request in flight outlives the change, and keeps its timeout", async () => {
  await using it = await Setting.make({ timeout: 8_000 });
  let release = (): void => {};
  it.endpoint.behave = () => new Promise((resolve) => release = () => resolve({ status: 204 }));
  const sink = it.open();
  send(sink, 0, 1);
  await it.wait(() => it.endpoint.requests.length === 1, "the request is there");
  reconfigure(it, sink, { timeout: 1_000 });
  for (const _ of upTo(4)) {
    it.clock.advance(1_000);
    await settled();
  }
  release();
  await it.wait(() => sink.status().linesWritten === 1, "its answer counts");
  assert.equal(it.endpoint.requests.length, 1);

  it.endpoint.behave = () => "never";
  send(sink, 1, 2);
  await it.wait(() => it.endpoint.requests.length === 2, "the next request");
  it.clock.advance(1_100);
  await it.wait(() => /within 1000 ms/.test(sink.status().lastError ?? ""), "it has the new timeout");
});

Deno.test("more may be in flight at once", async () => {
  await using it = await Setting.make({ concurrency: 2 });
  it.endpoint.behave = () => "never";
  const sink = it.open();
  send(sink, 0, 50);
  await it.wait(() => it.endpoint.requests.length === 2, "two requests");
  reconfigure(it, sink, { concurrency: 9 });
  await it.wait(() => it.endpoint.requests.length === 9, "nine requests");
  await settled();
  assert.equal(it.endpoint.requests.length, 9);
});

Deno.test("a batch that waits for its next attempt stays a batch when batches are switched off, and the reverse", async () => {
  for (const [before, after] of [[10, 1], [1, 10]] as const) {
    await using it = await Setting.make({ batchMax: before, batchWait: 0, concurrency: 1 });
    it.endpoint.behave = () => ({ status: 500 });
    const sink = it.open();
    send(sink, 0, 10);
    await it.wait(() => it.endpoint.requests.length >= 1, "a refusal");
    await settled();
    reconfigure(it, sink, { batchMax: after, batchWait: 0, concurrency: 1 });
    it.endpoint.behave = ok;
    send(sink, 10, 20);
    await it.passUntil(() => sink.status().linesWritten === 20, "all are taken", 500);
    assert.deepEqual(new Set(it.endpoint.lines), new Set(upTo(20).map((n) => line(n).trimEnd())));
    for (const { headers, lines } of it.endpoint.requests) {
      if (headers["content-type"] === "application/json") assert.equal(lines.length, 1);
      else assert.equal(headers["content-type"], "application/x-ndjson");
    }
  }
});

/** Lines for ten segments of 8 KB or more, which wait for an endpoint that is away. */
const LONG = "x".repeat(900);
async function fill(it: Setting): Promise<HttpSink> {
  await it.endpoint.stop();
  const sink = it.open();
  for (const n of upTo(100)) {
    sink.append(line(n, LONG));
    sink.flush();
  }
  return sink;
}

Deno.test("a smaller spool_max_bytes lets the oldest go at once, counted", async () => {
  await using it = await Setting.make({ spoolMaxBytes: 128 * 1024 });
  const sink = await fill(it);
  assert.equal(sink.status().linesWaiting, 100);
  reconfigure(it, sink, { spoolMaxBytes: 64 * 1024 });
  const { linesWaiting, linesDropped: { SpoolFull = 0 } } = sink.status();
  assert.equal(linesWaiting + SpoolFull, 100);
  assert.ok(linesWaiting > 45 && linesWaiting < 68, String(linesWaiting));
});

// What is watched is the suite's own sanitizer of resources.
Deno.test("a sink that is closed while it reads leaves no file open", async () => {
  for (let turns = 0; turns < 30; turns++) {
    await using it = await Setting.make({ spoolMaxBytes: 128 * 1024 });
    const sink = await fill(it);
    reconfigure(it, sink, { spoolMaxBytes: 64 * 1024 });
    for (let turn = 0; turn < turns % 10; turn++) await new Promise((resolve) => setImmediate(resolve));
  }
});

Deno.test("a memory queue takes as many events as its new queue_capacity", async () => {
  await using it = await Setting.make({ spool: false, queueCapacity: 3 });
  it.endpoint.behave = () => "never";
  const sink = it.open();
  send(sink, 0, 5);
  assert.deepEqual(sink.status().linesDropped, { QueueFull: 2 });
  reconfigure(it, sink, { spool: false, queueCapacity: 10 });
  send(sink, 5, 10);
  assert.deepEqual(sink.status().linesDropped, { QueueFull: 2 });
});

Deno.test("what an open sink cannot change is named, and named again until a restart", async () => {
  await using it = await Setting.make();
  const sink = it.open();
  const other = { spoolDir: `${it.dir}/other`, order: "client", spool: false } as const;
  const late = [`${sink.url}: its new spool, spool_dir, http_order take effect after a restart`];
  assert.deepEqual(reconfigure(it, sink, other), late);
  assert.deepEqual(reconfigure(it, sink, other), late);
  send(sink, 0, 1);
  await it.wait(() => sink.status().linesWritten === 1, "it goes on as it was");
});

Deno.test("a PEM file that cannot be read is refused, and the sink goes on as it was", async () => {
  await using it = await Setting.make();
  const sink = it.open();
  assert.throws(
    () => reconfigure(it, sink, { endpoint: { caFile: `${it.dir}/none.pem` } }),
    (error) => error instanceof SinkError && /ca_file.*none\.pem/.test(error.message),
  );
  send(sink, 0, 1);
  await it.wait(() => sink.status().linesWritten === 1, "it goes on");
});

Deno.test("a change that is given up leaves the sink as it was", async () => {
  await using it = await Setting.make();
  const sink = it.open();
  const change = sink.prepare(
    it.endpoint.url,
    it.optionsWith({ endpoint: { headers: { "x-mine": "1" } } }),
  );
  assert.ok(change !== undefined);
  change.abandon();
  send(sink, 0, 1);
  await it.wait(() => sink.status().linesWritten === 1, "it goes on");
  assert.equal(it.endpoint.requests[0]?.headers["x-mine"], undefined);
});

Deno.test("the same options are no change", async () => {
  const options = { timeout: 3_000, endpoint: { headers: { "x-mine": "1" } } };
  await using it = await Setting.make(options);
  const sink = it.open();
  assert.equal(sink.prepare(it.endpoint.url, it.optionsWith({})), undefined);
  reconfigure(it, sink, { timeout: 4_000 });
  assert.equal(sink.prepare(it.endpoint.url, it.optionsWith({ timeout: 4_000 })), undefined);
});
