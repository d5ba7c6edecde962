// The spool's bounds, its lock, its files, and what becomes of them at the end and after it.
import assert from "node:assert/strict";
import { SinkError } from "../../../src/sinks/sink.ts";
import { countsOf, line, namesIn, upTo } from "../_lines.ts";
import { ok } from "../../helpers/http_endpoint.ts";
import { Setting, settled } from "./_sink.ts";

const numberIn = (text: string): number => (JSON.parse(text) as { n: number }).n;

Deno.test("the spool is a folder with a readable name, whose segments are the lines as they are", async () => {
  await using it = await Setting.make();
  it.endpoint.behave = () => "never";
  const sink = it.open();
  for (const n of upTo(3)) sink.append(line(n));
  sink.flush();
  assert.match(it.folder, /\/127\.0\.0\.1_\d+_hook-[0-9a-f]{8}$/);
  assert.equal(Deno.readTextFileSync(`${it.folder}/00000001.jsonl`), upTo(3).map((n) => line(n)).join(""));
  assert.equal(Deno.readTextFileSync(`${it.folder}/url`), `${it.endpoint.url}\n`);
  for (const name of namesIn(it.folder)) {
    assert.equal((Deno.statSync(`${it.folder}/${name}`).mode ?? 0) & 0o777, 0o640, name);
  }
});

Deno.test("lines are in the segment when flush returns", async () => {
  await using it = await Setting.make();
  it.endpoint.behave = () => "never";
  const sink = it.open();
  sink.append(line(0));
  assert.equal(namesIn(it.folder).includes("00000001.jsonl"), false);
  sink.flush();
  assert.equal(Deno.readTextFileSync(`${it.folder}/00000001.jsonl`), line(0));
});

Deno.test("when all is delivered and the sink is closed, no segment is left", async () => {
  await using it = await Setting.make();
  const sink = it.open();
  for (const n of upTo(100)) sink.append(line(n));
  await sink[Symbol.asyncDispose]();
  assert.equal(it.endpoint.lines.length, 100);
  assert.deepEqual(namesIn(it.folder), ["cursor.json", "id", "lock", "url"]);
});

Deno.test("file_fsync = always: a flush ends with the segment on the device", async () => {
  await using it = await Setting.make({ file: { fsync: "always", bufferBytes: 1000 } });
  const sink = it.open();
  sink.append(line(0));
  sink.flush();
  assert.equal(it.disk.syncs, 1);
});

Deno.test("past spool_max_bytes the oldest events go, are counted, and are told of once; queue_capacity bounds no spool", async () => {
  await using it = await Setting.make({ spoolMaxBytes: 64 * 1024, queueCapacity: 100, concurrency: 1 });
  it.endpoint.behave = () => "never";
  const sink = it.open();
  const count = 4_000;
  for (const n of upTo(count)) {
    sink.append(line(n));
    if (n % 10 === 9) sink.flush();
    if (n === 9) await it.wait(() => it.endpoint.requests.length === 1, "the first request");
  }
  const size = (): number =>
    namesIn(it.folder).filter((name) => name.endsWith(".jsonl"))
      .reduce((sum, name) => sum + sizeOf(`${it.folder}/${name}`), 0);
  await it.wait(() => size() <= 64 * 1024, "old segments are removed");
  const { linesWaiting, linesDropped, linesWritten } = sink.status();
  const lost = linesDropped["SpoolFull"] ?? 0;
  assert.equal(linesWaiting + linesWritten + lost, count);
  assert.ok(lost > 0 && linesWaiting > 1_000 && linesWaiting <= 1_500, JSON.stringify([lost, linesWaiting]));
  const told = it.reports.filter(({ dropped }) => dropped !== undefined);
  assert.equal(told.length, 1);
  assert.match(told[0]?.text ?? "", /were lost, the oldest first: .* reached spool_max_bytes, \d+/);
  it.endpoint.behave = ok;
  await it.passUntil(() => sink.status().linesWaiting === 0, "the rest arrives");
  const arrived = new Set(it.endpoint.lines.map(numberIn));
  assert.equal(arrived.size, count - lost);
  assert.ok(arrived.has(count - 1) && arrived.has(count - 200));
  await sink[Symbol.asyncDispose]();
  assert.equal(it.reports.reduce((sum, { dropped = 0 }) => sum + dropped, 0), lost);
});

