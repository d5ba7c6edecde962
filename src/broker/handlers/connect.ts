// CONNECT (3.1): decoded, told to the hooks, and then taken through a list of steps, any of which may refuse or wait.
import { ClientIdentity } from "../../hooks/client_identity.ts";
import type { ClientConnect } from "../../hooks/events.ts";
import { errorText } from "../../base/error_text.ts";
import { decodeConnect, peekVersion, UnsupportedVersion } from "../../mqtt/decode.ts";
import { SMALLEST_CONNACK, writeConnackRefused } from "../../mqtt/encode.ts";
import { type Frame, notShortest } from "../../mqtt/framing.ts";
import type { Connect } from "../../mqtt/packets.ts";
import type { Reader } from "../../mqtt/reader.ts";
import { connackReturnCode, Reason, type ReasonCode } from "../../mqtt/reason_codes.ts";
import type { ClientConnection } from "../client.ts";
import type { Clients } from "../clients.ts";
import type { BrokerContext } from "../context.ts";
import { CONNECT_STEPS, type Connecting } from "./connect_steps.ts";

export function handleConnect(
  context: BrokerContext,
  clients: Clients,
  connection: ClientConnection,
  frame: Frame,
  reader: Reader,
): void {
  let packet: Connect;
  connection.protocolVersion = peekVersion(reader) === 5 ? 5 : 4; // a malformed one is answered in its language
  if (connection.protocolVersion === 5 && !frame.shortest) throw notShortest();
  try {
    packet = decodeConnect(frame.header, reader);
  } catch (error) {
    if (error instanceof UnsupportedVersion) return refuseVersion(context, connection, error);
    throw error;
  }
  connection.protocolVersion = packet.protocolVersion;
  connection.maximumPacketSize = packet.maximumPacketSize ?? Infinity;
  const clientId = packet.clientId === "" ? crypto.randomUUID().replaceAll("-", "") : packet.clientId;
  const event: ClientConnect = {
    identity: new ClientIdentity(context.options.nodeId, connection.peer, clientId, packet.username),
    keepAlive: packet.keepAlive,
    protocolVersion: packet.protocolVersion,
    clean: packet.clean,
  };
  context.hooks.client_connect?.(event);
  take({ context, clients, connection, packet, event, identity: event.identity }, 0);
}

/** Takes the steps from `next` on. Where one must wait, the others follow when it is decided. */
function take(connecting: Connecting, next: number): void {
  for (const [i, step] of CONNECT_STEPS.entries()) {
    if (i < next) continue;
    const refusal = step(connecting);
    if (refusal instanceof Promise) return wait(connecting, refusal, i + 1);
    if (refusal !== undefined) return refuse(connecting, refusal);
  }
}

/** The connection reads nothing more until it is decided, within `handshake_timeout`, and may be gone by then. */
function wait(connecting: Connecting, decision: Promise<ReasonCode | undefined>, next: number): void {
  const { context, connection } = connecting;
  connection.connecting();
  void decision.catch((error): ReasonCode => {
    const fields = { peer: connection.peer, error: errorText(error) };
    context.log("error", "whether a client may connect could not be decided", fields);
    return Reason.ServerUnavailable;
  }).then((refusal) => {
    context.turn.enter();
    if (connection.state !== "connecting") return;
    if (refusal === undefined) take(connecting, next);
    else refuse(connecting, refusal);
  });
}

function refuse(
  { context, connection, event }: Omit<Connecting, "packet" | "clients">,
  code: ReasonCode,
): void {
  const connAck = refusalText(code);
  context.hooks.client_connack?.({ ...event, connAck });
  if (connection.maximumPacketSize >= SMALLEST_CONNACK) {
    writeConnackRefused(connection.out, connection.protocolVersion, code);
  }
  connection.close(connAck);
}

/** 3.1.1 return code 1, or 5.0's 0x84 for versions that came after it. [MQTT-3.1.2-2] */
function refuseVersion(
  context: BrokerContext,
  connection: ClientConnection,
  { claimed }: UnsupportedVersion,
): void {
  connection.protocolVersion = claimed.protocolVersion > 5 ? 5 : 4;
  const code = Reason.UnsupportedProtocolVersion;
  if (claimed.clientId === undefined) {
    writeConnackRefused(connection.out, connection.protocolVersion, code);
    return connection.close(refusalText(code));
  }
  const { nodeId } = context.options;
  const identity = new ClientIdentity(nodeId, connection.peer, claimed.clientId, claimed.username);
  const { keepAlive, protocolVersion, clean } = claimed;
  const event = { identity, keepAlive, protocolVersion, clean };
  context.hooks.client_connect?.(event);
  refuse({ context, connection, event, identity }, code);
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
