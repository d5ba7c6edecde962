// An Application Message in the broker, and its way to one client.
import type { FromType, MessageData } from "../hooks/events.ts";
import type { ClientIdentity } from "../hooks/client_identity.ts";
import type { OutgoingPublish } from "../mqtt/encode.ts";
import type { Publish, QoS } from "../mqtt/packets.ts";
import type { PublishProperties } from "../mqtt/publish_properties.ts";
import type { TopicName } from "../mqtt/topic_cache.ts";
import type { Arena } from "./arena.ts";

/** What a message has from the packet that brought it, PUBLISH or the CONNECT of a Will. */
export type Published = Pick<Publish, "payload" | "dup" | "retain" | "qos" | "packetId" | "properties">;

/** Whose memory the payload lies in. */
type Memory = "read buffer" | "brief" | "long";

export class Message implements MessageData {
  readonly dup: boolean;
  readonly retain: boolean;
  readonly qos: QoS;
  /** The publisher's Packet Identifier; 0 where there is none. */
  readonly packetId: number;
  readonly properties: PublishProperties;
  payload: Uint8Array;
  /** How many times sessions keep it: QueueTotal's own. */
  holders = 0;
  payloadJson: string | undefined = undefined;
  ptsJson: string | undefined = undefined;
  /** The store's own. */
  stored = 0;
  #memory: Memory = "read buffer";

  /**
   * @param receivedAt Unix milliseconds
   * @param expiresAt on the turn's monotonic clock; Infinity where it never expires
   */
  constructor(
    readonly from: ClientIdentity,
    readonly fromType: FromType,
    readonly name: TopicName,
    { payload, dup, retain, qos, packetId, properties }: Published,
    readonly receivedAt: number,
    readonly expiresAt: number,
  ) {
    this.payload = payload;
    this.dup = dup;
    this.retain = retain;
    this.qos = qos;
    this.packetId = packetId;
    this.properties = properties;
  }

  get topic(): string {
    return this.name.text;
  }

  get topicJson(): string {
    return this.name.json;
  }

  /** Payload, topic and forwarded properties, for the limits on queued and retained bytes. */
  get size(): number {
    return this.payload.length + this.name.wire.length + this.properties.forwarded.length;
  }

  /** The payload is memory of its own already. */
  own(): void {
    this.#memory = "long";
  }

  /** Makes the payload outlive the read it came in, for a short while. */
  keep(arena: Arena): void {
    if (this.#memory !== "read buffer") return;
    this.payload = arena.keep(this.payload);
    this.#memory = "brief";
  }

  /** Makes the payload outlive everything, in memory that it shares with few others. */
  keepLong(arena: Arena): void {
    if (this.#memory === "long") return;
    this.payload = arena.keepLong(this.payload);
    this.#memory = "long";
  }
}

/** A message on its way to one client: waiting, or sent and not yet acknowledged. */
export class Delivery implements OutgoingPublish {
  dup = false;
  /** 0 until it is sent with QoS 1 or 2. */
  packetId = 0;
  /** QoS 2: PUBREC came, PUBREL went; the PUBLISH is not sent again. [MQTT-4.3.3-6] */
  released = false;
  /** When it was last sent, on the turn's monotonic clock. */
  sentAt = 0;
  messageExpiryInterval: number | undefined = undefined;
  /** Its place among all deliveries; 0 for one that neither waited nor is stored. */
  sequence = 0;
  /** Its session is stored, and keeps it. */
  kept = false;
  /** The store's own, these two. */
  inStore = false;
  changed = false;

  /** @param session the session's row in the store; 0: it is not stored */
  constructor(
    readonly message: Message,
    public identity: ClientIdentity,
    readonly qos: QoS,
    readonly retain: boolean,
    readonly subscriptionIdentifiers: readonly number[] | undefined,
    readonly session = 0,
  ) {}

  get size(): number {
    return this.message.size;
  }

  get topic(): string {
    return this.message.topic;
  }

  get topicWire(): Uint8Array {
    return this.message.name.wire;
  }

  get payload(): Uint8Array {
    return this.message.payload;
  }

  get forwarded(): Uint8Array {
    return this.message.properties.forwarded;
  }
}

/**
 * When a message expires, on the turn's monotonic clock.
 * @param interval the publisher's Message Expiry Interval, seconds
 * @param fallback `message_expiry_interval`, milliseconds; 0: never
 */
export function expiryTime(interval: number | undefined, fallback: number, now: number): number {
  if (interval !== undefined) return now + interval * 1000;
  return fallback === 0 ? Infinity : now + fallback;
}
