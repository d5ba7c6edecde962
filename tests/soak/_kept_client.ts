// A client with a session that outlives its connections, which may end at any moment: whoever waits then is told by Gone.
import type { IConnackPacket, IConnectPacket, IPublishPacket, Packet } from "mqtt-packet";
import { Exchanges, type Message } from "../helpers/exchanges.ts";
import { connectPacket, SocketClient } from "../helpers/socket_client.ts";

/** The connection ended. */
export class Gone extends Error {
  override readonly name = "Gone";
}

export interface KeptOptions {
  readonly onMessage?: (packet: IPublishPacket) => void;
  readonly onAcknowledged?: (message: Message) => void;
}

/** The exchanges' Packet Identifiers end before it. */
const REQUEST = 65_535;
const HOUR = 3_600;

export class KeptClient {
  #socket: SocketClient | undefined = undefined;
  #exchanges: Exchanges;
  #answers = new Map<Packet["cmd"], (packet: Packet) => void>();

  constructor(readonly clientId: string, readonly version: 4 | 5, readonly options: KeptOptions = {}) {
    this.#exchanges = this.#newExchanges();
  }

  /** Messages taken on and not acknowledged for good. */
  get unacknowledged(): number {
    return this.#exchanges.unacknowledged;
  }

  /** Resolves to the CONNACK, with what is under way sent again. @param more of the CONNECT; default: the session is kept */
  async connect(port: number, more: Partial<IConnectPacket> = {}): Promise<IConnackPacket> {
    await this.drop();
    if (more.clean === true) this.#exchanges = this.#newExchanges();
    const { clientId, version } = this;
    try {
      this.#socket = await SocketClient.open(port, version, { onPacket: (packet) => this.#handle(packet) });
    } catch {
      throw new Gone(); // killed before it could take it
    }
    const properties = version === 5 && { properties: { sessionExpiryInterval: HOUR } };
    const packet = connectPacket(version, { clientId, clean: false, ...properties, ...more });
    const connack = await this.ask(packet, "connack");
    if (connack.cmd !== "connack" || (connack.reasonCode ?? connack.returnCode) !== 0) {
      throw new Error(`${clientId} was refused: ${JSON.stringify(connack)}`);
    }
    this.#exchanges.resume();
    return connack;
  }

  /** Sends a packet and resolves to its answer. */
  async ask(packet: Packet, answer: Packet["cmd"]): Promise<Packet> {
    const { promise, resolve } = Promise.withResolvers<Packet>();
    this.#answers.set(answer, resolve);
    this.#socket?.write(packet);
    return await this.whileHere(promise);
  }

  /** Without regard to what is granted. */
  async subscribe(topic: string, qos: 0 | 1 | 2): Promise<void> {
    await this.ask({ cmd: "subscribe", messageId: REQUEST, subscriptions: [{ topic, qos }] }, "suback");
  }

  async unsubscribe(topic: string): Promise<void> {
    await this.ask({ cmd: "unsubscribe", messageId: REQUEST, unsubscriptions: [topic] }, "unsuback");
  }

  publish(message: Message): void {
    this.#exchanges.publish(message);
  }

  /** Says good-bye, and waits until the broker has heard it. */
  async leave(): Promise<void> {
    this.#socket?.write({ cmd: "disconnect" });
    await this.#socket?.ended;
    await this.drop();
  }

  /** Ends the connection without a word, with what is under way. */
  async drop(): Promise<void> {
    const socket = this.#socket;
    this.#socket = undefined;
    this.#answers.clear();
    await socket?.[Symbol.asyncDispose]();
  }

  /** Waits for it as long as there is a connection; rejects with Gone. */
  async whileHere<T>(what: Promise<T>): Promise<T> {
    const gone = (this.#socket?.ended ?? Promise.resolve()).then(() => Promise.reject(new Gone()));
    return await Promise.race([what, gone]);
  }

  #newExchanges(): Exchanges {
    return new Exchanges({ ...this.options, send: (packet) => this.#socket?.write(packet) });
  }

  #handle(packet: Packet): void {
    if (this.#exchanges.handle(packet)) return;
    this.#answers.get(packet.cmd)?.(packet);
    this.#answers.delete(packet.cmd);
  }
}
