// Power cuts at random moments under load: the broker starts again on what was synced, with none, some or all of what was
// written since, sector by sector. What is lost may be no older than `store.fsync` says.
// `deno task store-power-cut --cuts N --seed N`; needs gcc.
import { parseArgs } from "node:util";
import { fileURLToPath } from "node:url";
import { Hookline } from "../helpers/hookline.ts";
import { Random } from "../helpers/random.ts";
import { tempDir } from "../helpers/temp_dir.ts";
import { Gone, KeptClient } from "./_kept_client.ts";
import { print, sleep } from "./_processes.ts";

const SOURCE = fileURLToPath(new URL("synced_copy.c", import.meta.url));
const SECTOR = 512;
/** Milliseconds that may be lost: a second, and what a tick and a sync take on a busy machine. */
const MAY_LOSE = { always: 0, "1s": 2_000, never: Infinity } as const;

type Fsync = keyof typeof MAY_LOSE;

/** What was acknowledged, and when, `performance.now()`. */
type Acknowledged = Map<string, number>;

interface Verdict {
  readonly acknowledged: number;
  readonly lost: number;
  /** Milliseconds before the cut at which the oldest of what is lost was acknowledged. */
  readonly oldestLost: number;
  readonly faults: readonly string[];
}

/** Two folders: what the broker writes, and what of it was synced. */
class Machine {
  readonly #folder: string;
  readonly #shim: string;
  #cuts = 0;

  constructor(folder: string, shim: string) {
    this.#folder = folder;
    this.#shim = shim;
    this.#make();
  }

