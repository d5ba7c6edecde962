// The reader's side of the API: rates, figures, payloads, topics as a tree, server-sent events.
import { deepEqual, equal, rejects } from "node:assert/strict";
import type { TopicInfo } from "../../src/status/api_types.ts";
import { bytesText, countText, durationText, rateText } from "../../src/status/reader/figures.ts";
import { payloadBytes, payloadLine } from "../../src/status/reader/payload.ts";
import { Rates } from "../../src/status/reader/rates.ts";
import { type ServerSentEvent, serverSentEvents } from "../../src/status/reader/sse.ts";
import { TopicTree } from "../../src/status/reader/topic_tree.ts";

const encoder = new TextEncoder();

Deno.test("rates are what grew a second; another life of the broker begins anew; what is old goes", () => {
  const rates = new Rates(10_000);
  deepEqual(rates.now, []);
  rates.add(1_000, [100, 0]);
  deepEqual(rates.now, [0, 0]);
  rates.add(3_000, [150, 7]);
  deepEqual(rates.now, [25, 3.5]);
  rates.add(4_000, [3, 0]);
  deepEqual(rates.now, [25, 3.5]);
  rates.add(5_000, [4, 0]);
  deepEqual(rates.now, [1, 0]);
  rates.add(14_000, [4, 0]);
  deepEqual(rates.samples.map(({ at }) => at), [5_000, 14_000]);
});

Deno.test("figures are short and read at a glance", () => {
  equal(countText(1_234_567), "1,234,567");
  deepEqual([0, 0.4, 12.52, 99.96, 1_250.4].map(rateText), ["0", "0.4", "12.5", "100.0", "1,250"]);
  deepEqual(
    [0, 999, 1_500, 20_000_000, 999_700, 5e15].map(bytesText),
    ["0 B", "999 B", "1.5 kB", "20 MB", "1.0 MB", "5,000 TB"],
  );
  deepEqual(
    [-1, 59.9, 185, 7_800, 1_047_600].map(durationText),
    ["0 s", "59 s", "3 min 05 s", "2 h 10 min", "12 d 3 h"],
  );
});

Deno.test("a payload is text where it is text, else hexadecimal digits, and never longer than asked for", () => {
  equal(payloadLine(""), "(empty)");
  equal(payloadLine(encoder.encode("21 °C").toBase64()), "21 °C");
  equal(payloadLine(new Uint8Array([0, 255]).toBase64()), "0x00ff");
  equal(payloadLine("no base64!"), "no base64!");
  equal(payloadLine(encoder.encode("x".repeat(3_000)).toBase64(), 10), "xxxxxxxxxx…");
  // The middle of a character is where it is cut.
  equal(payloadLine(encoder.encode("x" + "é".repeat(2_000)).toBase64(), 3), "xéé…");
  deepEqual(["", "YQ==", "YWI=", "YWJj"].map(payloadBytes), [0, 1, 2, 3]);
});

function topic(name: string, count: number, last = 0): TopicInfo {
  return { topic: name, count, bytes: 0, last, payload: "", payload_size: 0, qos: 0, retain: false };
}

Deno.test("topics add up along their levels; those without a place are counted as left out", () => {
  const tree = new TopicTree(4);
  const answer = { watching_since: 1, most: 10, left_out: 3, total: 2 };
  tree.take({ ...answer, topics: [topic("a/b", 2, 5), topic("a", 1, 4)] }, 1_000);
  const a = tree.root.children.get("a");
  deepEqual([a?.total, a?.last, a?.info?.count], [3, 5, 1]);
  tree.take({ ...answer, topics: [topic("a/b", 6, 7)] }, 3_000);
  deepEqual([a?.total, a?.rate, tree.leftOut], [7, 2, 3]);
  tree.take({ ...answer, topics: [topic("c/d/e", 10)] }, 9_000);
  deepEqual([tree.size, tree.leftOut, a?.rate], [2, 13, 0]);
  tree.take({ ...answer, watching_since: 9, topics: [] }, 5_000);
  deepEqual([tree.size, tree.root.total], [0, 0]);
});

Deno.test("the rate of a topic that answers leave out at times is that of its own time, and no first sight is a burst", () => {
  const tree = new TopicTree();
  const answer = { watching_since: 1, most: 10, left_out: 0, total: 2 };
  const rate = (name: string): number | undefined => tree.root.children.get(name)?.rate;
  tree.take({ ...answer, topics: [topic("a", 1_000)] }, 1_000);
  tree.take({ ...answer, topics: [topic("b", 1_000)] }, 2_000);
  deepEqual([rate("a"), rate("b")], [0, 0]);
  tree.take({ ...answer, topics: [topic("a", 1_008), topic("b", 1_001)] }, 3_000);
  deepEqual([rate("a"), rate("b")], [4, 1]);
  // That answer had all there are: what is new in this one has begun since.
  tree.take({ ...answer, total: 3, topics: [topic("c", 10), topic("b", 1_001), topic("a", 1_008)] }, 5_000);
  deepEqual([rate("a"), rate("b"), rate("c"), tree.root.rate], [0, 0, 5, 5]);
});

Deno.test("a topic of thousands of levels is a tree of a few", () => {
  const tree = new TopicTree();
  const deep = Array.from({ length: 5_000 }, (_, i) => i).join("/");
  tree.take({ watching_since: 1, most: 1, left_out: 0, total: 1, topics: [topic(deep, 1)] }, 0);
  equal(tree.size, 32);
});

function stream(...pieces: readonly string[]): ReadableStream<Uint8Array<ArrayBuffer>> {
  return ReadableStream.from(pieces.map((piece) => encoder.encode(piece)));
}

Deno.test("server-sent events are read over the ends of pieces; comments are passed over", async () => {
  const events: ServerSentEvent[] = [];
  const pieces = ["event: hello\ndata: {}\n\n: pi", "ng\n\ndata: 1\ndata: 2\n", "\ndata: unfinished"];
  for await (const event of serverSentEvents(stream(...pieces))) events.push(event);
  deepEqual(events, [{ event: "hello", data: "{}" }, { event: "message", data: "1\n2" }]);
});

Deno.test("a server-sent event without an end is no reason to keep it all", async () => {
  const endless = stream(...Array.from({ length: 5 }, () => "x".repeat(1024 * 1024)));
  await rejects(async () => {
    for await (const _ of serverSentEvents(endless)) continue;
  }, /more than/);
});
