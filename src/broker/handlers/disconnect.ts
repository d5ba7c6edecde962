// DISCONNECT from a client (3.14): its good-bye, which takes back the Will unless it says otherwise.
import { protocolError } from "../../mqtt/error.ts";
import type { Disconnect } from "../../mqtt/packets.ts";
import { Reason } from "../../mqtt/reason_codes.ts";
import type { Client } from "../client.ts";
import { disconnectReason } from "../disconnect_reason.ts";
import { sessionExpiry } from "../session_expiry.ts";

export function handleDisconnect(client: Client, packet: Disconnect): void {
  const { connection, session } = client;
  const { sessionExpiryInterval } = packet;
  if (sessionExpiryInterval !== undefined) {
    if (client.connectExpiryInterval === 0 && sessionExpiryInterval > 0) {
      throw protocolError("a Session Expiry Interval in DISCONNECT after 0 in CONNECT"); // 3.14.2.2.2
    }
    session.outliveConnection(sessionExpiry(sessionExpiryInterval, connection.options));
  }
  if (packet.reasonCode === Reason.Success) client.will = undefined; // [MQTT-3.14.4-3]
  connection.close(disconnectReason(packet));
}