  get #live(): string {
    return `${this.#folder}/live-${this.#cuts}`;
  }

  get #synced(): string {
    return `${this.#folder}/synced-${this.#cuts}`;
  }

  start(fsync: Fsync): Promise<Hookline> {
    return Hookline.start({
      cwd: this.#live,
      config: `[listener.tcp.default]
addr = "127.0.0.1:0"
max_mqueue_len = 0
[store]
fsync = "${fsync}"
`,
      hooks: "rule.client_connected = [{}]\n",
      env: { LD_PRELOAD: this.#shim, SYNCED_FROM: this.#live, SYNCED_TO: this.#synced },
    });
  }

  /** Each sector is as it was synced, or as it was written since. @param written how many of 100 */
  cut(random: Random, written: number): void {
    const [live, synced] = [this.#live, this.#synced];
    this.#cuts++;
    this.#make();
    for (const name of ["hookline.db", "hookline.db-wal"]) {
      const [now, then] = [contents(`${live}/${name}`), contents(`${synced}/${name}`)];
      const longer = random.int(100) < written ? now : then;
      const disk = new Uint8Array(longer?.length ?? 0);
      for (let at = 0; at < disk.length; at += SECTOR) {
        const from = (random.int(100) < written ? now : then) ?? new Uint8Array(0);
        disk.set(from.subarray(at, Math.min(at + SECTOR, disk.length)), at);
      }
      if (longer === undefined) continue;
      for (const folder of [this.#live, this.#synced]) Deno.writeFileSync(`${folder}/${name}`, disk);
    }
    for (const folder of [live, synced]) Deno.removeSync(folder, { recursive: true });
  }

  #make(): void {
    for (const folder of [this.#live, this.#synced]) Deno.mkdirSync(folder);
  }
}

function contents(path: string): Uint8Array | undefined {
  try {
    return Deno.readFileSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** Numbers for a session that is away, and for topics that keep them; one life of the broker. */
class Load {
  readonly queued: Acknowledged = new Map();
  readonly retained = new Map<string, Acknowledged>();
  session = -Infinity;
  #count: number;

  /** @param first its numbers are above those of earlier lives */
  constructor(first: number) {
    this.#count = first;
  }

  async run(port: number, life: string): Promise<void> {
    const away = new KeptClient("away", 4);
    await away.connect(port);
    await away.subscribe("t", 1);
    this.session = performance.now();
    await away.leave();
    const client = new KeptClient(`publisher-${life}`, 5, {
      onAcknowledged: ({ topic, payload }) => {
        if (topic === "t") this.queued.set(payload, performance.now());
        else this.retained.getOrInsertComputed(topic, () => new Map()).set(payload, performance.now());
        publish();
      },
    });
    const publish = (): void => {
      while (client.unacknowledged < 20) {
        const n = ++this.#count;
        const kept = n % 5 === 0;
        const topic = kept ? `kept/${n % 7}` : "t";
        client.publish({ topic, payload: `${life} ${n}`, qos: n % 2 === 0 ? 2 : 1, retain: kept });
      }
    };
    await client.connect(port, { clean: true });
    publish();
    await client.whileHere(new Promise<never>(() => {}));
  }
}

/** All that waits for the session, and all that is retained. */
async function found(
  port: number,
): Promise<{ queued: Set<string>; retained: Map<string, string>; session: boolean }> {
  const [queued, retained] = [new Set<string>(), new Map<string, string>()];
  const away = new KeptClient("away", 4, {
    onMessage: ({ topic, payload, retain }) => {
      if (topic === "end") end.resolve();
      else if (retain) retained.set(topic, String(payload));
      else queued.add(String(payload));
    },
  });
  const end = Promise.withResolvers<void>();
  const { sessionPresent: session } = await away.connect(port);
  await away.subscribe("end", 1);
  away.publish({ topic: "end", payload: "", qos: 1 });
  await away.whileHere(end.promise);
  await away.subscribe("kept/#", 0);
  await away.ask({ cmd: "pingreq" }, "pingresp");
  await away.unsubscribe("kept/#");
  await away.leave();
  return { queued, retained, session };
}

async function powerCuts(
  folder: string,
  shim: string,
  fsync: Fsync,
  cuts: number,
  random: Random,
): Promise<Verdict> {
  const machine = new Machine(folder, shim);
  const faults: string[] = [];
  let [acknowledged, lost, oldestLost] = [0, 0, 0];
  for (let cut = 0; cut < cuts; cut++) {
    const load = new Load(cut * 1e6);
    {
      await using broker = await machine.start(fsync);
      const running = load.run(broker.port, `${fsync} ${cut}`).catch(ifGone);
      await sleep(300 + random.int(2_500));
      await broker.stop("SIGKILL");
      await running;
    }
    const at = performance.now();
    machine.cut(random, random.one([0, 0, 50, 90]));
    await using broker = await machine.start(fsync);
    const { queued, retained, session } = await found(broker.port);
    const missing = [...load.queued].filter(([payload]) => !queued.has(payload)).map(([, when]) => at - when);
    for (const [topic, all] of load.retained) {
      const is = numberOf(retained.get(topic));
      missing.push(...[...all].filter(([payload]) => numberOf(payload) > is).map(([, when]) => at - when));
    }
    if (!session && load.session > 0) missing.push(at - load.session);
    acknowledged += [load.queued, ...load.retained.values()].reduce((sum, { size }) => sum + size, 0);
    lost += missing.length;
    oldestLost = Math.max(oldestLost, ...missing);
    const old = missing.filter((age) => age > MAY_LOSE[fsync]).length;
    if (old > 0) {
      faults.push(
        `cut ${cut}: ${old} are lost, acknowledged up to ${Math.round(Math.max(...missing))} ms before`,
      );
    }
    for (const { level, msg, error } of broker.log) {
      if (level === "error") faults.push(`cut ${cut}: ${msg} ${error ?? ""}`);
    }
    await broker.stop();
  }
  return { acknowledged, lost, oldestLost: Math.round(oldestLost), faults };
}

/** The last number of a payload; 0 where there is none. */
function numberOf(payload: string | undefined): number {
  return Number(payload?.split(" ").at(-1) ?? 0);
}

function ifGone(error: unknown): void {
  if (!(error instanceof Gone)) throw error;
}

async function compileShim(folder: string): Promise<string> {
  const shim = `${folder}/synced_copy.so`;
  const { success } = await new Deno.Command("gcc", {
    args: ["-O2", "-shared", "-fPIC", "-o", shim, SOURCE, "-ldl"],
  }).spawn().status;
  if (!success) throw new Error(`gcc does not compile ${SOURCE}`);
  return shim;
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      cuts: { type: "string", default: "10" },
      seed: { type: "string", default: String(Date.now() % 1_000_000) },
    },
  });
  await using dir = await tempDir();
  const shim = await compileShim(dir.path);
  const random = new Random(Number(values.seed));
  for (const fsync of ["always", "1s", "never"] as const) {
    const folder = `${dir.path}/${fsync}`;
    Deno.mkdirSync(folder);
    const verdict = await powerCuts(folder, shim, fsync, Number(values.cuts), random);
    print({ fsync, cuts: Number(values.cuts), seed: values.seed, ...verdict });
    if (verdict.faults.length > 0) Deno.exitCode = 1;
  }
}
