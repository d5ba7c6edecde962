// Random and mutated packets against a started broker: does it crash, hang or grow, and does a bystander notice?
//   deno task fuzz [--count N, default 10,000,000] [--seconds N, default 900] [--seed N] [--connections N]
import { parseArgs } from "node:util";
import type { ProtocolVersion } from "../../src/mqtt/packets.ts";
import { EVENT_NAMES } from "../../src/hooks/events.ts";
import { Hookline } from "../helpers/hookline.ts";
import { tempDir } from "../helpers/temp_dir.ts";
import { Bystander } from "./_bystander.ts";
import { FuzzConnection } from "./_fuzz_connection.ts";
import { megabytes, print, residentBytes, sleep } from "./_processes.ts";
import { Random } from "../helpers/random.ts";
import { RandomPackets } from "./_random_packets.ts";

/** How long the answer to a batch may take before the broker counts as waiting for the rest of a packet. */
const PATIENCE = 100;
/** Growth from the end of the first fifth to the end that is not taken for noise, bytes. */
const MOST_GROWTH = 48 * 1024 * 1024;

/** Limits that are reached in the warm-up, so that what grows after it is a leak. */
const CONFIG = `mqtt.max_sessions = 300
retainer.max_retained_messages = 500
[listener.tcp.default]
addr = "127.0.0.1:0"
max_packet_size = "64KB"
max_mqueue_len = 100
max_inflight = 20
handshake_timeout = "2s"
session_expiry_interval = "20s"
max_session_expiry_interval = "20s"
max_subscriptions = 50
`;
const HOOKS = `urls = ["file:./hook.log"]\nfile_max_size = "32MB"\nfile_max_files = 1\n` +
  EVENT_NAMES.map((name) => `rule.${name} = [{}]\n`).join("");

const { values } = parseArgs({
  options: {
    count: { type: "string", default: "10000000" },
    seconds: { type: "string", default: "900" },
    seed: { type: "string", default: String(crypto.getRandomValues(new Uint32Array(1))[0]) },
    connections: { type: "string", default: "32" },
  },
});
const count = Number(values.count);
const seed = Number(values.seed);
const deadline = performance.now() + Number(values.seconds) * 1000;
print({ seed, count, seconds: Number(values.seconds) });

const tally = { packets: 0, broken: 0, connections: 0, answered: 0, ended: 0, waiting: 0 };
const lastBatches = new Map<number, string>();
let failure: string | undefined;
let stopping = false;

await using dir = await tempDir();
await using broker = await Hookline.start({ cwd: dir.path, config: CONFIG, hooks: HOOKS });
const died = broker.end().then(() => {
  if (!stopping) failure ??= "the broker ended";
});
const bystander = Bystander.start(broker.url);
const memory: { readonly done: number; readonly bytes: number }[] = [];
const started = performance.now();
let saidAt = started;
const watch = setInterval(() => {
  if (failure !== undefined) return;
  if (bystander.error !== undefined) failure ??= `the bystander: ${bystander.error}`;
  const complaint = broker.log.find(({ level }) => level === "error" || level === "raw");
  if (complaint !== undefined) failure ??= `the broker's log: ${JSON.stringify(complaint)}`;
  const bytes = residentBytes(broker.pid);
  const now = performance.now();
  memory.push({ done: tally.packets, bytes });
  if (now - saidAt < 30_000) return;
  saidAt = now;
  print({ s: Math.round((now - started) / 1000), ...tally, memory_mb: megabytes(bytes) });
}, 200);

await Promise.all(Array.from({ length: Number(values.connections) }, (_, slot) => fuzz(slot)));
const seconds = (performance.now() - started) / 1000;
clearInterval(watch);
// Whatever it was left waiting for is over by then.
await sleep(3_000);
await bystander.stop();
if (bystander.error !== undefined) failure ??= `the bystander: ${bystander.error}`;
const atEnd = failure === "the broker ended" ? 0 : residentBytes(broker.pid);
stopping = true;
const status = await broker.stop();
await died;
const complaints = broker.log.filter(({ level }) => level !== "info");
if (status.code !== 0) {
  failure = `the broker ended with ${status.code}: ${JSON.stringify(broker.log.slice(-5))}`;
}
const brokenLines = await countBrokenLines();
if (brokenLines > 0) failure ??= `${brokenLines} lines of hook.log are no JSON`;

// The least of a stretch, for V8 gives memory back when it likes.
const least = (from: number, to: number): number =>
  Math.min(
    ...memory.filter(({ done }) => done >= from * tally.packets && done <= to * tally.packets).map((m) =>
      m.bytes
    ),
  );
const warm = least(0.15, 0.25);
const end = Math.min(least(0.9, 1), atEnd);
if (end - warm > MOST_GROWTH) failure ??= "its memory grew";
print({
  ...tally,
  seconds: Math.round(seconds),
  packets_per_s: Math.round(tally.packets / seconds),
  memory_warm_mb: megabytes(warm),
  memory_end_mb: megabytes(end),
  bystander: bystander.latencies.length,
  bystander_p50_ms: bystander.at(0.5),
  bystander_p99_ms: bystander.at(0.99),
  bystander_max_ms: bystander.at(1),
  exit_code: status.code,
  complaints: complaints.length,
});
if (failure !== undefined) {
  const file = await Deno.makeTempFile({ prefix: "hookline-fuzz-", suffix: ".txt" });
  await Deno.writeTextFile(file, [...lastBatches].map(([slot, hex]) => `${slot} ${hex}\n`).join(""));
  print({ failure, seed, complaints: complaints.slice(0, 10), last_batches: file });
}
Deno.exit(failure === undefined ? 0 : 1);

/** Connection after connection until the count or the time is reached. */
async function fuzz(slot: number): Promise<void> {
  const random = new Random(seed + slot * 0x9e3779b1);
  while (failure === undefined && tally.packets < count && performance.now() < deadline) {
    const packets = new RandomPackets(random, random.one<ProtocolVersion>([3, 4, 5]), `fuzz-${slot}`);
    let connection: FuzzConnection;
    try {
      connection = await FuzzConnection.open(broker.port);
    } catch (error) {
      failure ??= `connecting: ${error}`;
      return;
    }
    tally.connections++;
    try {
      // Only the last of a batch may end the connection, so that all of it is looked at.
      let batch = random.chance(0.1) ? [] : [packets.connect()];
      for (;;) {
        if (batch.length > 0 || connection.answered) {
          batch.push(...Array.from({ length: random.int(20) }, () => packets.valid()));
        }
        batch.push(packets.broken());
        lastBatches.set(slot, batch.map((packet) => packet.toHex()).join(" "));
        const verdict = await connection.ask(batch, PATIENCE);
        tally.packets += batch.length;
        tally.broken++;
        tally[verdict]++;
        if (verdict !== "answered" || failure !== undefined) break;
        batch = [];
      }
    } finally {
      await connection.close();
    }
  }
}

async function countBrokenLines(): Promise<number> {
  let broken = 0;
  for (const name of ["hook.log", "hook.log.1"]) {
    const text = await Deno.readTextFile(`${dir.path}/${name}`).catch(() => "");
    for (const line of text.split("\n")) {
      try {
        if (line !== "") JSON.parse(line);
      } catch {
        // That is what is counted.
        broken++;
      }
    }
  }
  return broken;
}
