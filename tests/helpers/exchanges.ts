// A client's side of QoS 1 and 2, by the book, over connections that lose what was under way. It has no connection of
// its own: whoever has one hands it packets, and sends its packets.
import type { IPublishPacket, Packet } from "mqtt-packet";

export interface Message {
  readonly topic: string;
  readonly payload: string;
  readonly qos: 0 | 1 | 2;
  readonly retain?: boolean;
}

interface Outgoing {
  readonly message: Message;
  /** QoS 2: PUBREC came. */
  released: boolean;
}

export interface ExchangesOptions {
  readonly send: (packet: Packet) => void;
  /** A message has come to the application; one of QoS 2 once. */
  readonly onMessage?: (packet: IPublishPacket) => void;
  /** A message is acknowledged for good. */
  readonly onAcknowledged?: (message: Message) => void;
  /** Packet Identifiers go from 1 to this. Default: 65,000. */
  readonly packetIds?: number;
}

export class Exchanges {
  readonly #outgoing = new Map<number, Outgoing>();
  readonly #received = new Set<number>();
  #lastId = 0;

  constructor(readonly options: ExchangesOptions) {}

  /** Messages taken on and not acknowledged for good. */
  get unacknowledged(): number {
    return this.#outgoing.size;
  }

  /** Takes a message on and sends it. */
  publish(message: Message): void {
    const outgoing = { message, released: false };
    if (message.qos === 0) return this.#sendOut(0, outgoing, false);
    do this.#lastId = this.#lastId % (this.options.packetIds ?? 65_000) + 1; while (
      this.#outgoing.has(this.#lastId)
    );
    this.#outgoing.set(this.#lastId, outgoing);
    this.#sendOut(this.#lastId, outgoing, false);
  }

  /** Sends again what is not acknowledged, in its order, once a new connection is accepted. */
  resume(): void {
    for (const [id, outgoing] of this.#outgoing) this.#sendOut(id, outgoing, true);
  }

  /** Answers a packet. False where it belongs to no exchange. Throws for an answer that the standard forbids. */
  handle(packet: Packet): boolean {
    const messageId = packet.messageId ?? 0;
    const outgoing = this.#outgoing.get(messageId);
    const { onMessage, send } = this.options;
    switch (packet.cmd) {
      case "publish":
        if (packet.qos < 2 || !this.#received.has(messageId)) onMessage?.(packet);
        if (packet.qos === 1) send({ cmd: "puback", messageId });
        if (packet.qos === 2) {
          this.#received.add(messageId);
          send({ cmd: "pubrec", messageId });
        }
        return true;
      case "pubrel":
        this.#received.delete(messageId);
        send({ cmd: "pubcomp", messageId });
        return true;
      case "pubrec":
        if (outgoing !== undefined) outgoing.released = true;
        send({ cmd: "pubrel", messageId });
        return true;
      case "puback":
        if (outgoing?.message.qos === 2) throw new Error("PUBACK for QoS 2");
        this.#acknowledged(messageId, outgoing);
        return true;
      case "pubcomp":
        if (outgoing?.released === false) throw new Error("PUBCOMP before PUBREC");
        this.#acknowledged(messageId, outgoing);
        return true;
      default:
        return false;
    }
  }

  #acknowledged(id: number, outgoing: Outgoing | undefined): void {
    this.#outgoing.delete(id);
    if (outgoing !== undefined) this.options.onAcknowledged?.(outgoing.message);
  }

  #sendOut(messageId: number, { message, released }: Outgoing, dup: boolean): void {
    const { topic, payload, qos, retain = false } = message;
    if (released) return this.options.send({ cmd: "pubrel", messageId });
    this.options.send({ cmd: "publish", topic, payload, qos, retain, dup, ...(qos > 0 && { messageId }) });
  }
}
