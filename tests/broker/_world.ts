// A broker with everything real but the sockets, the clock and the file: in-memory peers, time that stands still
// until a test moves it, and lines kept in memory.
import assert from "node:assert/strict";
import { setImmediate } from "node:timers";
import type { Access } from "../../src/access/access.ts";
import { Chain } from "../../src/access/chain.ts";
import { NO_ACCESS_OPTIONS } from "../../src/access/options.ts";
import { optionsFrom } from "../../src/base/option.ts";
import type { Clock } from "../../src/base/clock.ts";
import type { Log } from "../../src/base/log.ts";
import { Broker } from "../../src/broker/broker.ts";
import {
  brokerDefaults,
  type BrokerOptions,
  LISTENER_DEFAULTS,
  type ListenerOptions,
} from "../../src/broker/options.ts";
import { ListenerState } from "../../src/broker/listener_state.ts";
import { Turn } from "../../src/broker/turn.ts";
import { EVENT_NAMES, type EventName } from "../../src/hooks/events.ts";
import { ReloadableHooks } from "../../src/hooks/reloadable_hooks.ts";
import { LINE_OPTIONS } from "../../src/hooks/rules.ts";
import type { SinkSet } from "../../src/sinks/open_sinks.ts";
import type { Sink } from "../../src/sinks/sink.ts";
import type { ProtocolVersion } from "../../src/mqtt/packets.ts";
import { NoJournal } from "../../src/store/journal.ts";
import type { Store } from "../../src/store/store.ts";
import { FakeClock } from "../helpers/fake_clock.ts";
import { MemorySink } from "../helpers/memory_sink.ts";
import { MemoryPeer } from "../helpers/memory_transport.ts";
import { generate, type Packet, PacketReader } from "../helpers/mqtt_packet.ts";
import { bytesOf } from "../mqtt/_notation.ts";
import { connectPacket } from "../helpers/socket_client.ts";
import { checkLines } from "../hooks/_check_lines.ts";

export type Line = Readonly<Record<string, unknown>>;
type ConnectPacket = Extract<Packet, { cmd: "connect" }>;

/** The sink of {@link Stored.audit}. */
export const AUDIT = "file:./logs/audit.log";

/** When a world begins. */
export const TIME_OF_DAY = Date.UTC(2026, 10, 24);

/** What a world on the disk begins with. */
export interface Stored {
  readonly timeOfDay?: number;
  /** The lines that are in the file already. */
  readonly before?: readonly string[];
  /** The process that wrote them was killed. */
  readonly killed?: boolean;
  readonly open?: (clock: Clock, log: Log) => Store;
  /** Every line goes to its sink of {@link AUDIT} too. */
  readonly audit?: (clock: Clock, log: Log) => SinkSet;
}

/** Lets everything run that is ready: the in-memory broker does all its work in microtasks. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** `await using world = new World({…});` At its end no timer is left, no error logged, and each line of the contract. */
export class World implements AsyncDisposable {
  /** The store of every world of this test file that names none; `undefined`: they keep all in memory. */
  static open: Stored["open"];
  readonly clock = new FakeClock();
  readonly sink = new MemorySink("file:///hook.log");
  readonly log: string[] = [];
  readonly options: ListenerOptions;
  readonly broker: Broker;
  readonly hooks: ReloadableHooks;
  readonly store: Store | undefined;
  readonly audit: SinkSet | undefined;
  #stopped = false;
  #ports = 40_000;
  readonly #before: readonly string[];
  readonly #killed: boolean;
  /** One listener for each object of options. */
  readonly #listeners = new Map<ListenerOptions, ListenerState>();

  constructor(
    options: Partial<ListenerOptions> = {},
    brokerOptions: Partial<BrokerOptions> = {},
    access?: Access,
    { timeOfDay = TIME_OF_DAY, before = [], killed = false, open, audit }: Stored = {},
  ) {
    this.options = { ...LISTENER_DEFAULTS, ...options };
    this.clock.jumped = timeOfDay;
    const log: Log = (level, text, fields) => this.log.push(`${level}: ${text} ${JSON.stringify(fields)}`);
    this.store = (open ?? World.open)?.(this.clock, log);
    this.audit = audit?.(this.clock, log);
    this.#before = before;
    this.#killed = killed;
    this.#ports += before.length;
    const turn = new Turn(this.clock, () => {
      this.sink.flush();
      const logged = this.audit?.flush() ?? true;
      return (this.store?.commit() ?? true) && logged;
    });
    const rules = Object.fromEntries(
      EVENT_NAMES.map((
        event,
      ) => [event, [{ action: event, urls: [this.sink.url, ...(audit ? [AUDIT] : [])] }]]),
    );
    const sinkOf = (url: string): Sink =>
      this.audit !== undefined && url === AUDIT ? this.audit.get(url) : this.sink;
    this.hooks = new ReloadableHooks(() => turn.now, sinkOf);
    this.hooks.prepare({ rules, ...optionsFrom(LINE_OPTIONS) }).commit();
    this.broker = new Broker({
      options: { ...brokerDefaults(), ...brokerOptions },
      hooks: this.hooks.hooks,
      turn,
      clock: this.clock,
      journal: this.store ?? new NoJournal(),
      requiredLines: this.audit ?? { trouble: undefined, lost: 0 },
      access: access ?? new Chain(NO_ACCESS_OPTIONS, this.clock, () => {}),
      log,
    });
  }

  /** The listener with these options. */
  listener(options: ListenerOptions = this.options): ListenerState {
    let listener = this.#listeners.get(options);
    if (listener === undefined) this.#listeners.set(options, listener = new ListenerState("test", options));
    return listener;
  }

