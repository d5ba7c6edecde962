// Decodes what clients send, one function per packet type.
//
// Ours instead of mqtt-packet's parser, which accepts ill-formed UTF-8, U+0000, repeated and misplaced
// properties, bytes after the end and Packet Identifier 0, loses the order of User Properties, and makes
// objects that the hot path does without. mqtt-packet stays as the encoder of everything that is not hot
// (encode.ts) and as the twin in the tests.
import { malformed, MqttError, protocolError } from "./error.ts";
import {
  type Acknowledgement,
  type Connect,
  type Disconnect,
  PacketType,
  type ProtocolVersion,
  type Publish,
  type QoS,
  type Subscribe,
  type SubscriptionRequest,
  type Unsubscribe,
  type Will,
} from "./packets.ts";
import { NO_USER_PROPERTIES, Properties, readProperties } from "./properties.ts";
import { NO_PROPERTIES, readPublishProperties } from "./publish_properties.ts";
import { Reader } from "./reader.ts";
import { Reason } from "./reason_codes.ts";
import type { TopicCache } from "./topic_cache.ts";
import { topicNameProblem } from "./topics.ts";

const NO_PROPERTIES_AT_ALL = new Properties();

/** The low four bits every packet type but PUBLISH must have. [MQTT-2.2.2-1] [MQTT-2.1.3-1] */
function checkFlags(header: number, wanted: number): void {
  if ((header & 0x0f) !== wanted) {
    throw malformed("the reserved flags of the fixed header are not as they must be");
  }
}

/** The header without DUP where 3.1 lets a client set it: on SUBSCRIBE, UNSUBSCRIBE and PUBREL sent again. */
function withoutDup(header: number, version: ProtocolVersion): number {
  return version === 3 ? header & 0xf7 : header;
}

/** A CONNECT of a protocol version that is not spoken here, with what could be read of it. */
export class UnsupportedVersion extends MqttError {
  constructor(
    readonly claimed: {
      readonly protocolVersion: number;
      /** `undefined` where the rest is not laid out as in 3.1.1. */
      readonly clientId: string | undefined;
      readonly username: string | undefined;
      readonly keepAlive: number;
      readonly clean: boolean;
    },
  ) {
    super(Reason.UnsupportedProtocolVersion, `protocol version ${claimed.protocolVersion} is not supported`);
  }
}

/**
 * The Protocol Version of a CONNECT that may be malformed behind it; `undefined` where even that is not
 * there.
 */
export function peekVersion(reader: Reader): number | undefined {
  const { bytes, position, end } = reader;
  const name = (bytes[position] ?? 0) << 8 | (bytes[position + 1] ?? 0);
  const at = position + 2 + name;
  return at < end ? bytes[at] : undefined;
}

/** CONNECT (3.1). Throws MqttError; UnsupportedVersion where the version alone is the reason. */
export function decodeConnect(header: number, reader: Reader): Connect {
  checkFlags(header, 0);
  return readConnect(reader, readProtocol(reader));
}

