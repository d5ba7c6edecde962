// A spool of 2 GB, five million events: starts in under a second, drains in batches, with flat memory. Two minutes.
//   deno run -A tests/soak/http_large_spool.ts [events] [folder for the spool]
import { Hookline } from "../helpers/hookline.ts";
import { tempDir } from "../helpers/temp_dir.ts";
import { until } from "../helpers/until.ts";
import { spoolFolderName } from "../../src/sinks/spool/spool_folder.ts";
import { segmentName } from "../../src/sinks/spool/_segments.ts";
import { Helper, megabytes, print, residentBytes, sleep } from "./_processes.ts";

const LINES_PER_SEGMENT = 20_000;
/** By so much may the memory of the last quarter be above that of the second one. */
const FLAT_BYTES = 10 * 1024 * 1024;
/** And by so much the highest of all may be above what the broker had when it had just started. */
const MAX_MORE_BYTES = 50 * 1024 * 1024;
const PAYLOAD = "QUJD".repeat(38);
const [events = "5000000"] = Deno.args;
const count = Number(events);

await using dir = await tempDir();
const endpoint = new Helper("../bench/_nothing_server.ts", []);
const url = `http://127.0.0.1:${await endpoint.line()}/hook`;
const folder = `${dir.path}/spool/${spoolFolderName(url)}`;
await Deno.mkdir(folder, { recursive: true });
let bytes = 0;
for (let n = 0, segment = 1; n < count; segment++) {
  let text = "";
  for (const end = Math.min(count, n + LINES_PER_SEGMENT); n < end; n++) text += lineOf(n);
  await Deno.writeTextFile(`${folder}/${segmentName(segment)}`, text);
  bytes += text.length;
}
print({ spool_mb: megabytes(bytes), events: count });
const hooks = (more: string): string =>
  `urls = [{ url = "${url}", batch_max = 500 }]\nrule.message_publish = [{}]\nspool_max_bytes = "4GB"\n${more}`;

// The same start without a backlog, for comparison: the spool may add a second.
const empty = await startTime(hooks('spool_dir = "empty"\n'));
await empty.broker.stop();
const full = await startTime(hooks(""));
const { broker } = full;
const idle = residentBytes(broker.pid);
/** Highest resident memory in each quarter of the events. */
const peaks = [0, 0, 0, 0];
const started = performance.now();
let taken = 0;
await until(
  async () => {
    await sleep(250);
    await endpoint.say("count");
    taken = Number((await endpoint.line()).split(" ")[1]);
    const quarter = Math.min(3, Math.floor(taken / count * 4));
    peaks[quarter] = Math.max(peaks[quarter] ?? 0, residentBytes(broker.pid));
    return taken >= count;
  },
  "the spool is drained",
  600_000,
).catch(() => undefined);
const seconds = (performance.now() - started) / 1000;
const status = await broker.stop();
const left = [...Deno.readDirSync(folder)].filter(({ name }) => name.endsWith(".jsonl")).length;
await endpoint.end();
print({
  start_ms: Math.round(full.ms),
  start_without_spool_ms: Math.round(empty.ms),
  taken,
  events_per_second: Math.round(taken / seconds),
  memory_at_start_mb: megabytes(idle),
  peak_of_quarters_mb: peaks.map(megabytes),
  segments_left: left,
  exit_code: status.code,
});
print(broker.log.filter(({ level }) => !/info/i.test(level)).map(({ msg }) => msg));
const good = full.ms - empty.ms < 1_000 && taken >= count &&
  (peaks[3] ?? 0) - (peaks[1] ?? 0) <= FLAT_BYTES && Math.max(...peaks) - idle <= MAX_MORE_BYTES &&
  left === 0;
Deno.exitCode = good && status.code === 0 ? 0 : 1;

async function startTime(text: string): Promise<{ broker: Hookline; ms: number }> {
  const start = performance.now();
  const broker = await Hookline.start({ cwd: dir.path, hooks: text });
  return { broker, ms: performance.now() - start };
}

/** About 420 bytes, as message_publish has. */
function lineOf(n: number): string {
  return `{"action":"message_publish","from_node":1,"from_ipaddress":"127.0.0.1:40000","from_clientid":"client-${
    n % 1000
  }",` +
    `"from_username":"undefined","dup":false,"retain":false,"qos":1,"topic":"plant/line/${
      n % 100
    }","packet_id":"17",` +
    `"payload":"${PAYLOAD}","ts":${1764000000000 + n},"time":"2026-11-24 09:05:01.042"}\n`;
}
