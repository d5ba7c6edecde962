// CONNECT (3.1): decoded, and taken through a list of steps, any of which may refuse or wait.
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
import { CONNECT_STEPS, type Connecting, identityOf, tell } from "./connect_steps.ts";

export function handleConnect(
  context: BrokerContext,
  clients: Clients,
  connection: ClientConnection,
  frame: Frame,
  reader: Reader,
): void {
  let packet: Connect;
  // A malformed one is answered in its language
  connection.protocolVersion = peekVersion(reader) === 5 ? 5 : 4;
  if (connection.protocolVersion === 5 && !frame.shortest) throw notShortest();
  try {
    packet = decodeConnect(frame.header, reader);
  } catch (error) {
    if (error instanceof UnsupportedVersion) return refuseVersion(context, connection, error);
    throw error;
  }
  const username = connection.transport.certificate?.username;
  if (username !== undefined) packet = { ...packet, username };
  connection.protocolVersion = packet.protocolVersion;
  connection.maximumPacketSize = packet.maximumPacketSize ?? Infinity;
  const clientId = packet.clientId === "" ? crypto.randomUUID().replaceAll("-", "") : packet.clientId;
  take({ context, clients, connection, packet, clientId }, 0);
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

/** The connection reads nothing more until it is decided, and may be gone by then. */
function wait(connecting: Connecting, decision: Promise<ReasonCode | undefined>, next: number): void {
  const { context, connection, clientId } = connecting;
  tell(connecting, clientId);
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

function refuse(connecting: Connecting, code: ReasonCode): void {
  const { context, connection, packet } = connecting;
  answer(context, connection, tell(connecting, packet.clientId), code, connecting.limit);
}

/** 3.1.1 return code 1, or 5.0's 0x84 for versions that came after it. [MQTT-3.1.2-2] */
function refuseVersion(
  context: BrokerContext,
  connection: ClientConnection,
  { claimed }: UnsupportedVersion,
): void {
  const { protocolVersion, clientId, username, keepAlive, clean } = claimed;
  connection.protocolVersion = protocolVersion > 5 ? 5 : 4;
  let event: ClientConnect | undefined;
  if (clientId !== undefined) {
    const identity = identityOf(context, connection.peer, clientId, username);
    event = { identity, keepAlive, protocolVersion, clean };
    context.hooks.client_connect?.(event);
  }
  answer(context, connection, event, Reason.UnsupportedProtocolVersion);
}

/**
 * The refusing CONNACK, and the end.
 * @param event `undefined` where the CONNECT could not be read that far
 * @param reason what counts it; default: the text of the answer
 */
function answer(
  { hooks, refusals }: BrokerContext,
  connection: ClientConnection,
  event: ClientConnect | undefined,
  code: ReasonCode,
  reason?: string,
): void {
  const connAck = refusalText(code);
  refusals.count(reason ?? connAck, connection.peer);
  if (event !== undefined) hooks.client_connack?.({ ...event, connAck });
  if (connection.maximumPacketSize >= SMALLEST_CONNACK) {
    writeConnackRefused(connection.out, connection.protocolVersion, code);
  }
  connection.close(connAck);
}

/** `conn_ack` of a refusal: the five sentences there are, whatever the version; and `Banned`. */
function refusalText(code: ReasonCode): string {
  if (code === Reason.Banned) return "Banned";
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
