// The parts of the soak's load. Each checks its own promise and reports what it lost.
import type { IPublishPacket } from "mqtt-packet";
import { sleep } from "./_processes.ts";
import type { Random } from "../helpers/random.ts";
import { SoakClient, type SoakOptions } from "./_soak_client.ts";

type Qos = 0 | 1 | 2;

export interface Run {
  readonly port: number;
  readonly random: Random;
  /** Messages a second of each publisher. */
  readonly rate: number;
  /** True when the load should end. */
  over(): boolean;
}

export interface Part {
  readonly name: string;
  readonly sent: number;
  readonly received: number;
  /** What went wrong; the first few are enough. */
  readonly problems: readonly string[];
  /** Runs until the end, and then waits for what is under way. */
  run(): Promise<void>;
}

/** Publishes at the rate; `send` is given the number of the message. */
async function atRate(run: Run, send: (n: number) => void, mayGo: () => boolean): Promise<number> {
  const start = performance.now();
  let n = 0;
  let missed = 0;
  while (!run.over()) {
    await sleep(20);
    const due = (performance.now() - start) / 1000 * run.rate;
    while (n + missed < due) {
      if (mayGo()) send(n++);
      else missed++;
    }
  }
  return n;
}

/** Waits until `done`, at most a minute. */
async function settle(done: () => boolean): Promise<void> {
  for (let tries = 0; !done() && tries < 600; tries++) await sleep(100);
}

abstract class Base implements Part {
  sent = 0;
  received = 0;
  readonly problems: string[] = [];
  readonly #clients: SoakClient[] = [];

  constructor(readonly name: string, readonly context: Run) {}

  abstract run(): Promise<void>;

  protected client(options: Omit<SoakOptions, "port">): SoakClient {
    const client = new SoakClient({ port: this.context.port, ...options });
    this.#clients.push(client);
    return client;
  }

  protected problem(text: string): void {
    if (this.problems.length < 5) this.problems.push(`${this.name}: ${text}`);
  }

  protected async finish(): Promise<void> {
    for (const client of this.#clients) {
      if (client.error !== undefined) this.problem(client.error.message);
      if (client.unacknowledged > 0) {
        this.problem(`${client.unacknowledged} messages were never acknowledged`);
      }
      if (client.connected) await client.end();
    }
  }
}

/** One publisher and one subscriber; numbers must come in order, without a gap, and with QoS 2 not twice. */
export class Pair extends Base {
  constructor(run: Run, readonly version: 4 | 5, readonly qos: Qos, readonly breaks: boolean) {
    super(`pair v${version} QoS ${qos}${breaks ? " with breaks" : ""}`, run);
  }

  async run(): Promise<void> {
    const { version, qos, breaks, context } = this;
    const topic = `pair/${version}/${qos}/${breaks}`;
    const id = topic.replaceAll("/", "-");
    let expected = 0;
    const onMessage = (packet: IPublishPacket): void => {
      const n = Number(packet.payload.toString().trim());
      if (n === expected) {
        expected++;
        this.received++;
      } else if (n > expected) {
        this.problem(`${n} came where ${expected} was due`);
        expected = n + 1;
      } else if (qos !== 1) this.problem(`${n} came again`);
    };
    const to = this.client({ clientId: `${id}-to`, version, keep: breaks, onMessage });
    const from = this.client({ clientId: `${id}-from`, version, keep: breaks });
    await to.connect();
    await to.subscribe(topic, qos);
    await from.connect();
    const breaking = breaks ? this.#breakAgainAndAgain([to, from]) : Promise.resolve();
    this.sent = await atRate(
      context,
      (n) => from.publish(topic, String(n).padEnd(64), qos),
      // Not more under way than the broker's Receive Maximum.
      () => from.connected && from.unacknowledged < 500,
    );
    await breaking;
    for (const client of [to, from]) {
      if (!client.connected && client.error === undefined) await client.connect();
    }
    await settle(() => from.unacknowledged === 0 && expected >= this.sent);
    if (expected !== this.sent) this.problem(`${this.sent} were sent and ${expected} came`);
    await this.finish();
  }

  async #breakAgainAndAgain(clients: readonly SoakClient[]): Promise<void> {
    const { random, over } = this.context;
    while (!over()) {
      await sleep(100 + random.int(1_500));
      const client = random.one(clients);
      await client.break();
      await sleep(random.int(300));
      await client.connect();
    }
  }
}

