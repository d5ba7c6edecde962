// A mixed load for a given time: fails on any loss, error or growth of memory.
//   deno task soak [--minutes N, default 60] [--rate N, messages a second of each publisher, default 500] [--seed N]
import { parseArgs } from "node:util";
import { EVENT_NAMES } from "../../src/hooks/events.ts";
import { Hookline } from "../helpers/hookline.ts";
import { tempDir } from "../helpers/temp_dir.ts";
import { megabytes, print, residentBytes, sleep } from "./_processes.ts";
import { Random } from "../helpers/random.ts";
import { Pair, type Part, Retained, type Run, Shared, Slow, Wills } from "./_soak_parts.ts";

/** V8 takes its room in the first minute; growth is judged from there, in runs of four minutes or more. */
const WARM_UP = 60;
/** Growth from after the warm-up to the end that is not taken for noise, bytes. */
const MOST_GROWTH = 32 * 1024 * 1024;
const CONFIG = `[listener.tcp.default]\naddr = "127.0.0.1:0"\nmax_mqueue_len = 5_000\n`;
const HOOKS = `urls = ["file:./hook.log"]\nfile_max_size = "32MB"\nfile_max_files = 2\n` +
  EVENT_NAMES.map((name) => `rule.${name} = [{}]\n`).join("");

const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "60" },
    rate: { type: "string", default: "500" },
    seed: { type: "string", default: String(crypto.getRandomValues(new Uint32Array(1))[0]) },
  },
});
const seed = Number(values.seed);
const seconds = Number(values.minutes) * 60;
print({ seed, seconds, rate: Number(values.rate) });

await using dir = await tempDir();
await using broker = await Hookline.start({ cwd: dir.path, config: CONFIG, hooks: HOOKS });
const atStart = residentBytes(broker.pid);
const problems: string[] = [];
let stopping = false;
const died = broker.end().then(() => {
  if (!stopping) problems.push("the broker ended");
});
const started = performance.now();
const run: Run = {
  port: broker.port,
  random: new Random(seed),
  rate: Number(values.rate),
  over: () => performance.now() - started > seconds * 1000 || problems.length > 0,
};
const pairs = ([4, 5] as const).flatMap((version) => [
  ...([0, 1, 2] as const).map((qos) => new Pair(run, version, qos, false)),
  ...([1, 2] as const).map((qos) => new Pair(run, version, qos, true)),
]);
const slow = new Slow("slow subscriber", run);
const parts: readonly Part[] = [
  ...pairs,
  new Shared("shared subscription", run),
  new Retained("retained", run),
  new Wills("wills", run),
  slow,
];
const memory: { readonly at: number; readonly bytes: number }[] = [];
let saidAt = started;
const total = (key: "sent" | "received"): number => parts.reduce((sum, part) => sum + part[key], 0);
const watch = setInterval(() => {
  if (problems.includes("the broker ended")) return;
  const now = performance.now();
  memory.push({ at: (now - started) / 1000 / seconds, bytes: residentBytes(broker.pid) });
  for (const part of parts) if (part.problems.length > 0) problems.push(...part.problems.slice(0, 1));
  if (now - saidAt < 30_000) return;
  saidAt = now;
  const s = Math.round((now - started) / 1000);
  print({ s, received: total("received"), memory_mb: megabytes(memory.at(-1)?.bytes ?? 0) });
}, 1_000);

await Promise.all(parts.map((part) => part.run()));
const took = (performance.now() - started) / 1000;
clearInterval(watch);
await sleep(500);
const atEnd = problems.includes("the broker ended") ? 0 : residentBytes(broker.pid);
stopping = true;
const { code } = await broker.stop();
await died;
const lost = parts.flatMap((part) => part.problems);
const dropped = Number(broker.log.find(({ msg }) => msg === "stopped")?.["dropped_MessageQueueFull"] ?? 0);
if (dropped !== slow.missed) lost.push(`${dropped} were counted as dropped, and ${slow.missed} did not come`);
const errors = broker.log.filter(({ level }) => level === "error" || level === "raw" || level === "warn");
// The least of a stretch, for V8 gives memory back when it likes.
const least = (from: number, to: number): number =>
  Math.min(...memory.filter(({ at }) => at >= from && at <= to).map(({ bytes }) => bytes));
const warm = least(WARM_UP / seconds, WARM_UP / seconds + 0.2);
const end = Math.min(least(0.75, 1), atEnd);
for (const { name, sent, received } of parts) print({ part: name, sent, received });
print({
  seconds: Math.round(took),
  sent: total("sent"),
  received: total("received"),
  received_per_s: Math.round(total("received") / took),
  memory_start_mb: megabytes(atStart),
  memory_warm_mb: megabytes(warm),
  memory_end_mb: megabytes(end),
  dropped_and_counted: dropped,
  losses: lost.length,
  errors: errors.length,
  exit_code: code,
});
const grown = seconds >= 4 * WARM_UP && end - warm > MOST_GROWTH;
const bad = lost.length > 0 || errors.length > 0 || problems.length > 0 || code !== 0 || grown;
if (bad) print({ failed: true, seed, grown, problems, lost, errors: errors.slice(0, 10) });
Deno.exit(bad ? 1 : 0);