/** Everything behind the Protocol Version. */
function readConnect(reader: Reader, protocolVersion: ProtocolVersion): Connect {
  const flags = reader.byte();
  if ((flags & 0x01) !== 0) throw malformed("the reserved Connect Flag is 1"); // [MQTT-3.1.2-3]
  const willQos = flags >> 3 & 0x03;
  const hasWill = (flags & 0x04) !== 0;
  // 3.1 disregards both where there is no Will.
  if (hasWill || protocolVersion > 3) {
    if (willQos === 3) throw malformed("Will QoS is 3"); // [MQTT-3.1.2-12]
    // [MQTT-3.1.2-11] [MQTT-3.1.2-13]
    if (!hasWill && (flags & 0x38) !== 0) throw malformed("Will QoS or Will Retain without a Will");
  }
  const hasPassword = (flags & 0x40) !== 0;
  const hasUsername = (flags & 0x80) !== 0;
  // [MQTT-3.1.2-22]
  if (hasPassword && !hasUsername && protocolVersion < 5) throw malformed("a Password without a User Name");
  const keepAlive = reader.uint16();
  const properties = protocolVersion === 5 ? readProperties(reader, "CONNECT") : NO_PROPERTIES_AT_ALL;
  const { numbers, strings } = properties;
  const authenticationMethod = strings.get("AuthenticationMethod");
  if (properties.binaries.has("AuthenticationData") && authenticationMethod === undefined) {
    throw protocolError("Authentication Data without an Authentication Method");
  }
  const clientId = reader.string();
  const will = hasWill ? readWill(reader, protocolVersion, willQos as QoS, (flags & 0x20) !== 0) : undefined;
  // In 3.1 the Remaining Length takes precedence over both flags: what they announce may be missing.
  const mayEnd = protocolVersion === 3;
  const username = hasUsername && !(mayEnd && reader.atEnd) ? reader.string() : undefined;
  const password = hasPassword && !(mayEnd && reader.atEnd) ? reader.binary().slice() : undefined;
  reader.finish();
  return {
    protocolVersion,
    clientId,
    clean: (flags & 0x02) !== 0,
    keepAlive,
    username,
    password,
    will,
    sessionExpiryInterval: numbers.get("SessionExpiryInterval"),
    receiveMaximum: numbers.get("ReceiveMaximum") ?? 65_535,
    maximumPacketSize: numbers.get("MaximumPacketSize"),
    topicAliasMaximum: numbers.get("TopicAliasMaximum") ?? 0,
    authenticationMethod,
    userProperties: properties.userProperties.length === 0 ? NO_USER_PROPERTIES : properties.userProperties,
  };
}

function readProtocol(reader: Reader): ProtocolVersion {
  const name = reader.string();
  const version = reader.byte();
  if (name !== "MQTT" && name !== "MQIsdp") {
    const what = "the Protocol Name is neither MQTT nor MQIsdp"; // [MQTT-3.1.2-1]
    throw version === 5 ? new MqttError(Reason.UnsupportedProtocolVersion, what) : malformed(what);
  }
  if (name === "MQIsdp" && version === 3) return 3;
  if (name === "MQTT" && (version === 4 || version === 5)) return version;
  throw unsupportedVersion(reader, version); // [MQTT-3.1.2-2]
}

/** Reads on as if it were 3.1.1, so that the refusal can be told with a name. */
function unsupportedVersion(reader: Reader, protocolVersion: number): UnsupportedVersion {
  try {
    const { clientId, username, keepAlive, clean } = readConnect(reader, 4);
    return new UnsupportedVersion({ protocolVersion, clientId, username, keepAlive, clean });
  } catch (error) {
    if (!(error instanceof MqttError)) throw error;
    // Laid out in a way only that version knows.
    return new UnsupportedVersion({
      protocolVersion,
      clientId: undefined,
      username: undefined,
      keepAlive: 0,
      clean: false,
    });
  }
}

function readWill(reader: Reader, version: ProtocolVersion, qos: QoS, retain: boolean): Will {
  const read = version === 5 ? readPublishProperties(reader, "WILL") : undefined;
  const topic = reader.string();
  const problem = topicNameProblem(topic);
  // Not 0x90, which is for well-formed names that are not accepted (3.2.2.2).
  if (problem !== undefined) throw malformed(`Will Topic: ${problem}`);
  return {
    topic,
    payload: reader.binary().slice(),
    qos,
    retain,
    delayInterval: read?.all.numbers.get("WillDelayInterval") ?? 0,
    properties: read?.publish ?? NO_PROPERTIES,
  };
}

