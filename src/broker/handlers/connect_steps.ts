// What a CONNECT goes through, in this order. A new condition is one step more.
import type { Principal } from "../../access/access.ts";
import { ClientIdentity } from "../../hooks/client_identity.ts";
import type { ClientConnect } from "../../hooks/events.ts";
import { type ConnackProperties, connackSize, writeConnackAccepted } from "../../mqtt/encode.ts";
import { MAX_PACKET_SIZE } from "../../mqtt/framing.ts";
import type { Connect } from "../../mqtt/packets.ts";
import { Reason, type ReasonCode } from "../../mqtt/reason_codes.ts";
import { Client, type ClientConnection } from "../client.ts";
import type { Clients } from "../clients.ts";
import type { BrokerContext } from "../context.ts";
import type { ListenerOptions } from "../options.ts";
import { OutgoingAliases } from "../outgoing_aliases.ts";
import { pendingDecisions, revokeDenied } from "../reauthorise.ts";
import { sessionExpiry } from "../session_expiry.ts";
import type { Subscription } from "../subscription.ts";

/** A CONNECT on its way through the steps. */
export interface Connecting {
  readonly context: BrokerContext;
  readonly clients: Clients;
  readonly connection: ClientConnection;
  readonly packet: Connect;
  /** The assigned one where the client sent none. */
  readonly clientId: string;
  /** What the lines show of it, once it is told. */
  event?: ClientConnect;
  /**
   * Set by `checkRoom`: what the operator is told, for the client hears only that the server is unavailable.
   */
  limit?: string;
  /** Set by `authenticate`. */
  principal?: Principal;
  /** Set by `authoriseSubscriptions`: of those that had to be waited for. */
  mayHave?: ReadonlyMap<Subscription, boolean>;
}

/**
 * Tells the hooks of the CONNECT, where nobody did before.
 * @param clientId only an accepted client is assigned one
 */
export function tell(connecting: Connecting, clientId: string): ClientConnect {
  if (connecting.event !== undefined) return connecting.event;
  const { context, connection, packet: { username, keepAlive, protocolVersion, clean } } = connecting;
  const identity = identityOf(context, connection.peer, clientId, username);
  const event = connecting.event = { identity, keepAlive, protocolVersion, clean };
  context.hooks.client_connect?.(event);
  return event;
}

/** Whom the lines show: a token in the username's place is nobody's name. */
export function identityOf(
  { options, access }: BrokerContext,
  peer: string,
  clientId: string,
  username: string | undefined,
): ClientIdentity {
  const isSecret = username !== undefined && access.isToken?.(username);
  return new ClientIdentity(options.nodeId, peer, clientId, isSecret ? undefined : username);
}

/** Refuses with a Reason Code, or lets pass; at once, or when it is decided. */
type Step = (connecting: Connecting) => ReasonCode | undefined | Promise<ReasonCode | undefined>;

export const CONNECT_STEPS: readonly Step[] = [
  checkClientIdentifier,
  checkRoom,
  checkKeepAlive,
  checkWill,
  checkAnswerFits,
  authenticate,
  authoriseWill,
  authoriseSubscriptions,
  checkRoom, // again: others may have come while it was decided
  checkDurability,
  tellAccepted,
  takeOver,
  open,
];

function checkClientIdentifier({ packet, connection }: Connecting): ReasonCode | undefined {
  const { clientId, clean, protocolVersion } = packet;
  if (clientId === "" && (protocolVersion === 3 || (protocolVersion === 4 && !clean))) {
    return Reason.ClientIdentifierNotValid; // [MQTT-3.1.3-8]; 3.1 knows no empty one
  }
  // That 3.1 wants more than 23 characters refused is not kept: devices have them, and other brokers accept
  // them.
  const bytes = new TextEncoder().encode(clientId).length;
  return bytes > connection.options.maxClientIdLength ? Reason.ClientIdentifierNotValid : undefined;
}

