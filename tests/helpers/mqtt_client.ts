// MQTT.js as a test wants it: promises, a queue of what came, and nothing left open.
import mqtt, {
  type IClientOptions,
  type IClientPublishOptions,
  type IClientSubscribeOptions,
  type IConnackPacket,
  type IDisconnectPacket,
  type IPublishPacket,
  type ISubscriptionGrant,
  type ISubscriptionMap,
  type MqttClient as MqttJs,
} from "mqtt";
import { Inbox } from "./inbox.ts";

export type Version = 3 | 4 | 5;

/** What MQTT.js calls the versions. */
export const PROTOCOLS = {
  3: { protocolId: "MQIsdp", protocolVersion: 3 },
  4: { protocolId: "MQTT", protocolVersion: 4 },
  5: { protocolId: "MQTT", protocolVersion: 5 },
} as const;

export class MqttClient implements AsyncDisposable {
  /** What was published to it, in the order it came. */
  readonly messages = new Inbox<IPublishPacket>("a message");
  /** The server's DISCONNECT, if one came (5.0). */
  disconnect: IDisconnectPacket | undefined = undefined;
  readonly #client: MqttJs;
  readonly #closed = Promise.withResolvers<void>();

  private constructor(client: MqttJs, readonly connack: IConnackPacket) {
    this.#client = client;
    client.on("message", (topic, _payload, packet) => this.messages.put({ ...packet, topic }));
    client.on("disconnect", (packet) => this.disconnect = packet);
    client.on("close", () => this.#closed.resolve());
    // A connection that ends is what many tests are about; they look at `closed`.
    client.on("error", () => {});
  }

  /** Connects once. Rejects with the CONNACK's code in `code` when refused. Keep Alive is 0 unless asked for. */
  static async connect(url: string, version: Version, options: IClientOptions = {}): Promise<MqttClient> {
    const client = mqtt.connect(url, {
      ...PROTOCOLS[version],
      keepalive: 0,
      reconnectPeriod: 0,
      connectTimeout: 10_000,
      ...options,
    });
    const { promise, resolve, reject } = Promise.withResolvers<MqttClient>();
    // Made in the event itself: a Retained or a waiting message may stand right behind the CONNACK.
    client.once("connect", (connack) => resolve(new MqttClient(client, connack)));
    client.once("error", reject);
    client.once("close", () => reject(new Error("the connection was closed before it was accepted")));
    try {
      return await promise;
    } catch (error) {
      await client.endAsync(true);
      throw error;
    }
  }

  /** Resolves when the network connection is gone, whoever ended it. */
  get closed(): Promise<void> {
    return this.#closed.promise;
  }

  /** Resolves when the message is acknowledged as its QoS asks. */
  async publish(topic: string, payload: string, options: IClientPublishOptions = {}): Promise<void> {
    await this.#whileOpen(this.#client.publishAsync(topic, payload, options));
  }

  subscribe(
    topic: string | string[] | ISubscriptionMap,
    options: IClientSubscribeOptions = { qos: 0 },
  ): Promise<ISubscriptionGrant[]> {
    return this.#whileOpen(this.#client.subscribeAsync(topic, options));
  }

  async unsubscribe(topic: string | string[]): Promise<void> {
    await this.#whileOpen(this.#client.unsubscribeAsync(topic));
  }

  /** The next message's text. */
  async text(): Promise<string> {
    return (await this.messages.take()).payload.toString();
  }

  /** Says good-bye with a DISCONNECT. */
  async end(disconnect: Partial<IDisconnectPacket> = {}): Promise<void> {
    await this.#client.endAsync(false, disconnect);
    await this.closed;
  }

  /** Drops the connection without a word. */
  async destroy(): Promise<void> {
    this.#client.stream.destroy();
    await this.closed;
    await this.#client.endAsync(true);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#client.endAsync(true);
    await this.closed;
  }

  /** MQTT.js keeps waiting for an answer after the connection is gone. */
  #whileOpen<T>(answer: Promise<T>): Promise<T> {
    const gone = this.closed.then(() => {
      throw new Error("the connection was closed before the answer came");
    });
    return Promise.race([answer, gone]);
  }
}
