// How fast the HTTP sink delivers, beside a bare fetch loop with the same server, in alternation: the ratio counts.
//   deno run -A tests/bench/http_throughput.ts [events] [rounds]
// Fails when single events reach less than 80 % of the loop, or batches of 500 less than 100,000 events/s.
import { setImmediate } from "node:timers";
import { systemClock } from "../../src/sinks/clock.ts";
import { FILE_DEFAULTS } from "../../src/sinks/file/options.ts";
import { HttpSink } from "../../src/sinks/http/http_sink.ts";
import { HTTP_DEFAULTS } from "../../src/sinks/http/options.ts";
import { until } from "../helpers/until.ts";

const IN_FLIGHT = 128;
const [count = "20000", rounds = "5"] = Deno.args;
const events = Number(count);
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

const rates: Record<"bare" | "single" | "batch", number[]> = { bare: [], single: [], batch: [] };
for (let round = 0; round < Number(rounds); round++) {
  rates.bare.push(await perSecond(events, bareLoop));
  rates.single.push(await perSecond(events, (n) => throughSink(n, 1)));
  rates.batch.push(await perSecond(events * 20, (n) => throughSink(n, 500)));
}
await server.stdin.close();
await output.cancel();
await server.status;

const [bare, single, batch] = [median(rates.bare), median(rates.single), median(rates.batch)];
const figures = {
  bare_per_second: Math.round(bare),
  single_per_second: Math.round(single),
  single_to_bare: Number((single / bare).toFixed(2)),
  batch_per_second: Math.round(batch),
  line_bytes: line.length,
  rounds: rates,
};
Deno.stdout.writeSync(new TextEncoder().encode(`${JSON.stringify(figures, undefined, 1)}\n`));
Deno.exit(single >= 0.8 * bare && batch >= 100_000 ? 0 : 1);

async function perSecond(n: number, run: (n: number) => Promise<void>): Promise<number> {
  const start = performance.now();
  await run(n);
  return n / ((performance.now() - start) / 1000);
}

async function bareLoop(n: number): Promise<void> {
  const client = Deno.createHttpClient({ poolMaxIdlePerHost: IN_FLIGHT });
  const body = new TextEncoder().encode(line.trimEnd());
  let sent = 0;
  const worker = async (): Promise<void> => {
    while (sent++ < n) {
      const headers = { "content-type": "application/json" };
      const response = await fetch(url, { method: "POST", body, headers, client });
      await response.body?.cancel();
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, worker));
  client.close();
}

/** Lines appended in turns of 256, as fast as the sink's own bounds allow, until all are delivered. */
async function throughSink(n: number, batchMax: number): Promise<void> {
  const spoolDir = await Deno.makeTempDir({ prefix: "hookline-bench-" });
  const options = {
    ...HTTP_DEFAULTS,
    spoolDir,
    batchMax,
    concurrency: IN_FLIGHT,
    file: FILE_DEFAULTS,
    endpoint: {},
  };
  const sink = new HttpSink(url, options, fail, systemClock);
  for (let appended = 0; appended < n;) {
    for (let i = 0; i < 256 && appended < n; i++, appended++) sink.append(line);
    sink.flush();
    // The broker has other work between two turns; and what waits stays below queue_capacity.
    await new Promise((resolve) => setImmediate(resolve));
    if (sink.status().linesWaiting > 200_000) {
      await until(() => sink.status().linesWaiting < 100_000, "the backlog shrinks", 60_000);
    }
  }
  await until(() => sink.status().linesWritten === n, "all events are delivered", 60_000);
  await sink[Symbol.asyncDispose]();
  await Deno.remove(spoolDir, { recursive: true });
}

/** A bench in which something is reported measures something else. */
function fail({ text }: { readonly text: string }): void {
  throw new Error(text);
}

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}