/** Bytes of a file, which may be removed at any time. */
function sizeOf(path: string): number {
  try {
    return Deno.statSync(path).size;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return 0;
    throw error;
  }
}

Deno.test("a line too long to be read back is refused at once and counted", async () => {
  await using it = await Setting.make();
  const sink = it.open();
  sink.append(line(0, "x".repeat(64 * 1024 * 1024)));
  sink.append(line(1));
  sink.flush();
  await it.wait(() => sink.status().linesWritten === 1, "the other arrives");
  assert.deepEqual(sink.status().linesDropped, { TooLong: 1 });
});

Deno.test("what waits from an earlier run is told at the start: how many, how old, where", async () => {
  await using it = await Setting.make();
  it.endpoint.behave = ({ lines }) => ({ status: numberIn(lines[0] ?? "") < 2 ? 200 : 503 });
  const first = it.open({ concurrency: 1 });
  it.clock.jumped = Date.now();
  const since = it.clock.now() - 3 * 3_600_000;
  for (const n of upTo(5)) {
    first.append(`{"action":"message_publish","n":${n},"topic":"\\"ts\\":5","ts":${since + n},"time":"-"}\n`);
  }
  first.flush();
  await it.wait(() => first.status().lastError !== undefined, "the third is refused");
  await first[Symbol.asyncDispose]();
  it.reports.length = 0;
  const second = it.open();
  const text = `3 events of an earlier run wait in ${it.folder} to be sent, the oldest from ${
    new Date(since + 2).toISOString()
  }, 3 h ago.`;
  assert.deepEqual(it.reports.map(({ level, text }) => [level, text]), [["info", text]]);
  it.endpoint.behave = ok;
  await it.passUntil(() => second.status().linesWaiting === 0, "they arrive");
  await second[Symbol.asyncDispose]();
  it.reports.length = 0;
  it.open();
  assert.deepEqual(it.reports, []);
});

Deno.test("a second sink on the same spool is refused, and says why; the first goes on", async () => {
  await using it = await Setting.make();
  const first = it.open();
  assert.throws(
    () => it.open(),
    (error) => error instanceof SinkError && /spool, .*, is in use by another process/.test(error.message),
  );
  first.append(line(0));
  first.flush();
  await it.wait(() => first.status().linesWritten === 1, "it arrives");
});

Deno.test("a spool folder that cannot be made is no reason not to start: lines wait, and arrive once it can", async () => {
  await using it = await Setting.make();
  Deno.writeTextFileSync(`${it.dir}/file`, "");
  const sink = it.open({ spoolDir: `${it.dir}/file` });
  for (const n of upTo(10)) sink.append(line(n));
  sink.flush();
  assert.equal(sink.status().state, "degraded");
  assert.equal(sink.status().linesWaiting, 10);
  assert.match(sink.intake.failure ?? "", /takes no lines/);
  assert.match(it.reports[0]?.text ?? "", /takes no lines/);
  Deno.removeSync(`${it.dir}/file`);
  await it.passUntil(() => sink.status().linesWritten === 10, "they arrive", 100);
  assert.equal(sink.status().state, "ok");
  assert.deepEqual([sink.intake.failure, sink.intake.failures], [undefined, 1]);
});

Deno.test("a segment that is removed, emptied or moved while it is written costs no later line", async () => {
  await using it = await Setting.make();
  const sink = it.open();
  const arrived = new Set<number>();
  let n = 0;
  for (
    const harm of [
      Deno.removeSync,
      (path: string) => Deno.truncateSync(path),
      (path: string) => Deno.renameSync(path, `${path}.bak`),
    ]
  ) {
    sink.append(line(n++));
    sink.flush();
    await it.passUntil(() => sink.status().linesWaiting === 0, "it arrives", 10);
    const last = namesIn(it.folder).filter((name) => name.endsWith(".jsonl")).at(-1);
    harm(`${it.folder}/${last}`);
    // The writer looks after its file twice a second.
    it.clock.advance(600);
    for (let i = 0; i < 5; i++) sink.append(line(n++));
    sink.flush();
    await it.passUntil(() => sink.status().linesWaiting === 0, "those after it arrive", 10);
  }
  for (const each of it.endpoint.lines) arrived.add(numberIn(each));
  assert.deepEqual([...arrived].sort((a, b) => a - b), upTo(n));
  assert.match(
    it.reports.map(({ text }) => text).join("\n"),
    /removed or changed by someone else; a new segment is begun/,
  );
});

