// UNSUBSCRIBE (3.10): what was started is completed, nothing new is sent.
import { codesAckSize, writeUnsuback } from "../../mqtt/encode.ts";
import { malformed, MqttError } from "../../mqtt/error.ts";
import type { Unsubscribe } from "../../mqtt/packets.ts";
import { Reason } from "../../mqtt/reason_codes.ts";
import { parseFilter } from "../../mqtt/topics.ts";
import type { Client } from "../client.ts";
import type { BrokerContext } from "../context.ts";

export function handleUnsubscribe({ hooks }: BrokerContext, client: Client, packet: Unsubscribe): void {
  const { connection, session, identity } = client;
  if (codesAckSize(packet.topicFilters.length) > connection.maximumPacketSize) {
    // [MQTT-3.1.2-24]
    throw new MqttError(Reason.PacketTooLarge, "the UNSUBACK would be too large for the client");
  }
  // All of them before any is removed: a packet that breaks the rules has no effect.
  const filters = packet.topicFilters.map((topicFilter) => {
    const parsed = parseFilter(topicFilter);
    if (typeof parsed === "string") throw malformed(parsed);
    return { topicFilter, topic: parsed.filter };
  });
  const codes = filters.map(({ topicFilter, topic }) => {
    hooks.client_unsubscribe?.({ identity, topic });
    const removed = session.unsubscribe(topicFilter);
    if (removed) hooks.session_unsubscribed?.({ identity, topic });
    return removed ? Reason.Success : Reason.NoSubscriptionExisted;
  });
  writeUnsuback(connection.out, connection.protocolVersion, packet.packetId, codes);
  connection.touch();
}