function checkRoom(connecting: Connecting): ReasonCode | undefined {
  const { clients, connection: { listener, options }, clientId } = connecting;
  if (!clients.hasRoomFor(clientId)) {
    connecting.limit = "TooManySessions";
    return Reason.QuotaExceeded;
  }
  if (clients.isConnected(clientId)) return undefined; // it takes the place that it has
  if (listener.clients >= options.maxConnections) connecting.limit = "TooManyClientsOfListener";
  else if (!clients.hasRoom) connecting.limit = "TooManyClients";
  else return undefined;
  return Reason.ServerUnavailable;
}

/**
 * A session that is to be stored, or that is, can be neither made, taken up nor ended while nothing is
 * stored; none at all while no line is written that must be.
 */
function checkDurability(
  { context, clients, connection, packet, clientId }: Connecting,
): ReasonCode | undefined {
  const stored = clients.sessionOf(clientId)?.isStored || expiryOf(packet, connection.options) > 0;
  return context.durability.refusal(stored) === undefined ? undefined : Reason.ServerUnavailable;
}

/** 3.x cannot be told another Keep Alive. */
function checkKeepAlive({ packet, connection: { options } }: Connecting): ReasonCode | undefined {
  const granted = grantedKeepAlive(packet, options) === packet.keepAlive;
  return granted || packet.protocolVersion === 5 ? undefined : Reason.ServerUnavailable;
}

function checkWill({ packet: { will }, connection: { options } }: Connecting): ReasonCode | undefined {
  if (will === undefined) return undefined;
  if (will.qos > options.maxQos) return Reason.QoSNotSupported; // [MQTT-3.2.2-12]
  return will.retain && !options.retainAvailable ? Reason.RetainNotSupported : undefined; // [MQTT-3.2.2-13]
}

/** The client could not be told what it must know, and no smaller packet tells it. [MQTT-3.1.2-24] */
function checkAnswerFits({ packet, connection, clientId }: Connecting): ReasonCode | undefined {
  if (connection.maximumPacketSize >= LARGEST_CONNACK) return undefined;
  const size = connackSize(announce(packet, connection.options, clientId));
  return size > connection.maximumPacketSize ? Reason.ImplementationSpecificError : undefined;
}

function authenticate(connecting: Connecting): ReturnType<Step> {
  const { context, connection, packet, clientId } = connecting;
  if (packet.authenticationMethod !== undefined) return Reason.BadAuthenticationMethod; // [MQTT-4.12.0-1]
  const answer = context.access.connect({
    clientId,
    username: packet.username,
    password: packet.password,
    certificate: connection.transport.certificate,
    address: connection.peer,
    protocolVersion: packet.protocolVersion,
    listener: connection.listener.name,
    allowAnonymous: connection.listener.allowAnonymous,
  });
  const decided = (it: Awaited<typeof answer>): ReasonCode | undefined => {
    if ("refusal" in it) return it.refusal;
    connecting.principal = it;
    return undefined;
  };
  return answer instanceof Promise ? answer.then(decided) : decided(answer);
}

function authoriseWill({ packet: { will }, principal }: Connecting): ReturnType<Step> {
  if (will === undefined) return undefined;
  const allowed = principal?.mayPublish(will.topic, will.qos, will.retain) ?? false;
  const decided = (it: boolean): ReasonCode | undefined => it ? undefined : Reason.NotAuthorized;
  return allowed instanceof Promise ? allowed.then(decided) : decided(allowed);
}

/** Asks for what must be waited for, of the subscriptions that its session has: it may be another user's. */
function authoriseSubscriptions(connecting: Connecting): ReturnType<Step> {
  const { clients, clientId, packet, principal, context } = connecting;
  const session = packet.clean ? undefined : clients.sessionOf(clientId);
  if (session === undefined || principal === undefined) return undefined;
  const asked = pendingDecisions(context, principal, session);
  return asked?.then((mayHave) => {
    connecting.mayHave = mayHave;
    return undefined;
  });
}

function tellAccepted(connecting: Connecting): undefined {
  tell(connecting, connecting.clientId);
}

