// What a hostile client can do in quantity, with a pair of bystanders beside it: prints what it cost and whether they noticed.
//   deno task hostile [connects] [subscriptions] [retained] [slow]; default: all, about three minutes
import { Hookline } from "../helpers/hookline.ts";
import { tempDir } from "../helpers/temp_dir.ts";
import { connectPacket } from "../helpers/socket_client.ts";
import { generate } from "../helpers/mqtt_packet.ts";
import { PacketType } from "../../src/mqtt/packets.ts";
import { Bystander } from "./_bystander.ts";
import { FuzzConnection } from "./_fuzz_connection.ts";
import { megabytes, print, residentBytes, sleep } from "./_processes.ts";

const CASES: Readonly<Record<string, (broker: Hookline) => Promise<object>>> = {
  connects,
  subscriptions,
  retained,
  slow,
};

let failed = false;
const chosen = Deno.args.length > 0 ? Deno.args : Object.keys(CASES);
for (const name of chosen) {
  const work = CASES[name];
  if (work === undefined) throw new Error(`no case ${name}; there are ${Object.keys(CASES).join(", ")}`);
  await using dir = await tempDir();
  await using broker = await Hookline.start({
    cwd: dir.path,
    config: `retainer.max_retained_messages = 2_000_000\nlistener.tcp.default.addr = "127.0.0.1:0"\n`,
    hooks: `urls = ["file:./hook.log"]\nrule.client_connected = [{}]\nrule.client_disconnected = [{}]\n`,
  });
  const figures = await work(broker);
  const { code } = await broker.stop();
  const errors = broker.log.filter(({ level }) => level === "error" || level === "raw");
  print({ case: name, ...figures, exit_code: code, errors: errors.length });
  failed ||= code !== 0 || errors.length > 0;
}
Deno.exit(failed ? 1 : 0);

/** Runs `work` beside a bystander pair; what the pair saw before and meanwhile. */
async function beside(broker: Hookline, work: () => Promise<object>): Promise<object> {
  const alone = Bystander.start(broker.url);
  await sleep(2_000);
  await alone.stop();
  const before = residentBytes(broker.pid);
  let peak = before;
  const watch = setInterval(() => peak = Math.max(peak, residentBytes(broker.pid)), 50);
  const pair = Bystander.start(broker.url);
  const start = performance.now();
  const figures = await work();
  const seconds = (performance.now() - start) / 1000;
  await pair.stop();
  clearInterval(watch);
  if (pair.error !== undefined) failed = true;
  return {
    ...figures,
    seconds: Number(seconds.toFixed(1)),
    memory_before_mb: megabytes(before),
    memory_peak_mb: megabytes(peak),
    memory_after_mb: megabytes(residentBytes(broker.pid)),
    bystander: pair.error ?? "unharmed",
    alone_p50_ms: alone.at(0.5),
    alone_max_ms: alone.at(1),
    beside_p50_ms: pair.at(0.5),
    beside_p99_ms: pair.at(0.99),
    beside_max_ms: pair.at(1),
  };
}

function connectBytes(clientId: string): Uint8Array {
  return generate(connectPacket(4, { clientId }), 4);
}

async function client(broker: Hookline, clientId: string): Promise<FuzzConnection> {
  const connection = await FuzzConnection.open(broker.port);
  const verdict = await connection.ask([connectBytes(clientId)], 10_000);
  if (verdict !== "answered") throw new Error(`${clientId} was not accepted: ${verdict}`);
  return connection;
}

/** 100,000 connects in a minute: a third says CONNECT and nothing more, a third good-bye too, a third not a word. */
async function connects(broker: Hookline): Promise<object> {
  return await beside(broker, async () => {
    const count = 100_000;
    const start = performance.now();
    let done = 0;
    let refused = 0;
    const one = async (n: number): Promise<void> => {
      try {
        using conn = await Deno.connect({ hostname: "127.0.0.1", port: broker.port });
        if (n % 3 === 0) return;
        await conn.write(connectBytes(`c${n % 1_000}`));
        if (await conn.read(new Uint8Array(4)) === null) refused++;
        if (n % 3 === 1) await conn.write(Uint8Array.of(0xe0, 0));
      } catch (error) {
        if (!(error instanceof Deno.errors.ConnectionReset)) throw error;
        refused++;
      }
    };
    const workers = Array.from({ length: 50 }, async () => {
      while (done < count && performance.now() - start < 120_000) {
        // Not faster than the minute asks for.
        const ahead = done / count * 60_000 - (performance.now() - start);
        if (ahead > 0) await sleep(ahead);
        else await one(done++);
      }
    });
    await Promise.all(workers);
    return { connects: done, refused };
  });
}

