// PUBACK, PUBREC, PUBREL and PUBCOMP from a client (3.4 to 3.7): the next step of an exchange, or its end.
import { writeAcknowledgement } from "../../mqtt/encode.ts";
import { type Acknowledgement, PacketType } from "../../mqtt/packets.ts";
import { Reason } from "../../mqtt/reason_codes.ts";
import type { Client } from "../client.ts";

export function handleAcknowledgement(
  { session, connection }: Client,
  type: number,
  { packetId, reasonCode }: Acknowledgement,
): void {
  const { deliveries } = session;
  // Reason Codes in these answers exist in 5.0 only.
  const notFound = connection.protocolVersion === 5 ? Reason.PacketIdentifierNotFound : 0;
  switch (type) {
    case PacketType.PUBACK:
      return deliveries.puback(packetId, reasonCode);
    case PacketType.PUBREC:
      if (deliveries.pubrec(packetId, reasonCode) || reasonCode >= 0x80) return;
      // PUBREL all the same: it lets the client forget the identifier.
      writeAcknowledgement(connection.out, PacketType.PUBREL, packetId, notFound);
      return connection.touch();
    case PacketType.PUBREL: {
      const known = session.pubrel(packetId);
      // [MQTT-4.3.3-11]
      writeAcknowledgement(connection.out, PacketType.PUBCOMP, packetId, known ? 0 : notFound);
      return connection.touch();
    }
    default:
      return deliveries.pubcomp(packetId, reasonCode);
  }
}
