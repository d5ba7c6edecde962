// A client that keeps its side of QoS 1 and 2 by the book over connections that lose what was under way, and notes
// what it was given. It does nothing by itself: a test has it publish, read one packet, break and come back.
import assert from "node:assert/strict";
import type { IConnectPacket, IPublishPacket, Packet } from "mqtt-packet";
import type { ProtocolVersion, QoS } from "../../src/mqtt/packets.ts";
import type { World } from "../broker/_world.ts";
import type { MemoryPeer } from "../helpers/memory_transport.ts";
import { generate, PacketReader } from "../helpers/mqtt_packet.ts";

/** Few, so that each is used again and again. */
const PACKET_IDS = 6;

interface Outgoing {
  readonly id: number;
  readonly qos: QoS;
  readonly payload: string;
  /** QoS 2: PUBREC came. */
  released: boolean;
}

export class ModelClient {
  /** Payloads in the order they came to the application. */
  readonly given: string[] = [];
  /** Payloads it has taken on to publish, by QoS. */
  readonly published: Readonly<Record<1 | 2, string[]>> = { 1: [], 2: [] };
  readonly #outgoing: Outgoing[] = [];
  readonly #received = new Set<number>();
  #peer: MemoryPeer | undefined = undefined;
  #reader: PacketReader;
  #writesRead = 0;
  #packetsRead = 0;
  #accepted = false;
  #lastId = 0;
  #connects = 0;

  constructor(
    readonly name: string,
    readonly world: World,
    readonly version: ProtocolVersion,
    /** Messages it has under way at once, and lets the broker have. */
    readonly window: number,
  ) {
    this.#reader = new PacketReader(version);
  }

  get connected(): boolean {
    return this.#peer !== undefined;
  }

  /** Whether every message it published is acknowledged for good. */
  get done(): boolean {
    return this.#outgoing.length === 0;
  }

  /** Opens a connection and sends CONNECT; where there was one, the broker has to take it over. */
  connect(): void {
    this.#peer = this.world.accept();
    this.#reader = new PacketReader(this.version);
    this.#writesRead = this.#packetsRead = 0;
    this.#accepted = false;
    const five = this.version === 5;
    const connect: IConnectPacket = {
      cmd: "connect",
      clientId: this.name,
      protocolId: this.version === 3 ? "MQIsdp" : "MQTT",
      protocolVersion: this.version,
      clean: false,
      keepalive: 0,
      ...(five && { properties: { sessionExpiryInterval: 3600, receiveMaximum: this.window } }),
    };
    this.#send(connect);
  }

  /** Loses the connection, and with it what neither side has read. */
  break(): void {
    this.#peer?.break();
    this.#peer = undefined;
  }

  /** Takes a message on, and sends it where it may. */
  publish(topic: string, payload: string, qos: 1 | 2): void {
    if (!this.#accepted || this.#peer === undefined || this.#outgoing.length >= this.window) return;
    const message: Outgoing = { id: this.#freeId(), qos, payload: `${topic} ${payload}`, released: false };
    this.#outgoing.push(message);
    this.published[qos].push(payload);
    this.#sendOut(message, false);
  }

  /** Reads one packet and answers it. False where none has come. */
  handleOne(): boolean {
    const packet = this.#next();
    if (packet !== undefined) this.#handle(packet);
    return packet !== undefined;
  }

  subscribe(topic: string): void {
    this.#send({ cmd: "subscribe", messageId: 99, subscriptions: [{ topic, qos: 2 }] });
  }

  #handle(packet: Packet): void {
    const messageId = packet.messageId ?? 0;
    const message = this.#outgoing.find(({ id }) => id === messageId);
    switch (packet.cmd) {
      case "connack":
        assert.equal(packet.returnCode ?? packet.reasonCode, 0);
        if (this.version > 3) assert.equal(packet.sessionPresent, this.#connects > 0, "the session is kept");
        this.#connects++;
        this.#accepted = true;
        for (const again of this.#outgoing) this.#sendOut(again, true);
        return;
      case "publish":
        return this.#take(packet, messageId);
      case "pubrel":
        this.#received.delete(messageId);
        return this.#send({ cmd: "pubcomp", messageId });
      case "puback":
        assert(message === undefined || message.qos === 1, "PUBACK for QoS 2");
        return this.#forget(message);
      case "pubrec":
        if (message !== undefined) message.released = true;
        return this.#send({ cmd: "pubrel", messageId });
      case "pubcomp":
        assert(message === undefined || message.released, "PUBCOMP before PUBREC");
        return this.#forget(message);
      default:
        assert.equal(packet.cmd, "suback");
    }
  }

  #take(packet: IPublishPacket, id: number): void {
    if (packet.qos === 2) {
      if (!this.#received.has(id)) this.given.push(packet.payload.toString());
      this.#received.add(id);
      return this.#send({ cmd: "pubrec", messageId: id });
    }
    this.given.push(packet.payload.toString());
    this.#send({ cmd: "puback", messageId: id });
  }

  #forget(message: Outgoing | undefined): void {
    if (message !== undefined) this.#outgoing.splice(this.#outgoing.indexOf(message), 1);
  }

  #sendOut({ id, qos, payload, released }: Outgoing, dup: boolean): void {
    if (released) return this.#send({ cmd: "pubrel", messageId: id });
    const [topic = "", text = ""] = payload.split(" ");
    this.#send({ cmd: "publish", topic, payload: text, qos, dup, retain: false, messageId: id });
  }

  #send(packet: Packet): void {
    this.#peer?.send(generate(packet, this.version));
  }

  #next(): Packet | undefined {
    const writes = this.#peer?.writes ?? [];
    for (; this.#writesRead < writes.length; this.#writesRead++) {
      this.#reader.read(writes[this.#writesRead] ?? new Uint8Array(0));
    }
    return this.#reader.packets[this.#packetsRead] === undefined
      ? undefined
      : this.#reader.packets[this.#packetsRead++];
  }

  #freeId(): number {
    do this.#lastId = this.#lastId % PACKET_IDS + 1; while (
      this.#outgoing.some(({ id }) => id === this.#lastId)
    );
    return this.#lastId;
  }
}