/** Each message goes to exactly one of three. */
export class Shared extends Base {
  async run(): Promise<void> {
    const missing = new Set<number>();
    const onMessage = (packet: IPublishPacket): void => {
      const n = Number(packet.payload.toString());
      this.received++;
      if (!missing.delete(n)) this.problem(`${n} came again`);
    };
    for (const i of [1, 2, 3]) {
      const member = this.client({ clientId: `shared-${i}`, version: i === 1 ? 4 : 5, onMessage });
      await member.connect();
      await member.subscribe("$share/group/shared/#", 1);
    }
    const from = this.client({ clientId: "shared-from", version: 5 });
    await from.connect();
    this.sent = await atRate(this.context, (n) => {
      missing.add(n);
      from.publish("shared/x", String(n), 1);
    }, () => from.unacknowledged < 500);
    await settle(() => missing.size === 0 && from.unacknowledged === 0);
    if (missing.size > 0) this.problem(`${missing.size} never came`);
    await this.finish();
  }
}

const RETAINED_TOPICS = 200;

/** A new subscriber gets every topic's message, none older than what was acknowledged before. */
export class Retained extends Base {
  async run(): Promise<void> {
    const from = this.client({ clientId: "retained-from", version: 4 });
    await from.connect();
    const { random, over } = this.context;
    let round = 0;
    while (!over()) {
      round++;
      for (let i = 0; i < RETAINED_TOPICS; i++) from.publish(`retained/${i}`, String(round), 1, true);
      this.sent += RETAINED_TOPICS;
      await settle(() => from.unacknowledged === 0);
      const seen = new Map<string, string>();
      const late = new SoakClient({
        port: this.context.port,
        clientId: `retained-to-${round % 7}`,
        version: random.one([4, 5]),
        onMessage: ({ topic, payload }) => {
          if (seen.has(topic)) this.problem(`${topic} came twice`);
          seen.set(topic, payload.toString());
        },
      });
      await late.connect();
      await late.subscribe("retained/+", 2);
      await settle(() => seen.size === RETAINED_TOPICS);
      this.received += seen.size;
      if (seen.size !== RETAINED_TOPICS) this.problem(`${seen.size} of ${RETAINED_TOPICS} came`);
      if (seen.values().some((text) => text !== String(round))) this.problem("an old message came");
      await late.end();
      if (late.error !== undefined) this.problem(late.error.message);
      await sleep(100);
    }
    await this.finish();
  }
}

/** A Will comes once for each connection that breaks, and never for one that says good-bye. */
export class Wills extends Base {
  async run(): Promise<void> {
    const seen: string[] = [];
    const watcher = this.client({
      clientId: "will-watcher",
      version: 4,
      onMessage: ({ payload }) => seen.push(payload.toString()),
    });
    await watcher.connect();
    await watcher.subscribe("will/#", 2);
    const { random, over, port } = this.context;
    for (let n = 0; !over(); n++) {
      const will = {
        topic: "will/x",
        payload: String(n) as never,
        qos: random.one<Qos>([0, 1, 2]),
        retain: false,
      };
      const client = new SoakClient({ port, clientId: "will-maker", version: random.one([4, 5]), will });
      await client.connect();
      const polite = random.chance(0.3);
      if (polite) await client.end();
      else {
        this.sent++;
        await client.break();
        await settle(() => seen.length > 0);
      }
      await sleep(20);
      this.received += seen.length;
      const wanted = polite ? [] : [String(n)];
      if (seen.join() !== wanted.join()) this.problem(`wills ${seen} came where ${wanted} was due`);
      seen.length = 0;
    }
    await this.finish();
  }
}

/** A subscriber that reads too slowly: what it did not get, the broker must have counted. */
export class Slow extends Base {
  /** How many it did not get. */
  get missed(): number {
    return this.sent - this.received;
  }

  async run(): Promise<void> {
    let ended = false;
    const slow = this.client({
      clientId: "slow",
      version: 4,
      onMessage: () => this.received++,
      pause: () => ended ? Promise.resolve() : sleep(500),
    });
    await slow.connect();
    await slow.subscribe("slow/#", 0);
    const from = this.client({ clientId: "slow-from", version: 4 });
    await from.connect();
    const payload = "x".repeat(2_000);
    this.sent = await atRate(this.context, () => from.publish("slow/x", payload, 0), () => true);
    ended = true;
    for (let before = -1; before !== this.received;) {
      before = this.received;
      await sleep(2_000);
    }
    await this.finish();
  }
}
