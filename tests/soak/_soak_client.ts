// An MQTT client that keeps its promises over lost connections, small and fast enough to run dozens in one process.
import mqttPacket, { type IConnectPacket, type IPublishPacket, type Packet } from "mqtt-packet";
import { Buffer } from "node:buffer";

export interface SoakOptions {
  readonly port: number;
  readonly clientId: string;
  readonly version: 4 | 5;
  /** Keeps its session, and sends again what was not acknowledged. Default: false. */
  readonly keep?: boolean;
  readonly will?: NonNullable<IConnectPacket["will"]>;
  readonly onMessage?: (packet: IPublishPacket) => void;
  /** Awaited after every read. */
  readonly pause?: () => Promise<void>;
}

type Qos = 0 | 1 | 2;

interface Outgoing {
  readonly topic: string;
  readonly payload: string;
  readonly qos: Qos;
  readonly retain: boolean;
  released: boolean;
}

export class SoakClient {
  /** Told when something breaks that the test did not break. */
  error: Error | undefined = undefined;
  readonly #outgoing = new Map<number, Outgoing>();
  readonly #received = new Set<number>();
  #conn: Deno.TcpConn | undefined = undefined;
  #reading: Promise<void> = Promise.resolve();
  #writing: Promise<void> | undefined = undefined;
  #waiting: Uint8Array[] = [];
  #answers = new Map<string, () => void>();
  #lastId = 0;

  constructor(readonly options: SoakOptions) {}

  /** Messages taken on and not acknowledged for good. */
  get unacknowledged(): number {
    return this.#outgoing.size;
  }

  get connected(): boolean {
    return this.#conn !== undefined;
  }

  /** Connects, and sends again what has to be. */
  async connect(): Promise<void> {
    const { port, clientId, version, keep, will } = this.options;
    const conn = await Deno.connect({ hostname: "127.0.0.1", port });
    conn.setNoDelay(true);
    this.#conn = conn;
    this.#waiting = [];
    const accepted = this.#answer("connack");
    this.#reading = this.#readAll(conn);
    this.#send({
      cmd: "connect",
      clientId,
      protocolId: "MQTT",
      protocolVersion: version,
      clean: keep !== true,
      keepalive: 0,
      ...(will !== undefined && { will }),
      ...(version === 5 && keep === true && { properties: { sessionExpiryInterval: 3600 } }),
    });
    await accepted;
    for (const [id, message] of this.#outgoing) this.#sendOut(id, message, true);
  }

  async subscribe(topic: string, qos: Qos): Promise<void> {
    const done = this.#answer("suback");
    this.#send({ cmd: "subscribe", messageId: 65_535, subscriptions: [{ topic, qos }] });
    await done;
  }

  publish(topic: string, payload: string, qos: Qos, retain = false): void {
    const message = { topic, payload, qos, retain, released: false };
    if (qos === 0) return this.#sendOut(0, message, false);
    do this.#lastId = this.#lastId % 65_000 + 1; while (this.#outgoing.has(this.#lastId));
    this.#outgoing.set(this.#lastId, message);
    this.#sendOut(this.#lastId, message, false);
  }

  /** Drops the connection without a word, with what is under way. */
  async break(): Promise<void> {
    const conn = this.#conn;
    this.#conn = undefined;
    close(conn);
    await this.#reading;
  }

  /** Says good-bye. */
  async end(): Promise<void> {
    this.#send({ cmd: "disconnect" });
    await this.#writing;
    await this.break();
  }

  #handle(packet: Packet): void {
    const id = packet.messageId ?? 0;
    switch (packet.cmd) {
      case "publish":
        if (packet.qos === 2) {
          if (!this.#received.has(id)) this.options.onMessage?.(packet);
          this.#received.add(id);
          return this.#send({ cmd: "pubrec", messageId: id });
        }
        this.options.onMessage?.(packet);
        if (packet.qos === 1) this.#send({ cmd: "puback", messageId: id });
        return;
      case "pubrel":
        this.#received.delete(id);
        return this.#send({ cmd: "pubcomp", messageId: id });
      case "pubrec": {
        const message = this.#outgoing.get(id);
        if (message !== undefined) message.released = true;
        return this.#send({ cmd: "pubrel", messageId: id });
      }
      case "puback":
      case "pubcomp":
        this.#outgoing.delete(id);
        return;
      default:
        this.#answers.get(packet.cmd)?.();
        this.#answers.delete(packet.cmd);
    }
  }

  #answer(cmd: string): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#answers.set(cmd, resolve);
    return promise;
  }

  #sendOut(messageId: number, message: Outgoing, dup: boolean): void {
    const { topic, payload, qos, retain, released } = message;
    if (released) this.#send({ cmd: "pubrel", messageId });
    else this.#send({ cmd: "publish", topic, payload, qos, retain, dup, ...(qos > 0 && { messageId }) });
  }

  #send(packet: Packet): void {
    if (this.#conn === undefined) return;
    this.#waiting.push(mqttPacket.generate(packet, { protocolVersion: this.options.version }));
    this.#writing ??= this.#write(this.#conn).finally(() => this.#writing = undefined);
  }

  async #write(conn: Deno.TcpConn): Promise<void> {
    await Promise.resolve(); // what is sent in one go leaves in one write
    try {
      while (this.#waiting.length > 0 && conn === this.#conn) {
        const bytes = Buffer.concat(this.#waiting);
        this.#waiting = [];
        for (let at = 0; at < bytes.length;) at += await conn.write(bytes.subarray(at));
      }
    } catch (error) {
      this.#broke(conn, error);
    }
  }

  async #readAll(conn: Deno.TcpConn): Promise<void> {
    const parser = mqttPacket.parser({ protocolVersion: this.options.version });
    parser.on("packet", (packet) => this.#handle(packet));
    parser.on("error", (error) => this.#broke(conn, error));
    const input = new Uint8Array(64 * 1024);
    try {
      for (let count = await conn.read(input); count !== null; count = await conn.read(input)) {
        if (conn !== this.#conn) return;
        parser.parse(Buffer.from(input.slice(0, count)));
        await this.options.pause?.();
      }
      this.#broke(conn, new Error("the broker closed the connection"));
    } catch (error) {
      this.#broke(conn, error);
    }
  }

  #broke(conn: Deno.TcpConn, error: unknown): void {
    if (conn !== this.#conn) return;
    this.#conn = undefined;
    close(conn);
    this.error ??= new Error(`${this.options.clientId}: ${error}`);
  }
}

function close(conn: Deno.TcpConn | undefined): void {
  try {
    conn?.close();
  } catch {
    // Closed before.
  }
}
