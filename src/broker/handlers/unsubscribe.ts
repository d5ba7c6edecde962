// UNSUBSCRIBE (3.10): what was started is completed, nothing new is sent.
import { writeUnsuback } from "../../mqtt/encode.ts";
import type { Unsubscribe } from "../../mqtt/packets.ts";
import { Reason } from "../../mqtt/reason_codes.ts";
import { parseFilter } from "../../mqtt/topics.ts";
import type { Client } from "../client.ts";
import type { Connection } from "../connection.ts";

export function handleUnsubscribe(connection: Connection, client: Client, packet: Unsubscribe): void {
  const { broker } = connection;
  const codes: number[] = [];
  for (const topicFilter of packet.topicFilters) {
    const parsed = parseFilter(topicFilter);
    const topic = typeof parsed === "string" ? topicFilter : parsed.filter;
    broker.hooks.client_unsubscribe?.({ client: client.subject, topic });
    if (typeof parsed === "string") {
      codes.push(Reason.TopicFilterInvalid);
      continue;
    }
    const removed = broker.router.unsubscribe(client.session, topicFilter);
    if (removed !== undefined) broker.hooks.session_unsubscribed?.({ client: client.subject, topic });
    codes.push(removed === undefined ? Reason.NoSubscriptionExisted : Reason.Success);
  }
  writeUnsuback(connection.out, connection.protocolVersion, packet.packetId, codes);
  connection.touch();
}
