// How fast the HTTP sink delivers, beside a bare fetch loop that has a timeout too, with the same server, in alternation: the ratio counts.
//   deno run -A tests/bench/http_throughput.ts [events a slice] [slices]
// Slices are short and many, and the median is that of the ratios of neighbours: a machine swings by half in seconds.
// Fails when single events reach less than 80 % of the loop, or batches of 500 less than 100,000 events/s.
import { setImmediate } from "node:timers";
import { systemClock } from "../../src/base/clock.ts";
import { FILE_DEFAULTS } from "../../src/sinks/file/options.ts";
import { HttpSink } from "../../src/sinks/http/http_sink.ts";
import { HTTP_DEFAULTS } from "../../src/sinks/http/options.ts";
import { until } from "../helpers/until.ts";
import { median } from "./median.ts";

const IN_FLIGHT = 128;
/** Of a request of the bare loop: no real client waits for ever. */
const TIMEOUT_MS = 8_000;
const BATCH_EVENTS = 400_000;
const BATCH_SLICES = 5;
const [count = "4000", slices = "51"] = Deno.args;
const line =
  `{"action":"message_publish","from_node":1,"from_ipaddress":"127.0.0.1:40000","from_clientid":"bench",` +
  `"from_username":"undefined","dup":false,"retain":false,"qos":1,"topic":"bench/1","packet_id":"17","payload":"${
    "QUJD".repeat(40)
  }","ts":1764000000000,"time":"2026-11-24 09:05:01.042"}\n`;

const server = new Deno.Command(Deno.execPath(), {
  args: ["run", "-A", "--no-config", new URL("_nothing_server.ts", import.meta.url).pathname],
  stdin: "piped",
  stdout: "piped",
}).spawn();
const output = server.stdout.pipeThrough(new TextDecoderStream()).getReader();
const url = `http://127.0.0.1:${Number((await output.read()).value)}/hook`;

const client = Deno.createHttpClient({ poolMaxIdlePerHost: IN_FLIGHT });
const body = new TextEncoder().encode(line.trimEnd());
const spoolDir = await Deno.makeTempDir({ prefix: "hookline-bench-" });
const single = openSink(`${spoolDir}/single`, 1);
const batches = openSink(`${spoolDir}/batches`, 500);

const rates: Record<"bare" | "single" | "batch", number[]> = { bare: [], single: [], batch: [] };
const measures = [
  async () => rates.bare.push(await perSecond(Number(count), bareLoop)),
  async () => rates.single.push(await perSecond(Number(count), (n) => throughSink(single, n))),
];
await bareLoop(Number(count));
await throughSink(single, Number(count));
// Both are warm now, and each is the first of every other pair.
for (let slice = 0; slice < Number(slices); slice++) {
  for (const measure of slice % 2 === 0 ? measures : measures.toReversed()) await measure();
}
for (let slice = 0; slice < BATCH_SLICES; slice++) {
  rates.batch.push(await perSecond(BATCH_EVENTS, (n) => throughSink(batches, n)));
}
await single[Symbol.asyncDispose]();
await batches[Symbol.asyncDispose]();
client.close();
await Deno.remove(spoolDir, { recursive: true });
await server.stdin.close();
await output.cancel();
await server.status;

const ratios = rates.single.map((rate, slice) => rate / (rates.bare[slice] ?? NaN));
const singleToBare = median(ratios);
const batch = median(rates.batch);
const figures = {
  bare_per_second: Math.round(median(rates.bare)),
  single_per_second: Math.round(median(rates.single)),
  single_to_bare: Number(singleToBare.toFixed(2)),
  batch_per_second: Math.round(batch),
  line_bytes: line.length,
  slices: {
    single_to_bare: ratios.map((ratio) => ratio.toFixed(2)).join(" "),
    batch: rates.batch.map((rate) => Math.round(rate)),
  },
};
Deno.stdout.writeSync(new TextEncoder().encode(`${JSON.stringify(figures, undefined, 1)}\n`));
Deno.exit(singleToBare >= 0.8 && batch >= 100_000 ? 0 : 1);

async function perSecond(n: number, run: (n: number) => Promise<void>): Promise<number> {
  const start = performance.now();
  await run(n);
  return n / ((performance.now() - start) / 1000);
}

async function bareLoop(n: number): Promise<void> {
  let sent = 0;
  const worker = async (): Promise<void> => {
    while (sent++ < n) {
      const headers = { "content-type": "application/json" };
      const timeout = new AbortController();
      const timer = setTimeout(() => timeout.abort(), TIMEOUT_MS);
      const { signal } = timeout;
      const response = await fetch(url, { method: "POST", body, headers, client, signal });
      await response.body?.cancel();
      clearTimeout(timer);
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, worker));
}

function openSink(spoolDir: string, batchMax: number): HttpSink {
  const http = { ...HTTP_DEFAULTS, spoolDir, batchMax, concurrency: IN_FLIGHT };
  return new HttpSink(url, { cwd: "/", http, file: FILE_DEFAULTS, endpoints: new Map() }, fail, systemClock);
}

/** Lines appended in turns of 256, as fast as the sink's own bounds allow, until all are delivered. */
async function throughSink(sink: HttpSink, n: number): Promise<void> {
  const before = sink.status().linesWritten;
  for (let appended = 0; appended < n;) {
    for (let i = 0; i < 256 && appended < n; i++, appended++) sink.append(line);
    sink.flush();
    // The broker has other work between two turns; and what waits stays well below spool_max_bytes.
    await new Promise((resolve) => setImmediate(resolve));
    if (sink.status().linesWaiting > 200_000) {
      await until(() => sink.status().linesWaiting < 100_000, "the backlog shrinks", 60_000);
    }
  }
  await until(() => sink.status().linesWritten === before + n, "all events are delivered", 60_000);
}

/** A bench in which something is reported measures something else. */
function fail(_level: string, text: string): void {
  throw new Error(text);
}