/** PUBLISH (3.3): the hot path, so it reads the bytes itself. Throws MqttError. */
export function decodePublish(
  header: number,
  bytes: Uint8Array,
  start: number,
  end: number,
  version: ProtocolVersion,
  topics: TopicCache,
): Publish {
  const qos = header >> 1 & 0x03;
  if (qos === 3) throw malformed("QoS is 3"); // [MQTT-3.3.1-4]
  const dup = (header & 0x08) !== 0;
  if (dup && qos === 0) throw malformed("DUP is set on a QoS 0 PUBLISH"); // [MQTT-3.3.1-2]
  const topicStart = start + 2;
  if (topicStart > end) throw malformed("the packet ends too early");
  const topicEnd = topicStart + ((bytes[start] ?? 0) << 8 | (bytes[start + 1] ?? 0));
  if (topicEnd > end) throw malformed("the Topic Name is longer than its packet");
  let position = topicEnd;
  let packetId = 0;
  if (qos > 0) {
    if (position + 2 > end) throw malformed("the packet ends too early");
    packetId = (bytes[position] ?? 0) << 8 | (bytes[position + 1] ?? 0);
    if (packetId === 0) throw malformed("Packet Identifier is 0"); // [MQTT-2.3.1-1] [MQTT-2.2.1-3]
    position += 2;
  }
  let properties = NO_PROPERTIES;
  let topicAlias = 0;
  if (version === 5) {
    if (position < end && bytes[position] === 0) position++; // no properties, the usual case
    else {
      const reader = new Reader(bytes, position, end);
      const read = readPublishProperties(reader, "PUBLISH");
      position = reader.position;
      properties = read.publish;
      topicAlias = read.all.numbers.get("TopicAlias") ?? 0;
    }
  }
  if (topicStart === topicEnd && topicAlias === 0) {
    // 3.3.2.1: an empty Topic Name without a Topic Alias is a Protocol Error; [MQTT-4.7.3-1] for 3.x.
    throw protocolError("the Topic Name is empty");
  }
  return {
    dup,
    qos: qos as QoS,
    retain: (header & 0x01) !== 0,
    topic: topicStart === topicEnd ? undefined : topics.at(bytes, topicStart, topicEnd),
    packetId,
    topicAlias,
    properties,
    payload: bytes.subarray(position, end),
  };
}

/** PUBACK, PUBREC, PUBREL, PUBCOMP (3.4 to 3.7). PUBREL has flags 2, the others 0. Throws MqttError. */
export function decodeAcknowledgement(
  header: number,
  bytes: Uint8Array,
  start: number,
  end: number,
  version: ProtocolVersion,
): Acknowledgement {
  if (header >> 4 === PacketType.PUBREL) checkFlags(withoutDup(header, version), 0x02); // [MQTT-3.6.1-1]
  else checkFlags(header, 0x00);
  const reader = new Reader(bytes, start, end);
  const packetId = readPacketId(reader);
  let reasonCode = 0;
  if (version === 5 && !reader.atEnd) {
    reasonCode = reader.byte();
    const allowed = header >> 4 >= PacketType.PUBREL ? RELEASE_CODES : RECEIVE_CODES;
    if (!allowed.has(reasonCode)) {
      throw protocolError(`0x${reasonCode.toString(16)} is not a Reason Code of this packet`);
    }
    if (!reader.atEnd) readProperties(reader, "ACKNOWLEDGEMENT");
  }
  reader.finish();
  return { packetId, reasonCode };
}

/** PUBACK and PUBREC. [MQTT-3.4.2-1] [MQTT-3.5.2-1] */
const RECEIVE_CODES: ReadonlySet<number> = new Set([0x00, 0x10, 0x80, 0x83, 0x87, 0x90, 0x91, 0x97, 0x99]);
/** PUBREL and PUBCOMP. [MQTT-3.6.2-1] [MQTT-3.7.2-1] */
const RELEASE_CODES: ReadonlySet<number> = new Set([0x00, 0x92]);

