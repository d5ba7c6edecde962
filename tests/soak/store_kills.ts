// The broker is killed with SIGKILL again and again at random moments under a mixed load: does anything that a client was
// told turn out not to be so? `deno task store-kills --kills N --seed N`
import { parseArgs } from "node:util";
import { Hookline } from "../helpers/hookline.ts";
import { Random } from "../helpers/random.ts";
import { tempDir } from "../helpers/temp_dir.ts";
import { until } from "../helpers/until.ts";
import { Gone, KeptClient } from "./_kept_client.ts";
import { print, sleep } from "./_processes.ts";
import { type Actor, Changer, type Load, Publisher, Retainer, Subscriber, WillOwner } from "./_store_load.ts";

/** Nothing is dropped: what is missing is lost. */
export const STORE_CONFIG = `[listener.tcp.default]
addr = "127.0.0.1:0"
max_mqueue_len = 0
max_mqueue_bytes = "1GB"
session_expiry_interval = "1h"
`;

export interface Verdict {
  readonly faults: readonly string[];
  readonly acknowledged: number;
  readonly wills: number;
  /** What the broker said that is no news. */
  readonly said: readonly string[];
}

/** Runs `kills` lives that end so, and one that ends well. The folder is empty at first. */
export async function storeKills(cwd: string, kills: number, random: Random): Promise<Verdict> {
  const faults: string[] = [];
  const said = new Set<string>();
  const crew = new Crew();
  for (let life = 0; life <= kills; life++) {
    await using broker = await Hookline.start({
      cwd,
      config: STORE_CONFIG,
      hooks: "rule.client_connected = [{}]\n",
    });
    const last = life === kills;
    const fault = (text: string): void => void faults.push(`life ${life}: ${text}`);
    const load: Load = { random, port: broker.port, last, fault };
    if (life === 0) await crew.begin(load);
    // Every fifth is killed before anything is settled.
    else if (last || life % 5 > 0) await crew.prove(load);
    const lives = crew.all.map((actor) => actor.live(load).catch(ifGone));
    if (last) await crew.end(load, lives);
    else {
      await sleep(random.int(life % 5 > 0 ? 700 : 100));
      await broker.stop("SIGKILL");
      await Promise.all(lives);
    }
    for (const { level, msg } of broker.log) if (!/info/i.test(level)) said.add(msg);
    if (last && (await broker.stop()).code !== 0) fault("the broker did not end well");
    await Promise.all(crew.all.map((actor) => actor.close()));
  }
  const acknowledged = crew.publishers.flatMap((publisher) => publisher.acknowledged).length;
  return { faults, acknowledged, wills: crew.wills.length, said: [...said] };
}

/** All clients. */
class Crew {
  readonly publishers = ([[1, 4], [1, 5], [2, 4], [2, 5]] as const).map(([qos, version]) =>
    new Publisher(`publisher-${qos}-${version}`, qos, version)
  );
  readonly #subscribers = [
    new Subscriber("stays-1", 1, 4, false),
    new Subscriber("stays-2", 2, 5, false),
    new Subscriber("goes-1", 1, 5, true),
    new Subscriber("goes-2", 2, 4, true),
  ];
  readonly #changers = ([4, 5, 4, 5] as const).map((version, i) => new Changer(`changer-${i}`, version));
  readonly #retainers = [new Retainer("retainer-1", 1, 4), new Retainer("retainer-2", 2, 5)];
  readonly #willOwners = [new WillOwner("owner-4", 4), new WillOwner("owner-5", 5)];
  readonly all: readonly Actor[] = [
    ...this.publishers,
    ...this.#subscribers,
    ...this.#changers,
    ...this.#retainers,
    ...this.#willOwners,
  ];

  /** Wills that must come. */
  get wills(): string[] {
    return this.#willOwners.flatMap(({ due }) => [...due]);
  }

  async begin(load: Load): Promise<void> {
    for (const subscriber of this.#subscribers) await subscriber.subscribe(load);
  }

  /** Retained Messages, and subscriptions that come and go, are as they were told to be. */
  async prove(load: Load): Promise<void> {
    const found = await retainedMessages(load.port);
    for (const retainer of this.#retainers) retainer.prove(load, found);
    await Promise.all(this.#changers.map((changer) => changer.settle(load)));
    await publishEach(load.port, this.#changers.flatMap(({ topics }) => topics));
    await Promise.all(this.#changers.map((changer) => changer.prove(load)));
  }

  /** All that is acknowledged reaches everybody it is for, as often as its QoS says. */
  async end(load: Load, lives: readonly Promise<void>[]): Promise<void> {
    await Promise.all(lives);
    const due =
      (): string[] => [...this.publishers.flatMap(({ acknowledged }) => acknowledged), ...this.wills];
    const missing = (): string[] =>
      this.#subscribers.flatMap(({ name, taken }) =>
        due().filter((text) => !taken.has(text)).map((text) => `${name} misses ${text}`)
      );
    await until(async () => (await sleep(200), missing().length === 0), "all arrives", 30_000)
      .catch(() => missing().forEach(load.fault));
    await this.prove(load);
    for (const { name, qos, taken } of this.#subscribers) {
      for (const { deleted } of this.#willOwners) {
        deleted.forEach((will) =>
          taken.has(will) && load.fault(`${name} got the Will ${will}, which was deleted`)
        );
      }
      if (qos === 1) continue;
      for (const [text, times] of taken) {
        if (times > 1 && !text.startsWith("publisher-1")) load.fault(`${name} got ${text} ${times} times`);
      }
    }
  }
}

async function retainedMessages(port: number): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  const client = new KeptClient("prover", 5, {
    onMessage: ({ topic, payload }) => void found.set(topic, String(payload)),
  });
  await client.connect(port, { clean: true, properties: { sessionExpiryInterval: 0 } });
  await client.subscribe("kept/#", 0);
  await client.ask({ cmd: "pingreq" }, "pingresp");
  await client.leave();
  return found;
}

/** Resolves once all are acknowledged. */
async function publishEach(port: number, topics: readonly string[]): Promise<void> {
  const done = Promise.withResolvers<void>();
  const client = new KeptClient("prover", 5, {
    onAcknowledged: () => client.unacknowledged === 0 && done.resolve(),
  });
  await client.connect(port, { clean: true, properties: { sessionExpiryInterval: 0 } });
  for (const topic of topics) client.publish({ topic, payload: "probe", qos: 1 });
  await client.whileHere(done.promise);
  await client.leave();
}

function ifGone(error: unknown): void {
  if (!(error instanceof Gone)) throw error;
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      kills: { type: "string", default: "50" },
      seed: { type: "string", default: String(Date.now() % 1_000_000) },
    },
  });
  await using dir = await tempDir();
  const { faults, ...rest } = await storeKills(
    dir.path,
    Number(values.kills),
    new Random(Number(values.seed)),
  );
  print({ kills: Number(values.kills), seed: values.seed, ...rest, faults: faults.length });
  faults.slice(0, 30).forEach(print);
  Deno.exitCode = faults.length === 0 ? 0 : 1;
}
