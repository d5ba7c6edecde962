// CONNECT (3.1), step by step: decode, tell the hooks, check, take over, make or resume the session, answer.
import { Subject } from "../../hooks/subject.ts";
import { decodeConnect, peekVersion, UnsupportedVersion } from "../../mqtt/decode.ts";
import {
  type ConnackProperties,
  connackSize,
  SMALLEST_CONNACK,
  writeConnackAccepted,
  writeConnackRefused,
} from "../../mqtt/encode.ts";
import { malformed } from "../../mqtt/error.ts";
import { type Frame, MAX_PACKET_SIZE } from "../../mqtt/framing.ts";
import type { Connect } from "../../mqtt/packets.ts";
import type { Reader } from "../../mqtt/reader.ts";
import { connackReturnCode, Reason, type ReasonCode } from "../../mqtt/reason_codes.ts";
import type { ClientConnect } from "../../hooks/events.ts";
import type { Client } from "../client.ts";
import type { Connection } from "../connection.ts";
import { OutgoingAliases } from "../outgoing_aliases.ts";
import type { ListenerOptions } from "../options.ts";

/** Session Expiry Interval that means "never". (3.1.2.11.2) */
const NEVER = 0xffffffff;

/** No CONNACK of {@link announce} is larger, bytes: an assigned Client Identifier and seven numbers. */
const LARGEST_CONNACK = 128;

export function handleConnect(connection: Connection, frame: Frame, reader: Reader): void {
  let packet: Connect;
  connection.protocolVersion = peekVersion(reader) === 5 ? 5 : 4; // so that a malformed one is answered in its language
  if (connection.protocolVersion === 5 && !frame.shortest) throw notShortest();
  try {
    packet = decodeConnect(frame.header, reader);
  } catch (error) {
    if (error instanceof UnsupportedVersion) return refuseVersion(connection, error);
    throw error;
  }
  const { broker, options } = connection;
  connection.protocolVersion = packet.protocolVersion;
  connection.maximumPacketSize = packet.maximumPacketSize ?? Infinity;
  const clientId = packet.clientId === "" ? crypto.randomUUID().replaceAll("-", "") : packet.clientId;
  const refusal = check(connection, packet, clientId);
  // Only an accepted client is assigned a Client Identifier.
  const named = refusal === undefined ? clientId : packet.clientId;
  const subject = new Subject(broker.options.nodeId, connection.peer, named, packet.username);
  const event: ClientConnect = {
    client: subject,
    keepAlive: packet.keepAlive,
    protocolVersion: packet.protocolVersion,
    clean: packet.clean,
  };
  broker.hooks.client_connect?.(event);
  if (refusal !== undefined) return refuse(connection, event, refusal);

  broker.takeOver(clientId);
  const { session, present } = broker.openSession(subject, packet.clean, expiryOf(packet, options), options);
  broker.hooks.client_connack?.({ ...event, connAck: "Connection Accepted" });
  const keepAlive = grantedKeepAlive(packet, options);
  const client: Client = {
    subject,
    session,
    keepAliveTimeout: keepAlive === 0 ? Infinity : keepAlive * options.keepAliveBackoff * 2 * 1000,
    connectExpiryInterval: packet.sessionExpiryInterval ?? 0,
    will: packet.will,
    aliases: new Map(),
    outgoingAliases: packet.topicAliasMaximum > 0 ? new OutgoingAliases(packet.topicAliasMaximum) : undefined,
  };
  connection.receiveMaximum = packet.receiveMaximum;
  connection.open(client);
  session.attach(connection, subject, options);
  writeConnackAccepted(
    connection.out,
    packet.protocolVersion,
    present,
    packet.protocolVersion === 5 ? announce(packet, options, clientId, keepAlive) : {},
  );
  connection.touch();
  broker.connectionOpened(connection);
  broker.hooks.client_connected?.({
    ...event,
    connectedAt: broker.turn.now,
    sessionPresent: present,
    ...(packet.userProperties.length > 0 && { userProperties: packet.userProperties }),
  });
  session.resume();
}

/** Why this client is not accepted, or `undefined`. Tells the hooks nothing. */
function check(connection: Connection, packet: Connect, clientId: string): ReasonCode | undefined {
  const { broker, options } = connection;
  // [MQTT-3.1.3-8]; 3.1 knows no empty one. That it wants those of more than 23 characters refused is not kept:
  // devices have them, and the other brokers accept them.
  if (
    packet.clientId === "" &&
    (packet.protocolVersion === 3 || (packet.protocolVersion === 4 && !packet.clean))
  ) {
    return Reason.ClientIdentifierNotValid;
  }
  if (new TextEncoder().encode(packet.clientId).length > options.maxClientIdLength) {
    return Reason.ClientIdentifierNotValid;
  }
  if (packet.authenticationMethod !== undefined) return Reason.BadAuthenticationMethod; // [MQTT-4.12.0-1]
  if (broker.clientCount(options) >= options.maxConnections && !broker.isConnected(clientId)) {
    return Reason.ServerUnavailable;
  }
  if (broker.lacksRoomFor(clientId)) return Reason.QuotaExceeded;
  if (grantedKeepAlive(packet, options) !== packet.keepAlive && packet.protocolVersion < 5) {
    return Reason.ServerUnavailable; // 3.x cannot be told another Keep Alive
  }
  if (packet.will !== undefined) {
    if (packet.will.qos > options.maxQos) return Reason.QoSNotSupported; // [MQTT-3.2.2-12]
    if (packet.will.retain && !options.retainAvailable) return Reason.RetainNotSupported; // [MQTT-3.2.2-13]
    if (!broker.access.publish(clientId, packet.will.topic)) return Reason.NotAuthorized;
  }
  if (connection.maximumPacketSize < LARGEST_CONNACK) {
    const answer = announce(packet, options, clientId, grantedKeepAlive(packet, options));
    // The client could not be told what it must know, and no smaller packet tells it. [MQTT-3.1.2-24]
    if (connackSize(answer) > connection.maximumPacketSize) return Reason.ImplementationSpecificError;
  }
  const decision = broker.access.connect({
    clientId,
    username: packet.username,
    password: packet.password,
    allowAnonymous: options.allowAnonymous,
  });
  return decision === Reason.Success ? undefined : decision;
}

