// Which packet goes to which handler. One file per packet type beside this one; the short ones are here.
import {
  decodeAcknowledgement,
  decodeAuth,
  decodeDisconnect,
  decodePingreq,
  decodeSubscribe,
  decodeUnsubscribe,
} from "../../mqtt/decode.ts";
import { writeAcknowledgement, writePingresp } from "../../mqtt/encode.ts";
import { protocolError } from "../../mqtt/error.ts";
import type { Frame } from "../../mqtt/framing.ts";
import { PacketType } from "../../mqtt/packets.ts";
import { Reader } from "../../mqtt/reader.ts";
import { Reason } from "../../mqtt/reason_codes.ts";
import type { Client } from "../client.ts";
import type { Connection } from "../connection.ts";
import { handleConnect, notShortest } from "./connect.ts";
import { handleDisconnect } from "./disconnect.ts";
import { handlePublish } from "./publish.ts";
import { handleSubscribe } from "./subscribe.ts";
import { handleUnsubscribe } from "./unsubscribe.ts";

/** Decodes one whole packet and does what it asks. Throws MqttError where the peer broke the protocol. */
export function handlePacket(connection: Connection, frame: Frame, bytes: Uint8Array): void {
  const { header, bodyStart, end } = frame;
  const type = header >> 4;
  const client = connection.client;
  if (client === undefined) return handleConnect(connection, frame, new Reader(bytes, bodyStart, end));
  const version = connection.protocolVersion;
  if (version === 5 && !frame.shortest) throw notShortest();
  switch (type) {
    case PacketType.PUBLISH:
      return handlePublish(connection, client, header, bytes, bodyStart, end);
    case PacketType.PUBACK:
    case PacketType.PUBREC:
    case PacketType.PUBREL:
    case PacketType.PUBCOMP: {
      const { packetId, reasonCode } = decodeAcknowledgement(header, bytes, bodyStart, end, version);
      return handleAcknowledgement(connection, client, type, packetId, reasonCode);
    }
    case PacketType.SUBSCRIBE:
      return handleSubscribe(
        connection,
        client,
        decodeSubscribe(header, new Reader(bytes, bodyStart, end), version),
      );
    case PacketType.UNSUBSCRIBE:
      return handleUnsubscribe(
        connection,
        client,
        decodeUnsubscribe(header, new Reader(bytes, bodyStart, end), version),
      );
    case PacketType.PINGREQ:
      decodePingreq(header, new Reader(bytes, bodyStart, end));
      writePingresp(connection.out); // [MQTT-3.12.4-1]
      return connection.touch();
    case PacketType.DISCONNECT:
      return handleDisconnect(
        connection,
        client,
        decodeDisconnect(header, new Reader(bytes, bodyStart, end), version),
      );
    case PacketType.CONNECT:
      throw protocolError("a second CONNECT"); // [MQTT-3.1.0-2]
    case PacketType.AUTH:
      if (version < 5) throw protocolError("packet type 15 is reserved");
      decodeAuth(header, new Reader(bytes, bodyStart, end));
      throw protocolError("an AUTH without an Authentication Method in the CONNECT"); // [MQTT-4.12.0-7]
    default:
      throw protocolError("a packet that a client must not send here");
  }
}

function handleAcknowledgement(
  connection: Connection,
  client: Client,
  type: number,
  packetId: number,
  reasonCode: number,
): void {
  const { session } = client;
  const { out } = connection;
  // Reason Codes in these answers exist in 5.0 only.
  const notFound = connection.protocolVersion === 5 ? Reason.PacketIdentifierNotFound : 0;
  switch (type) {
    case PacketType.PUBACK:
      return session.puback(packetId, reasonCode);
    case PacketType.PUBREC:
      if (session.pubrec(packetId, reasonCode) || reasonCode >= 0x80) return;
      // PUBREL all the same: it lets the client forget the identifier.
      writeAcknowledgement(out, PacketType.PUBREL, packetId, notFound);
      return connection.touch();
    case PacketType.PUBREL: {
      const known = session.received.delete(packetId);
      writeAcknowledgement(out, PacketType.PUBCOMP, packetId, known ? 0 : notFound); // [MQTT-4.3.3-11]
      return connection.touch();
    }
    default:
      return session.pubcomp(packetId, reasonCode);
  }
}