/** SUBSCRIBE (3.8). Topic Filters are read, not judged: the broker does. Throws MqttError. */
export function decodeSubscribe(header: number, reader: Reader, version: ProtocolVersion): Subscribe {
  checkFlags(withoutDup(header, version), 0x02); // [MQTT-3.8.1-1]
  const packetId = readPacketId(reader);
  const properties = version === 5 ? readProperties(reader, "SUBSCRIBE") : NO_PROPERTIES_AT_ALL;
  if (reader.atEnd) throw protocolError("a SUBSCRIBE without a Topic Filter"); // [MQTT-3.8.3-2]
  const subscriptions: SubscriptionRequest[] = [];
  while (!reader.atEnd) {
    const topicFilter = reader.string();
    const options = reader.byte();
    const qos = options & 0x03;
    const retainHandling = options >> 4 & 0x03;
    // [MQTT-3.8.3-5] for 5.0, [MQTT-3-8.3-4] for 3.1.1
    if ((options & (version === 5 ? 0xc0 : 0xfc)) !== 0) {
      throw malformed("reserved bits of Subscription Options are set");
    }
    // Malformed in 3.1.1 [MQTT-3-8.3-4], a Protocol Error in 5.0 (3.8.3.1).
    if (qos === 3) {
      throw version === 5 ? protocolError("requested QoS is 3") : malformed("requested QoS is 3");
    }
    if (retainHandling === 3) throw protocolError("Retain Handling is 3");
    subscriptions.push({
      topicFilter,
      qos: qos as QoS,
      noLocal: (options & 0x04) !== 0,
      retainAsPublished: (options & 0x08) !== 0,
      retainHandling: retainHandling as 0 | 1 | 2,
    });
  }
  return {
    packetId,
    subscriptionIdentifier: properties.numbers.get("SubscriptionIdentifier"),
    subscriptions,
  };
}

/** UNSUBSCRIBE (3.10). Throws MqttError. */
export function decodeUnsubscribe(header: number, reader: Reader, version: ProtocolVersion): Unsubscribe {
  checkFlags(withoutDup(header, version), 0x02); // [MQTT-3.10.1-1]
  const packetId = readPacketId(reader);
  if (version === 5) readProperties(reader, "UNSUBSCRIBE");
  if (reader.atEnd) throw protocolError("an UNSUBSCRIBE without a Topic Filter"); // [MQTT-3.10.3-2]
  const topicFilters: string[] = [];
  while (!reader.atEnd) topicFilters.push(reader.string());
  return { packetId, topicFilters };
}

/** PINGREQ (3.12): nothing but its header. Throws MqttError. */
export function decodePingreq(header: number, reader: Reader): void {
  checkFlags(header, 0);
  reader.finish();
}

/** DISCONNECT (3.14). Throws MqttError. */
export function decodeDisconnect(header: number, reader: Reader, version: ProtocolVersion): Disconnect {
  checkFlags(header, 0); // [MQTT-3.14.1-1]
  let reasonCode = 0;
  let properties = NO_PROPERTIES_AT_ALL;
  if (version === 5 && !reader.atEnd) {
    reasonCode = reader.byte();
    if (!DISCONNECT_CODES.has(reasonCode)) {
      throw protocolError(`0x${reasonCode.toString(16)} is not a Reason Code a client disconnects with`);
    }
    if (!reader.atEnd) properties = readProperties(reader, "DISCONNECT");
  }
  reader.finish();
  return {
    reasonCode,
    sessionExpiryInterval: properties.numbers.get("SessionExpiryInterval"),
    reasonString: properties.strings.get("ReasonString"),
  };
}

/** AUTH (3.15), 5.0 only: its layout, for no code and no method in it could be accepted. Throws MqttError. */
export function decodeAuth(header: number, reader: Reader): void {
  checkFlags(header, 0); // [MQTT-3.15.1-1]
  if (!reader.atEnd) reader.byte();
  if (!reader.atEnd) readProperties(reader, "AUTH");
  reader.finish();
}

/** Those of 3.14.2.1 that a client may send. */
const DISCONNECT_CODES: ReadonlySet<number> = new Set(
  [0x00, 0x04, 0x80, 0x81, 0x82, 0x83, 0x90, 0x93, 0x94, 0x95, 0x96, 0x97, 0x98, 0x99],
);

function readPacketId(reader: Reader): number {
  const packetId = reader.uint16();
  if (packetId === 0) throw malformed("Packet Identifier is 0"); // [MQTT-2.3.1-1]
  return packetId;
}
