// The packets a client sends, as decoded data, and the numbers of their types.
import type { UserProperties } from "./properties.ts";
import type { PublishProperties } from "./publish_properties.ts";
import type { TopicName } from "./topic_cache.ts";

export type QoS = 0 | 1 | 2;

/** 3: MQTT 3.1 (`MQIsdp`), 4: 3.1.1, 5: 5.0. */
export type ProtocolVersion = 3 | 4 | 5;

/** MQTT Control Packet types (2.1.2). */
export const PacketType = {
  CONNECT: 1,
  CONNACK: 2,
  PUBLISH: 3,
  PUBACK: 4,
  PUBREC: 5,
  PUBREL: 6,
  PUBCOMP: 7,
  SUBSCRIBE: 8,
  SUBACK: 9,
  UNSUBSCRIBE: 10,
  UNSUBACK: 11,
  PINGREQ: 12,
  PINGRESP: 13,
  DISCONNECT: 14,
  AUTH: 15,
} as const;

export interface Will {
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly qos: QoS;
  readonly retain: boolean;
  /** Seconds; 0 for 3.x. */
  readonly delayInterval: number;
  readonly properties: PublishProperties;
}

export interface Connect {
  readonly protocolVersion: ProtocolVersion;
  /** As sent; empty where the client wants one assigned. */
  readonly clientId: string;
  /** Clean Session (3.x) or Clean Start (5.0). */
  readonly clean: boolean;
  /** Seconds. */
  readonly keepAlive: number;
  readonly username: string | undefined;
  readonly password: Uint8Array | undefined;
  readonly will: Will | undefined;
  /** Seconds, `undefined` where absent; 0xFFFFFFFF: never. */
  readonly sessionExpiryInterval: number | undefined;
  /** 65,535 where absent. */
  readonly receiveMaximum: number;
  /** Bytes; `undefined`: no limit but the protocol's. */
  readonly maximumPacketSize: number | undefined;
  readonly topicAliasMaximum: number;
  readonly authenticationMethod: string | undefined;
  readonly userProperties: UserProperties;
}

export interface Publish {
  readonly dup: boolean;
  readonly qos: QoS;
  readonly retain: boolean;
  /** `undefined` where a Topic Alias stands in its place. */
  readonly topic: TopicName | undefined;
  /** 0 for QoS 0. */
  readonly packetId: number;
  /** 0: none. */
  readonly topicAlias: number;
  readonly properties: PublishProperties;
  /** A view of the buffer that was read: copy it to keep it. */
  readonly payload: Uint8Array;
}

/** PUBACK, PUBREC, PUBREL or PUBCOMP. */
export interface Acknowledgement {
  readonly packetId: number;
  /** 0 where the packet has none. */
  readonly reasonCode: number;
}

export interface SubscriptionRequest {
  /** As sent, `$share/…` included. */
  readonly topicFilter: string;
  readonly qos: QoS;
  readonly noLocal: boolean;
  readonly retainAsPublished: boolean;
  readonly retainHandling: 0 | 1 | 2;
}

export interface Subscribe {
  readonly packetId: number;
  /** Subscription Identifier, `undefined` where absent. */
  readonly subscriptionIdentifier: number | undefined;
  readonly subscriptions: readonly SubscriptionRequest[];
}

export interface Unsubscribe {
  readonly packetId: number;
  readonly topicFilters: readonly string[];
}

export interface Disconnect {
  readonly reasonCode: number;
  /** Seconds, `undefined` where absent. */
  readonly sessionExpiryInterval: number | undefined;
  /** `undefined` where absent. */
  readonly reasonString: string | undefined;
}
