// 2,000 events/s while the endpoint is killed, slow, refusing and silent in turn: does every event arrive, does the
// broker's memory stay, and do clients notice? About four minutes.
//   deno run -A tests/soak/http_outage.ts [events per second]
import { Hookline } from "../helpers/hookline.ts";
import { tempDir } from "../helpers/temp_dir.ts";
import { until } from "../helpers/until.ts";
import { Helper, megabytes, numbersIn, print, residentBytes, sleep } from "./_processes.ts";

const PERIOD_MS = 8_000;
const TROUBLES = ["slow", "400", "429", "500", "midclose", "never"];
/** By so much may memory be above that of an idle broker. */
const MAX_MORE_BYTES = 90 * 1024 * 1024;
const rate = Deno.args[0] ?? "2000";

await using dir = await tempDir();
const arrivedFile = `${dir.path}/arrived`;
const ackedFile = `${dir.path}/acked`;
let endpoint = new Helper("_endpoint.ts", ["0", arrivedFile]);
const port = await endpoint.line();
const broker = await Hookline.start({
  cwd: dir.path,
  hooks: `urls = ["http://127.0.0.1:${port}/hook"]\nrule.message_publish = [{}]\n`,
});
await Deno.writeTextFile(`${dir.path}/port`, String(broker.port));
await sleep(2_000);
const idle = residentBytes(broker.pid);
let peak = idle;
const watch = setInterval(() => peak = Math.max(peak, residentBytes(broker.pid)), 100);
const publisher = new Helper("_publisher.ts", [`${dir.path}/port`, rate, "20", ackedFile]);

interface Period {
  readonly acked: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

async function period(name: string): Promise<Period> {
  await publisher.say("report");
  await publisher.line();
  await sleep(PERIOD_MS);
  await publisher.say("report");
  const result: Period = JSON.parse(await publisher.line());
  print({ period: name, ...result, memory_mb: megabytes(residentBytes(broker.pid)) });
  return result;
}

async function restart(): Promise<void> {
  endpoint = new Helper("_endpoint.ts", [port, arrivedFile]);
  await endpoint.line();
}

await period("warming up");
const healthy: number[] = [];
const outage: number[] = [];
for (let i = 0; i < 3; i++) {
  healthy.push((await period("healthy")).p99);
  await endpoint.kill();
  outage.push((await period("killed")).p99);
  await restart();
  // The backlog is sent; that is neither health nor outage.
  await period("back");
}
for (const trouble of TROUBLES) {
  await endpoint.say(trouble);
  outage.push((await period(trouble)).p99);
  await endpoint.say("ok");
  await sleep(3_000);
}
const ended = performance.now();
print(JSON.parse(await publisher.end()));
const sent = numbersIn(ackedFile);
const arrivedAll = (): boolean => {
  const arrived = numbersIn(arrivedFile);
  return sent.values().every((n) => arrived.has(n));
};
let complete = true;
await until(async () => (await sleep(1_000), arrivedAll()), "every event arrives", 180_000).catch(() =>
  complete = false
);
const drained = performance.now() - ended;
clearInterval(watch);
const status = await broker.stop();
await endpoint.end();

const arrived = numbersIn(arrivedFile);
const median = (values: number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;
const figures = {
  sent: sent.size,
  arrived: arrived.size,
  missing: sent.values().filter((n) => !arrived.has(n)).toArray().length,
  idle_mb: megabytes(idle),
  more_mb: megabytes(peak - idle),
  p99_healthy: median(healthy),
  p99_outage: median(outage),
  p99_worst_outage: Math.max(...outage),
  last_arrived_after_s: Number((drained / 1000).toFixed(1)),
  exit_code: status.code,
};
print(figures);
print(
  broker.log.filter(({ level }) => level !== "info" && level !== "INFO").map(({ level, msg }) =>
    `${level}: ${msg}`
  ),
);
const good = complete && status.code === 0 && peak - idle <= MAX_MORE_BYTES &&
  figures.p99_outage <= 2 * figures.p99_healthy;
Deno.exitCode = good ? 0 : 1;
