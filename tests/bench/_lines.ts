// How fast lines are made and written, beside a loop that writes 64 KiB of ready bytes and does nothing else.
// Prints figures as JSON; its argument: seconds that a measurement may take. The task `bench` starts it.
import { systemClock } from "../../src/base/clock.ts";
import { Delivery, Message, type Published } from "../../src/broker/message.ts";
import { createHooks } from "../../src/hooks/bus.ts";
import { ClientIdentity } from "../../src/hooks/client_identity.ts";
import { EVENT_NAMES } from "../../src/hooks/events.ts";
import { NO_PROPERTIES } from "../../src/mqtt/publish_properties.ts";
import { TopicName } from "../../src/mqtt/topic_cache.ts";
import { FileSink } from "../../src/sinks/file/file_sink.ts";
import { FILE_DEFAULTS } from "../../src/sinks/file/options.ts";
import { tempDir } from "../helpers/temp_dir.ts";
import { median } from "./median.ts";

/** Pairs of slices; each of a pair lasts a tenth of the measurement. */
const PAIRS = 5;
/** Messages of one turn; each makes three lines, as one with QoS 1 to one subscriber does. */
const TURN = 64;

const sliceMs = Number(Deno.args[0]) * 1000 / PAIRS / 2;
await using dir = await tempDir();
const url = `file://${dir.path}/hook.log`;
await using sink = new FileSink(url, `${dir.path}/hook.log`, FILE_DEFAULTS, fail, systemClock);
const rules = Object.fromEntries(EVENT_NAMES.map((event) => [event, [{ action: event, urls: [url] }]]));
const hooks = createHooks(rules, () => sink, () => Date.now());
const publisher = new ClientIdentity(1, "127.0.0.1:40000", "bench-publisher", undefined);
const subscriber = new ClientIdentity(1, "127.0.0.1:40001", "bench-subscriber", undefined);
const topics = Array.from(
  { length: 16 },
  (_, i) => new TopicName(`bench/0000/${String(i).padStart(4, "0")}`),
);
const PUBLISHED: Published = {
  payload: new Uint8Array(64).fill(120),
  dup: false,
  retain: false,
  qos: 1,
  packetId: 1,
  properties: NO_PROPERTIES,
};

using bareFile = Deno.openSync(`${dir.path}/bare`, { create: true, append: true });
const block = new Uint8Array(64 * 1024).fill(120);

const pairs: { lines: number; share: number }[] = [];
for (let pair = -1; pair < PAIRS; pair++) {
  const before = sink.status().linesWritten;
  const made = slice(turn);
  const lines = (sink.status().linesWritten - before) / made.seconds;
  const bytes = Deno.statSync(`${dir.path}/hook.log`).size;
  const bare = slice(() => bareFile.writeSync(block));
  const share = bytes / made.seconds / (bare.runs * block.length / bare.seconds);
  if (pair >= 0) pairs.push({ lines, share }); // the first pair warms up
  // The kernel would write them back while the next slice is on.
  Deno.truncateSync(`${dir.path}/hook.log`);
  Deno.truncateSync(`${dir.path}/bare`);
}
Deno.stdout.writeSync(new TextEncoder().encode(`${
  JSON.stringify({
    lines_per_s: median(pairs.map(({ lines }) => lines)),
    of_bare_writes: median(pairs.map(({ share }) => share)),
  })
}\n`));

function slice(run: () => void): { readonly runs: number; readonly seconds: number } {
  const start = performance.now();
  let runs = 0;
  while (performance.now() - start < sliceMs) {
    run();
    runs++;
  }
  return { runs, seconds: (performance.now() - start) / 1000 };
}

function turn(): void {
  for (let i = 0; i < TURN; i++) {
    const name = topics[i % topics.length] as TopicName;
    const published = { ...PUBLISHED, packetId: i + 1 };
    const message = new Message(publisher, "custom", name, published, Date.now(), Infinity);
    const delivery = new Delivery(message, subscriber, 1, false, undefined);
    delivery.packetId = i + 1;
    hooks.message_publish?.(message);
    hooks.message_delivered?.(delivery);
    hooks.message_acked?.(delivery);
  }
  sink.flush();
}

/** A bench in which something is reported measures something else. */
function fail(_level: string, text: string): void {
  throw new Error(text);
}
