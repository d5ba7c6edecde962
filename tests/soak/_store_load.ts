// A mixed load for a broker that is killed again and again: each client knows what it was told, and finds fault with what
// it is told later. A life is what happens on one start of the broker.
import { Buffer } from "node:buffer";
import type { IPublishPacket } from "mqtt-packet";
import type { Message } from "../helpers/exchanges.ts";
import type { Random } from "../helpers/random.ts";
import { Gone, KeptClient } from "./_kept_client.ts";
import { sleep } from "./_processes.ts";

export interface Load {
  readonly random: Random;
  /** Of this life. */
  readonly port: number;
  /** Nothing new is begun in the last one; what was begun comes to its end. */
  readonly last: boolean;
  /** Something was told that is not so, or not told that is. */
  fault(text: string): void;
}

export interface Actor {
  /** Until the broker is gone, or in the last life until nothing is left to be done. Rejects with Gone. */
  live(load: Load): Promise<void>;
  close(): Promise<void>;
}

abstract class Single implements Actor {
  protected abstract readonly client: KeptClient;
  #had = false;

  abstract live(load: Load): Promise<void>;

  close(): Promise<void> {
    return this.client.drop();
  }

  /** The session must be there when it was once. */
  protected async resume({ port, fault }: Load, will?: Message): Promise<void> {
    const { sessionPresent } = await this.client.connect(
      port,
      will && { will: { ...will, payload: Buffer.from(will.payload), retain: false } },
    );
    if (this.#had && !sessionPresent) fault(`${this.client.clientId}: the session is gone`);
    this.#had = true;
  }
}

/** Publishes numbers, a few under way at once. */
export class Publisher extends Single {
  readonly acknowledged: string[] = [];
  protected readonly client: KeptClient;
  #sent = 0;
  #pump = (): void => {};

  constructor(readonly name: string, readonly qos: 1 | 2, version: 4 | 5) {
    super();
    this.client = new KeptClient(name, version, {
      onAcknowledged: ({ payload }) => {
        this.acknowledged.push(payload);
        this.#pump();
      },
    });
  }

  override async live(load: Load): Promise<void> {
    this.#pump = () => {};
    await this.resume(load);
    const { client, name, qos } = this;
    const idle = Promise.withResolvers<void>();
    this.#pump = () => {
      while (!load.last && client.unacknowledged < 10) {
        client.publish({ topic: `load/${name}`, payload: `${name} ${++this.#sent}`, qos });
      }
      if (client.unacknowledged === 0) idle.resolve();
    };
    this.#pump();
    await client.whileHere(idle.promise);
  }
}

/** Takes everything of some topics, with QoS 2 or 1. */
export class Subscriber extends Single {
  /** How often each payload came. */
  readonly taken = new Map<string, number>();
  protected readonly client: KeptClient;

  /** @param goes leaves and comes back, with or without a word */
  constructor(name: string, readonly qos: 1 | 2, version: 4 | 5, readonly goes: boolean) {
    super();
    this.client = new KeptClient(name, version, { onMessage: (packet) => this.#take(packet) });
  }

  get name(): string {
    return this.client.clientId;
  }

  /** Before any load. */
  async subscribe(load: Load): Promise<void> {
    await this.resume(load);
    for (const filter of ["load/#", "will/#"]) await this.client.subscribe(filter, this.qos);
  }

  override async live(load: Load): Promise<void> {
    const { client, goes } = this;
    for (;;) {
      await this.resume(load);
      if (load.last) return;
      await client.whileHere(goes ? sleep(20 + load.random.int(150)) : new Promise<never>(() => {}));
      await (load.random.chance(0.5) ? client.drop() : client.leave());
      await sleep(load.random.int(150));
    }
  }

  #take({ payload }: IPublishPacket): void {
    const text = String(payload);
    this.taken.set(text, (this.taken.get(text) ?? 0) + 1);
  }
}

type Change = { readonly to: "subscribed" | "unsubscribed"; readonly topic: string } | {
  readonly to: "clean";
};

/** Subscribes to topics of its own and unsubscribes again; now and then its session is thrown away. */
export class Changer implements Actor {
  readonly topics: readonly string[];
  readonly #client: KeptClient;
  /** What it was told it has. */
  readonly #subscribed = new Set<string>();
  /** Whether it was told that it has a session; `undefined`: the answer did not come. */
  #session: boolean | undefined = false;
  /** What was begun; it is done again until it is answered. */
  #begun: Change | undefined = undefined;
  readonly #probes = new Set<string>();

  constructor(readonly name: string, readonly version: 4 | 5) {
    this.topics = Array.from({ length: 6 }, (_, i) => `change/${name}/${i}`);
    this.#client = new KeptClient(name, version, { onMessage: ({ topic }) => void this.#probes.add(topic) });
  }

