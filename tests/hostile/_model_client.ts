// A client over connections that lose what was under way, which notes what it was given. It does nothing by itself: a
// test has it publish, read one packet, break and come back.
import assert from "node:assert/strict";
import type { Packet } from "mqtt-packet";
import type { ProtocolVersion } from "../../src/mqtt/packets.ts";
import { TestClient, type World } from "../broker/_world.ts";
import { Exchanges } from "../helpers/exchanges.ts";
import { connectPacket } from "../helpers/socket_client.ts";

/** Few, so that each is used again and again. */
const PACKET_IDS = 6;

export class ModelClient {
  /** Payloads in the order they came to the application. */
  readonly given: string[] = [];
  /** Payloads it has taken on to publish, by QoS. */
  readonly published: Readonly<Record<1 | 2, string[]>> = { 1: [], 2: [] };
  readonly #exchanges = new Exchanges({
    send: (packet) => this.#client?.send(packet),
    onMessage: ({ payload }) => this.given.push(payload.toString()),
    packetIds: PACKET_IDS,
  });
  #client: TestClient | undefined = undefined;
  #unread: Packet[] = [];
  #accepted = false;
  #connects = 0;

  constructor(
    readonly name: string,
    readonly world: World,
    readonly version: ProtocolVersion,
    /** Messages it has under way at once, and lets the broker have. */
    readonly window: number,
  ) {}

  get connected(): boolean {
    return this.#client !== undefined;
  }

  /** Whether every message it published is acknowledged for good. */
  get done(): boolean {
    return this.#exchanges.unacknowledged === 0;
  }

  /** Opens a connection and sends CONNECT; where there was one, the broker has to take it over. */
  connect(): void {
    this.#client = new TestClient(this.world.accept(), this.version);
    this.#unread = [];
    this.#accepted = false;
    const properties = { sessionExpiryInterval: 3600, receiveMaximum: this.window };
    this.#client.send(connectPacket(this.version, {
      clientId: this.name,
      clean: false,
      ...(this.version === 5 && { properties }),
    }));
  }

  /** Loses the connection, and with it what neither side has read. */
  break(): void {
    this.#client?.peer.break();
    this.#client = undefined;
    this.#unread = [];
  }

  /** Takes a message on, where it may send it. */
  publish(topic: string, payload: string, qos: 1 | 2): void {
    const full = this.#exchanges.unacknowledged >= this.window;
    if (!this.#accepted || this.#client === undefined || full) return;
    this.published[qos].push(payload);
    this.#exchanges.publish({ topic, payload, qos });
  }

  /** Reads one packet and answers it. False where none has come. */
  handleOne(): boolean {
    this.#unread.push(...this.#client?.take() ?? []);
    const packet = this.#unread.shift();
    if (packet === undefined) return false;
    if (this.#exchanges.handle(packet)) return true;
    if (packet.cmd === "connack") this.#accept(packet.returnCode ?? packet.reasonCode, packet.sessionPresent);
    else assert.equal(packet.cmd, "suback");
    return true;
  }

  subscribe(topic: string): void {
    this.#client?.send({ cmd: "subscribe", messageId: 99, subscriptions: [{ topic, qos: 2 }] });
  }

  #accept(code: number | undefined, sessionPresent: boolean): void {
    assert.equal(code, 0);
    if (this.version > 3) assert.equal(sessionPresent, this.#connects > 0, "the session is kept");
    this.#connects++;
    this.#accepted = true;
    this.#exchanges.resume();
  }
}