/** One client with 10,000 subscriptions, all of which match nothing but their own topic. */
async function subscriptions(broker: Hookline): Promise<object> {
  return await beside(broker, async () => {
    const greedy = await client(broker, "greedy");
    const start = performance.now();
    for (let i = 0; i < 10_000; i += 1_000) {
      const wanted = Array.from({ length: 1_000 }, (_, k) => ({ topic: `+/${i + k}/+/#`, qos: 1 as const }));
      await greedy.ask([generate({ cmd: "subscribe", messageId: 1, subscriptions: wanted }, 4)], 10_000);
    }
    const subscribed = performance.now() - start;
    const publisher = await client(broker, "publisher");
    const batch = Array.from({ length: 10_000 }, (_, i) => publish(`x/${i}/y`, 0, false));
    const before = performance.now();
    await publisher.ask(batch, 30_000);
    const published = performance.now() - before;
    await sleep(1_000);
    const received = greedy.counts[PacketType.PUBLISH];
    await greedy.close();
    await publisher.close();
    return { subscribe_ms: Math.round(subscribed), publish_10000_ms: Math.round(published), received };
  });
}

/** A million Retained Messages, and those who ask for all of them and for next to none. */
async function retained(broker: Hookline): Promise<object> {
  const publisher = await client(broker, "publisher");
  const start = performance.now();
  const before = residentBytes(broker.pid);
  for (let i = 0; i < 1_000_000; i += 10_000) {
    const batch = Array.from({ length: 10_000 }, (_, k) => publish(topicOf(i + k), 0, true));
    await publisher.ask(batch, 30_000);
  }
  const loading = { load_s: Number(((performance.now() - start) / 1000).toFixed(1)) };
  const loaded = residentBytes(broker.pid);
  const ask = (filters: readonly string[], wanted: number): Promise<object> =>
    beside(broker, async () => {
      const subscriber = await client(broker, "subscriber");
      const topics = filters.map((topic) => ({ topic, qos: 0 as const }));
      await subscriber.ask([generate({ cmd: "subscribe", messageId: 1, subscriptions: topics }, 4)], 60_000);
      const received = (): number => subscriber.counts[PacketType.PUBLISH] ?? 0;
      for (let tries = 0; received() < wanted && tries < 600; tries++) await sleep(50);
      await sleep(500);
      await subscriber.close();
      if (received() !== wanted) failed = true;
      return { filters: filters.length, received: received() };
    });
  const all = await ask(["+/+/+/+/#"], 1_000_000);
  const none = await ask(["+/+/+/+/x"], 0);
  const many = await ask(Array.from({ length: 20 }, (_, i) => `+/+/+/+/${i}/#`), 20 * 10_000);
  await publisher.close();
  return { ...loading, retained_mb: megabytes(loaded - before), all, none, many };
}

function topicOf(n: number): string {
  return `r/${n % 10}/${Math.floor(n / 10) % 10}/${Math.floor(n / 100) % 100}/${
    Math.floor(n / 10_000) % 100
  }`;
}

/** Latency of a pair beside a steady flood, with and without a subscriber that reads nothing of it, in alternation. */
async function slow(broker: Hookline): Promise<object> {
  const publisher = await client(broker, "publisher");
  const batch = Array.from({ length: 50 }, () => publish("flood/x", 0, false));
  let running = true;
  const flood = (async () => {
    while (running) {
      await publisher.ask(batch, 10_000);
      await sleep(2);
    }
  })();
  const rounds: { without: number[]; with: number[] } = { without: [], with: [] };
  const measure = async (into: number[]): Promise<void> => {
    const pair = Bystander.start(broker.url);
    await sleep(2_000);
    await pair.stop();
    if (pair.error !== undefined) failed = true;
    into.push(pair.at(0.5), pair.at(0.99));
  };
  for (let round = 0; round < 4; round++) {
    await measure(rounds.without);
    using stalled = await Deno.connect({ hostname: "127.0.0.1", port: broker.port });
    const subscribe = {
      cmd: "subscribe" as const,
      messageId: 1,
      subscriptions: [{ topic: "flood/#", qos: 0 as const }],
    };
    await stalled.write(connectBytes("stalled"));
    await stalled.write(generate(subscribe, 4));
    // Until the buffers are full.
    await sleep(1_000);
    await measure(rounds.with);
  }
  running = false;
  await flood;
  await publisher.close();
  const every = (values: number[], odd: number): number[] => values.filter((_, i) => i % 2 === odd);
  return {
    p50_without_ms: every(rounds.without, 0),
    p50_with_ms: every(rounds.with, 0),
    p99_without_ms: every(rounds.without, 1),
    p99_with_ms: every(rounds.with, 1),
  };
}

function publish(topic: string, qos: 0, retain: boolean): Uint8Array {
  return generate({ cmd: "publish", topic, payload: "x".repeat(20), qos, dup: false, retain }, 4);
}
