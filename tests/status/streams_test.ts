// Events and log entries as they happen: which come, which are left out, and that the reader is told.
import assert from "node:assert/strict";
import { isDeepStrictEqual } from "node:util";
import { settled, type TestClient } from "../broker/_world.ts";
import { until } from "../helpers/until.ts";
import { Live } from "./_live.ts";

interface Message {
  readonly event: string;
  // deno-lint-ignore no-explicit-any -- what a test expects of it, it says right there
  readonly data: any;
}

/** A reader of a stream, which reads only when it is asked for more. */
class StreamReader implements AsyncDisposable {
  readonly #reader: ReadableStreamDefaultReader<string>;
  #text = "";

  private constructor(readonly body: ReadableStream<string>) {
    this.#reader = body.getReader();
  }

  static async open(live: Live, path: string): Promise<StreamReader> {
    const answer = await live.fetch(`/api/v1${path}`);
    assert.equal(answer.headers.get("Content-Type"), "text/event-stream");
    assert(answer.body !== null);
    return new StreamReader(answer.body.pipeThrough(new TextDecoderStream()));
  }

  /** Messages that come, up to and with the first one that `isLast` accepts. */
  async until(isLast: (message: Message) => boolean): Promise<Message[]> {
    const messages: Message[] = [];
    for (;;) {
      const end = this.#text.indexOf("\n\n");
      if (end < 0) {
        const { value, done } = await this.#reader.read();
        if (done) throw new Error(`the stream ended after ${JSON.stringify(messages)}`);
        this.#text += value;
        continue;
      }
      const block = this.#text.slice(0, end);
      this.#text = this.#text.slice(end + 2);
      const event = /^event: (.*)$/m.exec(block)?.[1] ?? "";
      const data = /^data: (.*)$/m.exec(block)?.[1];
      if (data === undefined) continue;
      messages.push({ event, data: JSON.parse(data) });
      if (isLast({ event, data: JSON.parse(data) })) return messages;
    }
  }