  /** A connection that the broker has accepted and that has sent nothing. */
  accept(options: ListenerOptions = this.options, address = "10.0.0.7"): MemoryPeer {
    const peer = new MemoryPeer(`${address}:${this.#ports++}`);
    this.broker.accept(peer.transport, this.listener(options));
    return peer;
  }

  /** A client that has sent its CONNECT and read the answer. */
  async connect(clientId: string, fields: Partial<ConnectPacket> = {}): Promise<TestClient> {
    const { protocolVersion = 4 } = fields;
    const client = new TestClient(this.accept(), protocolVersion);
    client.send(connectPacket(protocolVersion, { clientId, ...fields }));
    await settled();
    return client;
  }

  /** Moves time and lets what is due run, second by second as the broker's tick does. */
  async pass(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= 1000) {
      this.clock.advance(Math.min(left, 1000));
      await settled();
    }
  }

  /** The lines in the file, of these events or of all. */
  lines(...events: readonly EventName[]): Line[] {
    const lines: Line[] = this.sink.lines.map((line) => JSON.parse(line));
    return events.length === 0 ? lines : lines.filter((line) => events.some((e) => e === line["action"]));
  }

  /** Sessions that were created and not terminated. */
  get sessions(): number {
    return this.lines("session_created").length - this.lines("session_terminated").length;
  }

  /** `lines` as `event:clientid`, or with another key. */
  story(key = "clientid", ...events: readonly EventName[]): string[] {
    return this.lines(...events).map((line) => `${line["action"]}:${line[key]}`);
  }

  async stop(timeout = 1): Promise<void> {
    this.#stopped = true;
    const stopping = this.broker.stop(timeout);
    await settled();
    this.clock.advance(timeout);
    await stopping;
    await this.store?.[Symbol.asyncDispose]();
    await this.audit?.[Symbol.asyncDispose]();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#stopped) await this.stop();
    await settled();
    assert.equal(this.clock.timers, 0, "a timer is left");
    const errors = this.log.filter((entry) => entry.startsWith("error"));
    assert.deepEqual(errors, [], "the broker complained");
    checkLines([...this.#before, ...this.sink.lines].map((line) => line.trimEnd()), this.#killed);
  }
}

/** The client of all tests in memory: speaks packets of mqtt-packet, or bytes, and does nothing by itself. */
export class TestClient {
  readonly #reader: PacketReader;
  #writesRead = 0;
  #packetsTaken = 0;

  constructor(readonly peer: MemoryPeer, readonly version: ProtocolVersion) {
    this.#reader = new PacketReader(version);
  }

  send(...packets: readonly Packet[]): void {
    const parts = packets.map((packet) => generate(packet, this.version));
    const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of parts) {
      bytes.set(part, at);
      at += part.length;
    }
    this.peer.send(bytes);
  }

  /** Sends and lets the broker answer. */
  async sent(...packets: readonly Packet[]): Promise<Packet[]> {
    this.send(...packets);
    await settled();
    return this.take();
  }

  /** Sends packets in the spelling of tests/mqtt/_notation.ts, and returns what comes back at once as hexadecimal. */
  async says(...spelt: readonly string[]): Promise<string> {
    this.peer.send(Uint8Array.from(spelt.flatMap((packet) => [...bytesOf(packet)])));
    await settled();
    return this.heard();
  }

  subscribe(topic: string, qos: 0 | 1 | 2 = 0): Promise<Packet[]> {
    return this.sent({ cmd: "subscribe", messageId: 1, subscriptions: [{ topic, qos }] });
  }

  /** Says good-bye. */
  async leave(): Promise<void> {
    await this.sent({ cmd: "disconnect" });
  }

  /** Drops the connection without a word. */
  async drop(): Promise<void> {
    this.peer.end();
    await settled();
  }

  /** Whether the broker has ended the connection. */
  get ended(): boolean {
    return this.peer.writeClosed;
  }

  /** What came since the last call, as hexadecimal. */
  heard(): string {
    return this.#newWrites().map((bytes) => bytes.toHex()).join("");
  }

  /** What came since the last call. */
  take(): Packet[] {
    for (const bytes of this.#newWrites()) this.#reader.read(bytes);
    const taken = this.#reader.packets.slice(this.#packetsTaken);
    this.#packetsTaken = this.#reader.packets.length;
    return taken;
  }

  /** The CONNACK, which must be the next that came. */
  connack(): Extract<Packet, { cmd: "connack" }> {
    const [packet] = this.take();
    assert(packet?.cmd === "connack", `${packet?.cmd} came where a CONNACK was expected`);
    return packet;
  }

  /** The texts of the messages that came since the last call. */
  texts(): string[] {
    return this.take().flatMap((p) => p.cmd === "publish" ? [p.payload.toString()] : []);
  }

  #newWrites(): Uint8Array[] {
    const fresh = this.peer.writes.slice(this.#writesRead);
    this.#writesRead = this.peer.writes.length;
    return fresh;
  }

  /** `take` as names, with identifiers: `puback 1`. */
  names(): string[] {
    return this.take().map((p) => p.messageId === undefined ? p.cmd : `${p.cmd} ${p.messageId}`);
  }
}

/** A PUBLISH for {@link TestClient.send}. */
export function publish(topic: string, payload: string, qos: 0 | 1 | 2 = 0, messageId = 1): Packet {
  return { cmd: "publish", topic, payload, qos, dup: false, retain: false, ...(qos > 0 && { messageId }) };
}

/** The same with RETAIN. */
export function retained(topic: string, payload: string, qos: 0 | 1 | 2 = 0, messageId = 1): Packet {
  return Object.assign(publish(topic, payload, qos, messageId), { retain: true });
}
