// An MQTT client that keeps its promises over lost connections, small and fast enough to run dozens in one process.
import type { IConnectPacket, IPublishPacket, Packet } from "mqtt-packet";
import { Exchanges, type Message } from "../helpers/exchanges.ts";
import { connectPacket, SocketClient } from "../helpers/socket_client.ts";

export interface SoakOptions {
  readonly port: number;
  readonly clientId: string;
  readonly version: 4 | 5;
  /** Keeps its session. Default: false. */
  readonly keep?: boolean;
  readonly will?: NonNullable<IConnectPacket["will"]>;
  readonly onMessage?: (packet: IPublishPacket) => void;
  readonly onAcknowledged?: (message: Message) => void;
  /** Awaited after every read. */
  readonly pause?: () => Promise<void>;
}

export class SoakClient {
  /** Told when something breaks that the test did not break. */
  error: Error | undefined = undefined;
  readonly #exchanges: Exchanges;
  #socket: SocketClient | undefined = undefined;
  /** The socket whose CONNECT was accepted: what is new must not go out before what is sent again. */
  #accepted: SocketClient | undefined = undefined;
  #answers = new Map<string, () => void>();

  constructor(readonly options: SoakOptions) {
    const { onMessage, onAcknowledged } = options;
    this.#exchanges = new Exchanges({
      send: (packet) => this.#socket?.write(packet),
      ...(onMessage !== undefined && { onMessage }),
      ...(onAcknowledged !== undefined && { onAcknowledged }),
    });
  }

  /** Messages taken on and not acknowledged for good. */
  get unacknowledged(): number {
    return this.#exchanges.unacknowledged;
  }

  get connected(): boolean {
    return this.#socket !== undefined && this.#socket === this.#accepted;
  }

  /** Connects, and sends again what has to be. Rejects where the broker ends it before. */
  async connect(port: number = this.options.port): Promise<void> {
    const { clientId, version, keep = false, will, pause } = this.options;
    const socket = await SocketClient.open(port, version, {
      onPacket: (packet) => this.#handle(packet),
      ...(pause !== undefined && { pause }),
    });
    this.#socket = socket;
    const accepted = this.#answer("connack");
    const gone = socket.ended.then(
      () => this.#broke(socket, "the broker closed the connection"),
      (error) => this.#broke(socket, error),
    );
    socket.write(connectPacket(version, {
      clientId,
      clean: !keep,
      ...(will !== undefined && { will }),
      ...(version === 5 && keep && { properties: { sessionExpiryInterval: 3600 } }),
    }));
    await Promise.race([accepted, gone]);
    if (this.#socket !== socket) throw new Error(`${clientId}: the connection ended before it was accepted`);
    this.#accepted = socket;
    this.#exchanges.resume();
  }

  /** Resolves when the connection is gone. */
  async gone(): Promise<void> {
    await this.#socket?.ended;
  }

  async subscribe(topic: string, qos: 0 | 1 | 2): Promise<void> {
    const done = this.#answer("suback");
    this.#socket?.write({ cmd: "subscribe", messageId: 65_535, subscriptions: [{ topic, qos }] });
    await done;
  }

  publish(topic: string, payload: string, qos: 0 | 1 | 2, retain = false): void {
    this.#exchanges.publish({ topic, payload, qos, retain });
  }

  /** Drops the connection without a word, with what is under way. */
  async break(): Promise<void> {
    const socket = this.#socket;
    this.#socket = undefined;
    await socket?.[Symbol.asyncDispose]();
  }

  /** Says good-bye. */
  async end(): Promise<void> {
    // Where the connection is gone already there is nobody to say it to.
    await this.#socket?.send({ cmd: "disconnect" }).catch(() => {});
    await this.break();
  }

  #handle(packet: Packet): void {
    if (this.#exchanges.handle(packet)) return;
    this.#answers.get(packet.cmd)?.();
    this.#answers.delete(packet.cmd);
  }

  #answer(cmd: string): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#answers.set(cmd, resolve);
    return promise;
  }

  #broke(socket: SocketClient, error: unknown): void {
    if (socket !== this.#socket) return;
    this.#socket = undefined;
    socket.close();
    this.error ??= new Error(`${this.options.clientId}: ${error}`);
  }
}
