// Encodes what the broker sends. PUBLISH and the acknowledgements by hand, for they are the hot path
// (mqtt-packet makes 0.9 M PUBLISH/s, this 15 M); everything else by mqtt-packet.
import mqttPacket from "mqtt-packet";
import type { OutputBuffer } from "./output_buffer.ts";
import { PacketType, type ProtocolVersion, type QoS } from "./packets.ts";
import { connackReturnCode, type ReasonCode } from "./reason_codes.ts";

// Its cache of all two-byte numbers is 65,536 Buffers, 7 MB that every garbage collection has to look at.
mqttPacket.writeToStream.cacheNumbers = false;

/** A PUBLISH to one client. */
export interface OutgoingPublish {
  readonly topic: string;
  /** Topic Name with its length, as in TopicName.wire. */
  readonly topicWire: Uint8Array;
  readonly payload: Uint8Array;
  readonly qos: QoS;
  readonly retain: boolean;
  readonly dup: boolean;
  /** 0 for QoS 0. */
  readonly packetId: number;
  /** The rest is for 5.0 only. Encoded properties that pass through unchanged. */
  readonly forwarded: Uint8Array;
  /** Seconds left, `undefined` where the message does not expire. [MQTT-3.3.2-6] */
  readonly messageExpiryInterval: number | undefined;
  /** Of all matching subscriptions that have one. [MQTT-3.3.4-4] */
  readonly subscriptionIdentifiers: readonly number[] | undefined;
}

/**
 * A Topic Alias towards a client: sent with the Topic Name the first time, in its place from then on
 * (3.3.2.3.4).
 */
export interface OutgoingAlias {
  readonly number: number;
  readonly known: boolean;
}

/** Bytes of the whole packet, fixed header included. An alias makes it 3 bytes longer the first time. */
export function publishSize(p: OutgoingPublish, version: ProtocolVersion): number {
  const remaining = remainingLength(p, version, undefined);
  return 1 + varintSize(remaining) + remaining;
}

/** @param alias for 5.0 only */
export function writePublish(
  out: OutputBuffer,
  p: OutgoingPublish,
  version: ProtocolVersion,
  alias?: OutgoingAlias,
): void {
  const remaining = remainingLength(p, version, alias);
  const start = out.reserve(1 + varintSize(remaining) + remaining);
  const bytes = out.bytes;
  bytes[start] = 0x30 | (p.dup ? 0x08 : 0) | p.qos << 1 | (p.retain ? 0x01 : 0);
  let at = putVarint(bytes, start + 1, remaining);
  const topic = topicOf(p, alias);
  bytes.set(topic, at);
  at += topic.length;
  if (p.qos > 0) {
    bytes[at++] = p.packetId >> 8;
    bytes[at++] = p.packetId & 0xff;
  }
  if (version === 5) at = putProperties(bytes, at, p, alias);
  bytes.set(p.payload, at);
}

/** PUBACK, PUBREC, PUBREL or PUBCOMP. `reasonCode` other than 0 only for 5.0. */
export function writeAcknowledgement(
  out: OutputBuffer,
  type: 4 | 5 | 6 | 7,
  packetId: number,
  reasonCode: number,
): void {
  const start = out.reserve(reasonCode === 0 ? 4 : 5);
  const bytes = out.bytes;
  bytes[start] = type << 4 | (type === 6 ? 0x02 : 0);
  bytes[start + 1] = reasonCode === 0 ? 2 : 3;
  bytes[start + 2] = packetId >> 8;
  bytes[start + 3] = packetId & 0xff;
  if (reasonCode !== 0) bytes[start + 4] = reasonCode;
}

export function writePingresp(out: OutputBuffer): void {
  const start = out.reserve(2);
  out.bytes[start] = 0xd0;
  out.bytes[start + 1] = 0;
}

/** What a 5.0 CONNACK announces; only what differs from the standard's default is set. */
export interface ConnackProperties {
  sessionExpiryInterval?: number;
  receiveMaximum?: number;
  maximumQoS?: 0 | 1;
  retainAvailable?: false;
  maximumPacketSize?: number;
  assignedClientIdentifier?: string;
  topicAliasMaximum?: number;
  reasonString?: string;
  serverKeepAlive?: number;
}

export function writeConnackAccepted(
  out: OutputBuffer,
  version: ProtocolVersion,
  sessionPresent: boolean,
  properties: ConnackProperties,
): void {
  if (version === 5) out.append(connackAccepted(sessionPresent, properties));
  // 3.1 reserves the byte that holds Session Present.
  else writeShortConnack(out, version === 4 && sessionPresent, 0);
}

/** Bytes of a 5.0 CONNACK that accepts. */
export function connackSize(properties: ConnackProperties): number {
  return connackAccepted(false, properties).length;
}

/** Bytes of a 5.0 CONNACK that refuses: there is no smaller one. */
export const SMALLEST_CONNACK = 5;

function connackAccepted(sessionPresent: boolean, properties: ConnackProperties): Uint8Array {
  return mqttPacket.generate({ cmd: "connack", reasonCode: 0, sessionPresent, properties }, {
    protocolVersion: 5,
  });
}