function refuse(connection: Connection, event: ClientConnect, code: ReasonCode): void {
  const { broker } = connection;
  const reason = refusalText(code);
  broker.refusals.count(reason, connection.peer);
  broker.hooks.client_connack?.({ ...event, connAck: reason });
  if (connection.maximumPacketSize >= SMALLEST_CONNACK) {
    writeConnackRefused(connection.out, connection.protocolVersion, code);
  }
  connection.close(reason);
}

/** Of a 5.0 packet. [MQTT-1.5.5-1] */
export function notShortest(): Error {
  return malformed("the Remaining Length is not in its shortest form");
}

/** 3.1.1 return code 1, or 5.0's 0x84 for versions that came after it. [MQTT-3.1.2-2] */
function refuseVersion(connection: Connection, error: UnsupportedVersion): void {
  const { broker } = connection;
  const { claimed } = error;
  connection.protocolVersion = claimed.protocolVersion > 5 ? 5 : 4;
  if (claimed.clientId !== undefined) {
    const event: ClientConnect = {
      client: new Subject(broker.options.nodeId, connection.peer, claimed.clientId, claimed.username),
      keepAlive: claimed.keepAlive,
      protocolVersion: claimed.protocolVersion,
      clean: claimed.clean,
    };
    broker.hooks.client_connect?.(event);
    return refuse(connection, event, Reason.UnsupportedProtocolVersion);
  }
  broker.refusals.count(refusalText(Reason.UnsupportedProtocolVersion), connection.peer);
  writeConnackRefused(connection.out, connection.protocolVersion, Reason.UnsupportedProtocolVersion);
  connection.close("UnsupportedProtocolVersion");
}

/** `conn_ack` of a refusal: the five sentences there are, whatever the version. */
function refusalText(code: ReasonCode): string {
  switch (connackReturnCode(code)) {
    case 1:
      return "Connection Refused, unacceptable protocol version";
    case 2:
      return "Connection Refused, identifier rejected";
    case 4:
      return "Connection Refused, bad user name or password";
    case 5:
      return "Connection Refused, not authorized";
    default:
      return "Connection Refused, Server unavailable";
  }
}

/** How long the session outlives the connection, milliseconds. */
function expiryOf(packet: Connect, options: ListenerOptions): number {
  if (packet.protocolVersion < 5) return packet.clean ? 0 : options.sessionExpiryInterval;
  return sessionExpiryMs(packet.sessionExpiryInterval ?? 0, options);
}

/** A 5.0 Session Expiry Interval (seconds) under the listener's cap, in milliseconds. */
export function sessionExpiryMs(seconds: number, options: ListenerOptions): number {
  const asked = seconds === NEVER ? Infinity : seconds * 1000;
  const cap = options.maxSessionExpiryInterval;
  return cap === 0 ? asked : Math.min(asked, cap);
}

/** Seconds. */
function grantedKeepAlive(packet: Connect, options: ListenerOptions): number {
  const { keepAlive } = packet;
  if (keepAlive === 0) return options.allowZeroKeepAlive ? 0 : options.maxKeepAlive;
  return Math.min(Math.max(keepAlive, options.minKeepAlive), options.maxKeepAlive);
}

/** CONNACK properties: only what differs from what the client would assume. */
function announce(
  packet: Connect,
  options: ListenerOptions,
  clientId: string,
  keepAlive: number,
): ConnackProperties {
  const properties: ConnackProperties = {};
  const asked = packet.sessionExpiryInterval ?? 0;
  const granted = sessionExpiryMs(asked, options);
  if (asked > 0 && granted !== Infinity && granted !== asked * 1000) {
    properties.sessionExpiryInterval = Math.floor(granted / 1000);
  }
  if (options.maxInflight < 65_535) properties.receiveMaximum = options.maxInflight;
  if (options.maxQos < 2) properties.maximumQoS = options.maxQos === 0 ? 0 : 1;
  if (!options.retainAvailable) properties.retainAvailable = false;
  if (options.maxPacketSize < MAX_PACKET_SIZE) properties.maximumPacketSize = options.maxPacketSize;
  if (packet.clientId === "") properties.assignedClientIdentifier = clientId; // [MQTT-3.1.3-7]
  if (options.maxTopicAliases > 0) properties.topicAliasMaximum = options.maxTopicAliases;
  if (keepAlive !== packet.keepAlive) properties.serverKeepAlive = keepAlive;
  return properties;
}