Deno.test("shutdown: requests in flight get shutdown_timeout, the rest stays and is sent after the start, with one key", async () => {
  await using it = await Setting.make({ concurrency: 4, shutdownTimeout: 3_000 });
  it.endpoint.behave = () => "never";
  const first = it.open();
  for (const n of upTo(50)) first.append(line(n));
  first.flush();
  await it.wait(() => it.endpoint.requests.length === 4, "four are in flight");
  let ended = false;
  const done = first[Symbol.asyncDispose]().then(() => ended = true);
  await settled();
  it.clock.advance(2_900);
  await settled();
  assert.equal(ended, false);
  await it.passUntil(() => ended, "it ends", 200);
  await done;
  it.endpoint.behave = ok;
  const second = it.open();
  await it.wait(() => second.status().linesWritten === 50, "all arrive");
  assert.deepEqual(it.endpoint.lines.map(numberIn).sort((a, b) => a - b), upTo(50));
  const keys = new Map<string, Set<unknown>>();
  for (const { lines, headers } of it.endpoint.requests) {
    keys.set(`${lines}`, (keys.get(`${lines}`) ?? new Set()).add(headers["idempotency-key"]));
  }
  assert.ok(keys.values().every(({ size }) => size === 1));
  assert.deepEqual(it.reports.map(({ text }) => text), [
    `50 events of an earlier run wait in ${it.folder} to be sent.`,
  ]);
});

Deno.test("spool = false: past queue_capacity the newest are dropped and counted, and nothing is on the disk", async () => {
  await using it = await Setting.make({ spool: false, queueCapacity: 100, concurrency: 1 });
  it.endpoint.behave = () => "never";
  const sink = it.open();
  for (const n of upTo(150)) sink.append(line(n));
  sink.flush();
  assert.deepEqual(sink.status().linesDropped, { QueueFull: 50 });
  assert.deepEqual(namesIn(it.dir), []);
  await it.wait(() => it.endpoint.requests.length === 1, "one is in flight");
  it.endpoint.behave = ok;
  await it.passUntil(() => sink.status().linesWritten === 100, "the first hundred arrive");
  assert.deepEqual(new Set(it.endpoint.lines.map(numberIn)), new Set(upTo(100)));
});

Deno.test("spool = false: at the end everything is still delivered, as long as the endpoint takes it", async () => {
  await using it = await Setting.make({ spool: false, concurrency: 8 });
  const sink = it.open();
  for (const n of upTo(3_000)) sink.append(line(n));
  await sink[Symbol.asyncDispose]();
  assert.equal(new Set(it.endpoint.lines).size, 3_000);
  assert.deepEqual(countsOf(sink), { state: "ok", linesWritten: 3_000, linesWaiting: 0, linesDropped: {} });
});

Deno.test("spool = false: what the endpoint does not take before the end is lost, counted and told", async () => {
  await using it = await Setting.make({ spool: false, concurrency: 1 });
  it.endpoint.behave = () => "never";
  const sink = it.open();
  for (const n of upTo(20)) sink.append(line(n));
  sink.flush();
  await it.wait(() => it.endpoint.requests.length === 1, "one is in flight");
  const done = sink[Symbol.asyncDispose]();
  await it.passUntil(() => sink.status().linesWaiting === 0, "it ends", 500);
  await done;
  assert.deepEqual(sink.status().linesDropped, { Closed: 20 });
  assert.deepEqual(it.reports.map(({ dropped }) => dropped), [20]);
});

Deno.test("failed.jsonl that takes nothing costs no event: it is tried on, and delivered when it can be", async () => {
  await using it = await Setting.make({ retryMaxElapsed: 1 });
  it.endpoint.behave = () => ({ status: 400 });
  const sink = it.open();
  Deno.mkdirSync(`${it.folder}/failed.jsonl`);
  sink.append(line(0));
  sink.flush();
  await it.passUntil(() => it.endpoint.requests.length >= 5, "five attempts", 10_000);
  assert.deepEqual(sink.status().linesDropped, {});
  assert.match(it.reports.map(({ text }) => text).join("\n"), /failed\.jsonl takes no refused events/);
  it.endpoint.behave = ok;
  await it.passUntil(() => sink.status().linesWritten === 1, "it arrives", 10_000);
});