/** What 3.x has, without properties: mqtt-packet takes 2 KB of garbage for these four bytes. */
function writeShortConnack(out: OutputBuffer, sessionPresent: boolean, returnCode: number): void {
  const start = out.reserve(4);
  out.bytes[start] = PacketType.CONNACK << 4;
  out.bytes[start + 1] = 2;
  out.bytes[start + 2] = sessionPresent ? 1 : 0;
  out.bytes[start + 3] = returnCode;
}

/**
 * False where the version has no code for this: then the connection is closed without an answer.
 * [MQTT-3.2.2-6]
 */
export function writeConnackRefused(out: OutputBuffer, version: ProtocolVersion, code: ReasonCode): boolean {
  if (version === 5) {
    out.append(
      mqttPacket.generate({ cmd: "connack", reasonCode: code, sessionPresent: false }, {
        protocolVersion: 5,
      }),
    );
    return true;
  }
  const returnCode = connackReturnCode(code);
  if (returnCode === undefined) return false;
  writeShortConnack(out, false, returnCode);
  return true;
}

/** Bytes of a 5.0 SUBACK or UNSUBACK with this many Reason Codes. */
export function codesAckSize(count: number): number {
  const remaining = 3 + count;
  return 1 + varintSize(remaining) + remaining;
}

/** `codes`: granted QoS or failure, one for each Topic Filter, in their order. [MQTT-3.9.3-1] */
export function writeSuback(
  out: OutputBuffer,
  version: ProtocolVersion,
  packetId: number,
  codes: readonly number[],
): void {
  const granted = version === 5 ? [...codes] : codes.map((code) => code > 2 ? 0x80 : code); // [MQTT-3.9.3-2]
  out.append(
    mqttPacket.generate({ cmd: "suback", messageId: packetId, granted }, { protocolVersion: version }),
  );
}

/** `codes` are sent to 5.0 only. [MQTT-3.11.3-1] */
export function writeUnsuback(
  out: OutputBuffer,
  version: ProtocolVersion,
  packetId: number,
  codes: readonly number[],
): void {
  out.append(mqttPacket.generate(
    { cmd: "unsuback", messageId: packetId, granted: version === 5 ? [...codes] : [] },
    { protocolVersion: version },
  ));
}

/** 5.0 only: older versions have no DISCONNECT from the server. */
export function writeDisconnect(out: OutputBuffer, reasonCode: ReasonCode): void {
  out.append(mqttPacket.generate({ cmd: "disconnect", reasonCode }, { protocolVersion: 5 }));
}

/** A known alias stands in the place of the Topic Name. */
function topicOf(p: OutgoingPublish, alias: OutgoingAlias | undefined): Uint8Array {
  return alias?.known ? NO_TOPIC : p.topicWire;
}

const NO_TOPIC = new Uint8Array(2);

function remainingLength(
  p: OutgoingPublish,
  version: ProtocolVersion,
  alias: OutgoingAlias | undefined,
): number {
  const base = topicOf(p, alias).length + (p.qos > 0 ? 2 : 0) + p.payload.length;
  if (version !== 5) return base;
  const properties = propertiesLength(p, alias);
  return base + varintSize(properties) + properties;
}

function propertiesLength(p: OutgoingPublish, alias: OutgoingAlias | undefined): number {
  let length = p.forwarded.length + (p.messageExpiryInterval === undefined ? 0 : 5) +
    (alias === undefined ? 0 : 3);
  if (p.subscriptionIdentifiers !== undefined) {
    for (const id of p.subscriptionIdentifiers) length += 1 + varintSize(id);
  }
  return length;
}

function putProperties(
  bytes: Uint8Array,
  start: number,
  p: OutgoingPublish,
  alias: OutgoingAlias | undefined,
): number {
  let at = putVarint(bytes, start, propertiesLength(p, alias));
  if (alias !== undefined) {
    bytes[at++] = 0x23;
    bytes[at++] = alias.number >> 8;
    bytes[at++] = alias.number & 0xff;
  }
  if (p.messageExpiryInterval !== undefined) {
    bytes[at++] = 0x02;
    bytes[at++] = p.messageExpiryInterval >>> 24;
    bytes[at++] = p.messageExpiryInterval >>> 16 & 0xff;
    bytes[at++] = p.messageExpiryInterval >>> 8 & 0xff;
    bytes[at++] = p.messageExpiryInterval & 0xff;
  }
  bytes.set(p.forwarded, at);
  at += p.forwarded.length;
  if (p.subscriptionIdentifiers !== undefined) {
    for (const id of p.subscriptionIdentifiers) {
      bytes[at++] = 0x0b;
      at = putVarint(bytes, at, id);
    }
  }
  return at;
}

function varintSize(value: number): number {
  return value < 0x80 ? 1 : value < 0x4000 ? 2 : value < 0x200000 ? 3 : 4;
}

function putVarint(bytes: Uint8Array, start: number, value: number): number {
  let at = start;
  let rest = value;
  while (rest >= 0x80) {
    bytes[at++] = rest & 0x7f | 0x80;
    rest >>>= 7;
  }
  bytes[at++] = rest;
  return at;
}