  async ended(): Promise<boolean> {
    for (;;) if ((await this.#reader.read()).done) return true;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#reader.cancel();
  }
}

async function publish(client: TestClient, topic: string, payload: string): Promise<void> {
  client.send({ cmd: "publish", topic, payload, qos: 0, dup: false, retain: false });
  await settled();
}

/** Lets what was gathered for readers go. */
async function flush(live: Live): Promise<void> {
  live.world.clock.advance(100);
  await settled();
}

Deno.test("a reader gets the events that it asks for, each as a line of the log", async (t) => {
  await using live = await Live.open();
  const client = await live.world.connect("c1");
  const rows: readonly (readonly [query: string, expected: readonly string[]])[] = [
    ["", [
      "client_subscribe a/#",
      "session_subscribed a/#",
      "message_publish a/b",
      "message_delivered a/b",
      "message_publish c",
    ]],
    ["?topic=a/%23", [
      "client_subscribe a/#",
      "session_subscribed a/#",
      "message_publish a/b",
      "message_delivered a/b",
    ]],
    ["?event=message_publish&event=message_delivered", [
      "message_publish a/b",
      "message_delivered a/b",
      "message_publish c",
    ]],
    ["?client=c2", ["client_subscribe a/#", "session_subscribed a/#", "message_delivered a/b"]],
    ["?client=c1&topic=%2B", ["message_publish c"]],
  ];
  for (const [query, expected] of rows) {
    await t.step(query, async () => {
      const other = await live.world.connect("c2");
      await using reader = await StreamReader.open(live, `/events${query}`);
      const [hello] = await reader.until(() => true);
      assert.deepEqual(hello, { event: "hello", data: { most_per_second: 200 } });
      await other.subscribe("a/#");
      await publish(client, "a/b", "x");
      await publish(client, "c", "x");
      await flush(live);
      const last = expected.at(-1);
      const lines = await reader.until(({ data }) => `${data.action} ${data.topic}` === last);
      assert.deepEqual(lines.map(({ data }) => `${data.action} ${data.topic}`), expected);
      const logged = live.world.lines();
      for (const { data } of lines) {
        assert(logged.some((line) => isDeepStrictEqual(line, data)), `no line ${data}`);
      }
      await other.leave();
    });
  }
});

Deno.test("a query that selects no event says why", async () => {
  await using live = await Live.open();
  for (const wrong of ["event=message_published", "topic=a/%23/b"]) {
    const answer = await live.fetch(`/api/v1/events?${wrong}`);
    assert.equal(answer.status, 400);
    assert.match((await answer.json()).error, /must be one of session_created|no Topic Filter/);
  }
});

Deno.test("more events than a reader gets are counted, and it is told how many it missed", async () => {
  await using live = await Live.open();
  const client = await live.world.connect("c1");
  await using reader = await StreamReader.open(live, "/events?event=message_publish");
  for (let i = 0; i < 1000; i++) await publish(client, "a", String(i));
  live.world.clock.advance(1_000);
  await settled();
  const messages = await reader.until(({ event }) => event === "missed");
  const lines = messages.filter(({ event }) => event === "");
  assert.equal(lines.length, 50, "as many as may come at once");
  assert.deepEqual(messages.at(-1)?.data, { sampled: 950, slow: 0 });
  await publish(client, "a", "later");
  await flush(live);
  assert.equal(atob((await reader.until(() => true))[0]?.data.payload), "later");
});

Deno.test("a reader who does not read costs a bounded queue, and hears later what it missed", async () => {
  await using live = await Live.open();
  const client = await live.world.connect("c1");
  await using reader = await StreamReader.open(live, "/events?event=message_publish");
  const payload = "x".repeat(40_000);
  for (let i = 0; i < 400; i++) {
    await publish(client, "a", payload);
    live.world.clock.advance(100);
  }
  let [lines, missed] = [0, 0];
  const all = reader.until(({ event, data }) => {
    if (event === "") lines++;
    if (event === "missed") missed += data.slow;
    return lines + missed === 400;
  });
  let over = false;
  void all.then(() => over = true);
  await until(async () => {
    live.world.clock.advance(1_000);
    await settled();
    return over;
  }, "all lines came or were told as missed");
  assert(missed > 100, `${missed} missed`);
});

Deno.test("a long payload is left out of its line, and said to be", async () => {
  await using live = await Live.open();
  const client = await live.world.connect("c1");
  await using reader = await StreamReader.open(live, "/events");
  await publish(client, "a", "x".repeat(60_000));
  await flush(live);
  const [line] = (await reader.until(({ data }) => data.action === "message_publish")).slice(-1);
  assert.deepEqual([line?.data.payload, line?.data.payload_omitted], ["", 60_000]);
});

Deno.test("nobody watches before the first reader and after the last one", async () => {
  await using live = await Live.open();
  const { hooks } = live.world;
  const bare = hooks.hooks.message_publish;
  {
    await using _reader = await StreamReader.open(live, "/events");
    assert.notEqual(hooks.hooks.message_publish, bare);
    assert.equal((await live.json("/overview")).readers, 1);
  }
  while ((await live.json("/overview")).readers > 0) await settled();
  assert.equal(hooks.hooks.message_publish, bare);
});

Deno.test("streams end with the live view, and there are only so many", async () => {
  const live = await Live.open();
  const readers = await Promise.all(Array.from({ length: 32 }, () => StreamReader.open(live, "/log")));
  const refused = await live.fetch("/api/v1/log");
  assert.equal(refused.status, 503);
  assert.match((await refused.json()).error, /32 streams/);
  const ended = Promise.all(readers.map((reader) => reader.ended()));
  await live[Symbol.asyncDispose]();
  assert((await ended).every((it) => it));
});

Deno.test("the daemon's log: what was written before, then what is written", async () => {
  await using live = await Live.open();
  for (let i = 0; i < 150; i++) live.entries.add({ time: i, level: "info", msg: `entry ${i}`, fields: {} });
  await using reader = await StreamReader.open(live, "/log");
  const before = (await reader.until(({ data }) => data.msg === "entry 149")).filter(({ event }) =>
    event === ""
  );
  assert.equal(before.length, 100);
  live.entries.add({ time: 1000, level: "warn", msg: "now", fields: { listener: "lan" } });
  await flush(live);
  assert.deepEqual((await reader.until(() => true))[0]?.data, {
    time: 1000,
    level: "warn",
    msg: "now",
    fields: { listener: "lan" },
  });
});
