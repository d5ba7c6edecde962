// UNSUBSCRIBE (3.10): what was started is completed, nothing new is sent.
import { codesAckSize, writeUnsuback } from "../../mqtt/encode.ts";
import { malformed, MqttError } from "../../mqtt/error.ts";
import type { Unsubscribe } from "../../mqtt/packets.ts";
import { Reason } from "../../mqtt/reason_codes.ts";
import { parseFilter } from "../../mqtt/topics.ts";
import type { Client } from "../client.ts";
import type { Connection } from "../connection.ts";

export function handleUnsubscribe(connection: Connection, client: Client, packet: Unsubscribe): void {
  const { broker } = connection;
  if (codesAckSize(packet.topicFilters.length) > connection.maximumPacketSize) {
    throw new MqttError(Reason.PacketTooLarge, "the UNSUBACK would be too large for the client"); // [MQTT-3.1.2-24]
  }
  const codes: number[] = [];
  const topics = packet.topicFilters.map((topicFilter) => {
    const parsed = parseFilter(topicFilter);
    if (typeof parsed === "string") throw malformed(parsed);
    return parsed.filter;
  });
  for (const [i, topicFilter] of packet.topicFilters.entries()) {
    const topic = topics[i] ?? topicFilter;
    broker.hooks.client_unsubscribe?.({ client: client.subject, topic });
    const removed = broker.router.unsubscribe(client.session, topicFilter);
    if (removed !== undefined) broker.hooks.session_unsubscribed?.({ client: client.subject, topic });
    codes.push(removed === undefined ? Reason.NoSubscriptionExisted : Reason.Success);
  }
  writeUnsuback(connection.out, connection.protocolVersion, packet.packetId, codes);
  connection.touch();
}
