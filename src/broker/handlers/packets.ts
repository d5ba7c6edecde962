// Each packet of a client to its handler: one file for each packet type.
import {
  decodeAcknowledgement,
  decodeAuth,
  decodeDisconnect,
  decodePingreq,
  decodeSubscribe,
  decodeUnsubscribe,
} from "../../mqtt/decode.ts";
import { writePingresp } from "../../mqtt/encode.ts";
import { MqttError, protocolError } from "../../mqtt/error.ts";
import { type Frame, notShortest } from "../../mqtt/framing.ts";
import { PacketType } from "../../mqtt/packets.ts";
import { Reader } from "../../mqtt/reader.ts";
import { Reason } from "../../mqtt/reason_codes.ts";
import type { Client, ClientConnection } from "../client.ts";
import type { Clients } from "../clients.ts";
import type { BrokerContext } from "../context.ts";
import type { MessageRate } from "../message_rate.ts";
import { handleAcknowledgement } from "./acknowledgement.ts";
import { handleConnect } from "./connect.ts";
import { handleDisconnect } from "./disconnect.ts";
import { handlePublish } from "./publish.ts";
import { handleSubscribe } from "./subscribe.ts";
import { handleUnsubscribe } from "./unsubscribe.ts";

/** Decodes one whole packet and does what it asks. Throws MqttError where the peer broke the protocol. */
export function handlePacket(
  context: BrokerContext,
  clients: Clients,
  connection: ClientConnection,
  frame: Frame,
  bytes: Uint8Array,
): void {
  const { header, bodyStart, end } = frame;
  const { client, protocolVersion: version } = connection;
  if (client === undefined) {
    return handleConnect(context, clients, connection, frame, new Reader(bytes, bodyStart, end));
  }
  if (version === 5 && !frame.shortest) throw notShortest();
  const type = header >> 4;
  switch (type) {
    case PacketType.PUBLISH:
      if (client.rate !== undefined) countMessage(context, client, client.rate, end - bodyStart);
      return handlePublish(context, client, header, bytes, bodyStart, end);
    case PacketType.PUBACK:
    case PacketType.PUBREC:
    case PacketType.PUBREL:
    case PacketType.PUBCOMP:
      return handleAcknowledgement(
        client,
        type,
        decodeAcknowledgement(header, bytes, bodyStart, end, version),
      );
    default: // not hot
      return handleOther(context, client, type, header, new Reader(bytes, bodyStart, end));
  }
}

/** A client that sends more than it may is not read until the rate allows more, or sent away. */
function countMessage(
  { turn, throttled }: BrokerContext,
  { connection }: Client,
  rate: MessageRate,
  size: number,
): void {
  const limit = rate.count(size, turn.monotonic);
  if (limit === undefined) return;
  throttled.count(limit, connection.peer);
  if (connection.options.disconnectIfOverRate) {
    throw new MqttError(Reason.MessageRateTooHigh, `messages come faster than ${limit}`);
  }
  connection.hold();
}

function handleOther(
  context: BrokerContext,
  client: Client,
  type: number,
  header: number,
  reader: Reader,
): void {
  const { connection } = client;
  const version = connection.protocolVersion;
  switch (type) {
    case PacketType.SUBSCRIBE:
      return handleSubscribe(context, client, decodeSubscribe(header, reader, version));
    case PacketType.UNSUBSCRIBE:
      return handleUnsubscribe(context, client, decodeUnsubscribe(header, reader, version));
    case PacketType.PINGREQ:
      decodePingreq(header, reader);
      writePingresp(connection.out); // [MQTT-3.12.4-1]
      return connection.touch();
    case PacketType.DISCONNECT:
      return handleDisconnect(client, decodeDisconnect(header, reader, version));
    case PacketType.CONNECT:
      throw protocolError("a second CONNECT"); // [MQTT-3.1.0-2]
    case PacketType.AUTH:
      if (version < 5) throw protocolError("packet type 15 is reserved");
      decodeAuth(header, reader);
      throw protocolError("an AUTH without an Authentication Method in the CONNECT"); // [MQTT-4.12.0-7]
    default:
      throw protocolError("a packet that a client must not send here");
  }
}
