// The fifteen events and the plain data each one carries; lines.ts makes their lines.
import type { ClientIdentity } from "./client_identity.ts";

/** Subscription options as they stand in `opts`; only what the protocol version has is present. */
export interface SubscriptionOpts {
  readonly qos: 0 | 1 | 2;
  readonly noLocal?: boolean;
  readonly retainAsPublished?: boolean;
  readonly retainHandling?: 0 | 1 | 2;
  /** Subscription Identifier. */
  readonly id?: number;
  /** ShareName of a shared subscription; `topic` is then the filter behind it. */
  readonly group?: string;
}

interface SessionCreated {
  readonly identity: ClientIdentity;
  /** Unix milliseconds. */
  readonly createdAt: number;
}

interface SessionTerminated {
  readonly identity: ClientIdentity;
  readonly reason: string;
}

interface Subscribed {
  readonly identity: ClientIdentity;
  readonly topic: string;
  readonly opts: SubscriptionOpts;
}

interface Unsubscribed {
  readonly identity: ClientIdentity;
  readonly topic: string;
}

export interface ClientConnect {
  readonly identity: ClientIdentity;
  /** Seconds, as the client asked. */
  readonly keepAlive: number;
  /** 3 (3.1), 4 (3.1.1) or 5. */
  readonly protocolVersion: number;
  /** Clean Session or Clean Start. */
  readonly clean: boolean;
}

interface ClientConnack extends ClientConnect {
  /** `Connection Accepted`, or why not. */
  readonly connAck: string;
}

interface ClientConnected extends ClientConnect {
  /** Unix milliseconds. */
  readonly connectedAt: number;
  readonly sessionPresent: boolean;
  /** 5.0 only, in the order they came; absent when there were none. */
  readonly userProperties?: readonly (readonly [string, string])[];
}

interface ClientDisconnected {
  readonly identity: ClientIdentity;
  /** Unix milliseconds. */
  readonly disconnectedAt: number;
  readonly reason: string;
}

/** Who made a message: a client's PUBLISH, its Will, the operator, or the broker itself. */
export type FromType = "custom" | "lastwill" | "admin" | "system";

/** A message as the publisher sent it. */
export interface MessageData {
  readonly from: ClientIdentity;
  readonly fromType: FromType;
  readonly dup: boolean;
  readonly retain: boolean;
  readonly qos: 0 | 1 | 2;
  readonly topic: string;
  /** 0 where there is none. */
  readonly packetId: number;
  readonly payload: Uint8Array;
  /** When it entered the broker, Unix milliseconds (`ts` of message_publish, `pts` of the others). */
  readonly receivedAt: number;
  /** The topic as a JSON string, quotes included. */
  readonly topicJson: string;
  /** Belong to the hooks: parts of the message's lines, made by the first line that needs them. */
  payloadJson: string | undefined;
  ptsJson: string | undefined;
}

/**
 * A message on its way to one client: `dup`, `retain`, `qos` and `packetId` are of the PUBLISH sent to it.
 */
interface DeliveryData {
  readonly message: MessageData;
  readonly identity: ClientIdentity;
  readonly dup: boolean;
  readonly retain: boolean;
  readonly qos: 0 | 1 | 2;
  readonly packetId: number;
}

interface MessageDropped {
  readonly message: MessageData;
  /** Absent when the message reached nobody at all. */
  readonly identity?: ClientIdentity;
  readonly dup: boolean;
  readonly retain: boolean;
  readonly qos: 0 | 1 | 2;
  /**
   * Of the PUBLISH to the client, 0 where none was sent with QoS 1 or 2; without a client, the publisher's.
   */
  readonly packetId: number;
  readonly reason: string;
}

/** Every event and its data. A new event is one line here; the compiler then names each place to fill. */
export interface EventData {
  session_created: SessionCreated;
  session_terminated: SessionTerminated;
  session_subscribed: Subscribed;
  session_unsubscribed: Unsubscribed;
  client_connect: ClientConnect;
  client_connack: ClientConnack;
  client_connected: ClientConnected;
  client_disconnected: ClientDisconnected;
  client_subscribe: Subscribed;
  client_unsubscribe: Unsubscribed;
  message_publish: MessageData;
  message_delivered: DeliveryData;
  message_acked: DeliveryData;
  message_dropped: MessageDropped;
  offline_message: DeliveryData;
}

export type EventName = keyof EventData;

/** Whether it is about a message of the broker itself on its way to a client: no event tells of those. */
export function isOwnMessage(data: EventData[EventName]): boolean {
  return "message" in data && data.message.fromType === "system";
}

/** Which events carry a `topic` that a rule's `topics` select by. Exhaustive by type. */
const HAS_TOPIC: { readonly [E in EventName]: boolean } = {
  session_created: false,
  session_terminated: false,
  session_subscribed: true,
  session_unsubscribed: true,
  client_connect: false,
  client_connack: false,
  client_connected: false,
  client_disconnected: false,
  client_subscribe: true,
  client_unsubscribe: true,
  message_publish: true,
  message_delivered: true,
  message_acked: true,
  message_dropped: true,
  offline_message: true,
};

/** All event names, in the order of the contract. */
export const EVENT_NAMES = Object.keys(HAS_TOPIC) as readonly EventName[];

export function eventHasTopic(event: EventName): boolean {
  return HAS_TOPIC[event];
}

/** Whether it tells of a message on its way to a client. */
export function eventIsOfDelivery(event: EventName): boolean {
  return event === "message_delivered" || event === "message_acked" || event === "message_dropped" ||
    event === "offline_message";
}