function takeOver({ clients, clientId }: Connecting): undefined {
  clients.takeOver(clientId);
}

/** The session, the CONNACK, and what waited. */
function open(connecting: Connecting): undefined {
  const { context, clients, connection, packet, clientId, event, principal } = connecting;
  if (event === undefined || principal === undefined) {
    throw new Error("a CONNECT was accepted that nobody authenticated");
  }
  const { options } = connection;
  const { identity } = event;
  const { session, present } = clients.openSession(
    identity,
    packet.clean,
    expiryOf(packet, options),
    options,
  );
  context.hooks.client_connack?.({ ...event, connAck: "Connection Accepted" });
  const { protocolVersion, sessionExpiryInterval = 0, will, topicAliasMaximum } = packet;
  const keepAlive = grantedKeepAlive(packet, options);
  session.visit = {
    listener: connection.listener.name,
    protocolVersion,
    keepAlive,
    clean: packet.clean,
    sessionPresent: present,
    connectedAt: context.turn.now,
    end: undefined,
    limits: options,
    received: 0,
  };
  const client = new Client(identity, principal, session, connection, sessionExpiryInterval, will);
  connection.open({
    client,
    keepAliveTimeout: keepAlive === 0 ? Infinity : keepAlive * options.keepAliveBackoff * 2 * 1000,
    receiveMaximum: packet.receiveMaximum,
    outgoingAliases: topicAliasMaximum > 0 ? new OutgoingAliases(topicAliasMaximum) : undefined,
  });
  clients.opened(client);
  const properties = protocolVersion === 5 ? announce(packet, options, clientId) : {};
  writeConnackAccepted(connection.out, protocolVersion, present, properties);
  connection.touch();
  context.hooks.client_connected?.({
    ...event,
    connectedAt: context.turn.now,
    sessionPresent: present,
    ...(packet.userProperties.length > 0 && { userProperties: packet.userProperties }),
  });
  if (present) revokeDenied(context, session, connecting.mayHave);
  session.deliveries.resume();
}

/** No CONNACK of {@link announce} is larger, bytes: an assigned Client Identifier and seven numbers. */
const LARGEST_CONNACK = 128;

/** How long the session outlives the connection, milliseconds. */
function expiryOf(packet: Connect, options: ListenerOptions): number {
  if (packet.protocolVersion < 5) return packet.clean ? 0 : options.sessionExpiryInterval;
  return sessionExpiry(packet.sessionExpiryInterval ?? 0, options);
}

/** Seconds. */
function grantedKeepAlive({ keepAlive }: Connect, options: ListenerOptions): number {
  if (keepAlive === 0) return options.allowZeroKeepAlive ? 0 : options.maxKeepAlive;
  return Math.min(Math.max(keepAlive, options.minKeepAlive), options.maxKeepAlive);
}

/** CONNACK properties: only what differs from what the client would assume. */
function announce(packet: Connect, options: ListenerOptions, clientId: string): ConnackProperties {
  const properties: ConnackProperties = {};
  const asked = packet.sessionExpiryInterval ?? 0;
  const granted = sessionExpiry(asked, options);
  if (asked > 0 && granted !== Infinity && granted !== asked * 1000) {
    properties.sessionExpiryInterval = Math.floor(granted / 1000);
  }
  if (options.maxInflight < 65_535) properties.receiveMaximum = options.maxInflight;
  if (options.maxQos < 2) properties.maximumQoS = options.maxQos === 0 ? 0 : 1;
  if (!options.retainAvailable) properties.retainAvailable = false;
  if (options.maxPacketSize < MAX_PACKET_SIZE) properties.maximumPacketSize = options.maxPacketSize;
  if (packet.clientId === "") properties.assignedClientIdentifier = clientId; // [MQTT-3.1.3-7]
  if (options.maxTopicAliases > 0) properties.topicAliasMaximum = options.maxTopicAliases;
  const keepAlive = grantedKeepAlive(packet, options);
  if (keepAlive !== packet.keepAlive) properties.serverKeepAlive = keepAlive;
  return properties;
}
