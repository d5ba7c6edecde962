// One run: starts a broker in an empty folder, puts a load on it, reads what it took, stops it.
import { dirname } from "node:path";
import { makeCertificates } from "../helpers/certificates.ts";
import { tempDir } from "../helpers/temp_dir.ts";
import { until } from "../helpers/until.ts";
import type { Broker } from "./brokers.ts";
import { type Figures, generate } from "./_generator.ts";
import { cpuTicks, memory } from "./_proc.ts";
import { freePort } from "../helpers/free_port.ts";
import { hasTls, type IdleRow, type LoadRow, type PartRow, type Row } from "./rows.ts";

/** What one run came to. One with a failure does not count. */
export interface Run {
  readonly figures: Figures;
  readonly failure: string | undefined;
}

export interface Bench {
  /** The compiled mqttload. */
  readonly generator: string;
  /** How long a load lasts, seconds. */
  readonly seconds: number;
  /** How long one lasts whose tail counts, seconds. */
  readonly pacedSeconds: number;
  /** How long the same load is on a broker before it counts, seconds: what is fresh is slow, and nobody restarts daily. */
  readonly warmSeconds: number;
}

/** How long a started broker does nothing before its idle memory counts, and how long it has its idle clients. */
const REST_MS = 1_000;
const MB = 1024 * 1024;

/** Undefined where the row is not about such a broker. */
export async function measure(row: Row, broker: Broker, bench: Bench): Promise<Run | undefined> {
  if (row.hooks !== undefined && broker.part !== undefined && broker.part.hooks !== row.hooks) {
    return undefined;
  }
  if (row.kind === "part") return await measurePart(row, broker, bench);
  await using started = await Started.start(broker, hasTls(row));
  return row.kind === "idle"
    ? await measureIdle(row, started, bench)
    : await measureLoad(row, started, broker, bench);
}

async function measureLoad(row: LoadRow, started: Started, broker: Broker, bench: Bench): Promise<Run> {
  const { generator, warmSeconds } = bench;
  const warmed = await generate(generator, row.load, started.port, warmSeconds);
  if (warmed.failure !== undefined) return { figures: {}, failure: `${warmed.failure}, while it warmed up` };
  // A log of gigabytes is written back by the kernel while the next run is on.
  if (broker.log !== undefined) await Deno.truncate(`${started.dir}/${broker.log}`);
  const seconds = row.paced ? bench.pacedSeconds : bench.seconds;
  const ticks = cpuTicks(started.pid);
  const begun = performance.now();
  const { figures, failure } = await generate(generator, row.load, started.port, seconds);
  if (failure !== undefined) return { figures, failure };
  const elapsed = (performance.now() - begun) / 1000;
  return {
    figures: {
      ...figures,
      cpu_ticks_per_s: (cpuTicks(started.pid) - ticks) / elapsed,
      peak_mb: memory(started.pid).peak / MB,
    },
    failure,
  };
}

async function measureIdle(row: IdleRow, started: Started, bench: Bench): Promise<Run> {
  await delay(REST_MS);
  const idle = memory(started.pid).resident;
  let held = NaN;
  const { figures, failure } = await generate(
    bench.generator,
    row.load,
    started.port,
    2 * REST_MS / 1000,
    () => setTimeout(() => held = memory(started.pid).resident, REST_MS),
  );
  return { figures: { ...figures, idle_mb: idle / MB, held_mb: held / MB }, failure };
}

async function measurePart(row: PartRow, broker: Broker, bench: Bench): Promise<Run | undefined> {
  const [command, ...args] = broker.part?.command(row.script) ?? [];
  if (command === undefined) return undefined;
  const { success, stdout, stderr } = await new Deno.Command(command, {
    args: [...args, String(bench.seconds)],
    env: { NO_COLOR: "1" },
  }).output();
  const [first = ""] = new TextDecoder().decode(success ? stdout : stderr).split("\n", 1);
  return success ? { figures: JSON.parse(first), failure: undefined } : { figures: {}, failure: first };
}

/** A broker that listens. Disposing of it stops it and removes its folder. */
class Started implements AsyncDisposable {
  private constructor(
    readonly dir: string,
    readonly port: number,
    readonly process: Deno.ChildProcess,
    readonly cleanUp: AsyncDisposable,
  ) {}

  static async start(broker: Broker, tls: boolean): Promise<Started> {
    const folder = await tempDir();
    const port = freePort();
    const certificates = tls ? await makeCertificates(folder.path) : undefined;
    const { command, files } = broker.start(folder.path, port, certificates);
    for (const [name, text] of Object.entries(files)) {
      await Deno.mkdir(dirname(`${folder.path}/${name}`), { recursive: true });
      await Deno.writeTextFile(`${folder.path}/${name}`, text);
    }
    // The shell gives it as many files as it may have, and becomes it.
    const process = new Deno.Command("sh", {
      args: ["-c", 'ulimit -n "$(ulimit -Hn)"; exec "$@" 2>stderr.txt', "sh", ...command],
      cwd: folder.path,
      stdin: "null",
      stdout: "null",
    }).spawn();
    let ended = false;
    void process.status.then(() => ended = true);
    const started = new Started(folder.path, port, process, folder);
    try {
      await until(async () => ended || await listens(port), `${broker.title} listens`, 20_000);
      if (ended) throw new Error("it ended");
    } catch (error) {
      const told = await Deno.readTextFile(`${folder.path}/stderr.txt`);
      await started[Symbol.asyncDispose]();
      throw new Error(`${broker.title} did not start (${command.join(" ")}): ${told.trim()}`, {
        cause: error,
      });
    }
    return started;
  }

  get pid(): number {
    return this.process.pid;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.process.kill("SIGTERM");
    } catch (error) {
      if (!(error instanceof TypeError)) throw error; // it ended already, which the run has told
    }
    await this.process.status;
    await this.cleanUp[Symbol.asyncDispose]();
  }
}

async function listens(port: number): Promise<boolean> {
  try {
    (await Deno.connect({ hostname: "127.0.0.1", port })).close();
    return true;
  } catch (error) {
    if (!(error instanceof Deno.errors.ConnectionRefused)) throw error;
    return false;
  }
}

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