  /** Comes, and ends what was begun. */
  async settle(load: Load): Promise<void> {
    if (this.#begun?.to !== "clean") await this.#resume(load);
    await this.#end(load);
  }

  /** Each of its topics was published to: what it is subscribed to came, and nothing else. */
  async prove({ fault }: Load): Promise<void> {
    await this.#client.ask({ cmd: "pingreq" }, "pingresp");
    for (const topic of this.topics) {
      const [is, should] = [this.#probes.has(topic), this.#subscribed.has(topic)];
      if (is && !should) fault(`${topic}: a subscription that was ended is there`);
      if (!is && should) fault(`${topic}: a subscription is gone`);
    }
    this.#probes.clear();
  }

  async live(load: Load): Promise<void> {
    await this.settle(load);
    while (!load.last) {
      await this.#client.whileHere(sleep(load.random.int(10)));
      if (load.random.chance(0.1)) {
        await this.#client.leave();
        await this.#resume(load);
      }
      const topic = load.random.one(this.topics);
      const to = load.random.one(["subscribed", "subscribed", "unsubscribed"] as const);
      this.#begun = load.random.chance(0.1) ? { to: "clean" } : { to, topic };
      await this.#end(load);
    }
  }

  close(): Promise<void> {
    return this.#client.drop();
  }

  async #end(load: Load): Promise<void> {
    const change = this.#begun;
    if (change?.to === "subscribed") {
      await this.#client.subscribe(change.topic, 1);
      this.#subscribed.add(change.topic);
    } else if (change?.to === "unsubscribed") {
      await this.#client.unsubscribe(change.topic);
      this.#subscribed.delete(change.topic);
    } else if (change?.to === "clean") await this.#throwAway(load);
    this.#begun = undefined;
  }

  async #resume({ port, fault }: Load): Promise<void> {
    const before = this.#session;
    if (before === false) this.#session = undefined;
    const { sessionPresent } = await this.#client.connect(port);
    if (before !== undefined && sessionPresent !== before) {
      fault(`${this.name}: session present is ${sessionPresent}`);
    }
    this.#session = true;
  }

  async #throwAway(load: Load): Promise<void> {
    this.#session = undefined;
    await this.#client.connect(load.port, { clean: true });
    this.#subscribed.clear();
    // 3.1.1: a clean session ends with its connection.
    this.#session = this.version === 5;
    await this.#client.leave();
    await this.#resume(load);
  }
}

/** Sets Retained Messages and clears them, one at a time. */
export class Retainer extends Single {
  /** What each topic was acknowledged to have; "" is nothing. */
  readonly acknowledged = new Map<string, string>();
  protected readonly client: KeptClient;
  #under: Message | undefined = undefined;
  #done = Promise.withResolvers<void>();
  #count = 0;

  constructor(readonly name: string, readonly qos: 1 | 2, version: 4 | 5) {
    super();
    this.client = new KeptClient(name, version, {
      onAcknowledged: ({ topic, payload }) => {
        this.acknowledged.set(topic, payload);
        this.#under = undefined;
        this.#done.resolve();
      },
    });
  }

  /** @param found each topic's Retained Message */
  prove({ fault }: Load, found: ReadonlyMap<string, string>): void {
    for (const [topic, payload] of this.acknowledged) {
      const is = found.get(topic) ?? "";
      // What was on its way may have got there.
      if (is === payload || (topic === this.#under?.topic && is === this.#under.payload)) continue;
      fault(`${topic}: ${JSON.stringify(is)} is retained, not ${JSON.stringify(payload)}`);
    }
  }

  override async live(load: Load): Promise<void> {
    this.#done = Promise.withResolvers();
    await this.resume(load);
    for (;;) {
      if (this.#under !== undefined) await this.client.whileHere(this.#done.promise);
      if (load.last) return;
      this.#done = Promise.withResolvers();
      const payload = load.random.chance(0.25) ? "" : `${this.name} ${++this.#count}`;
      this.#under = {
        topic: `kept/${this.name}/${load.random.int(10)}`,
        payload,
        qos: this.qos,
        retain: true,
      };
      this.client.publish(this.#under);
    }
  }
}

/** Has a Will on each connection, and is gone without a word, or with one. */
export class WillOwner extends Single {
  /** Wills that must come, and those that must not. */
  readonly due = new Set<string>();
  readonly deleted = new Set<string>();
  protected readonly client: KeptClient;
  #count = 0;

  constructor(name: string, version: 4 | 5) {
    super();
    this.client = new KeptClient(name, version);
  }

  override async live(load: Load): Promise<void> {
    const { client } = this;
    /** It said good-bye; that the broker took it is certain when it is told something later. */
    let deleted: string | undefined;
    while (!load.last) {
      const payload = `${client.clientId} ${++this.#count}`;
      await this.resume(load, { topic: `will/${client.clientId}`, payload, qos: 2 });
      if (deleted !== undefined) this.deleted.add(deleted);
      deleted = undefined;
      const leaves = load.random.chance(0.5);
      if (!leaves) this.due.add(payload);
      try {
        await client.whileHere(sleep(load.random.int(100)));
      } catch (error) {
        if (error instanceof Gone) this.due.add(payload);
        throw error;
      }
      if (leaves) {
        await client.leave();
        deleted = payload;
      } else await client.drop();
      await sleep(load.random.int(30));
    }
  }
}
