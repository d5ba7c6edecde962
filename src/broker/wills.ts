// Will Messages: what a client leaves behind, published when its connection ends without its good-bye
// (3.1.2.5).
import type { ClientIdentity } from "../hooks/client_identity.ts";
import type { Will } from "../mqtt/packets.ts";
import type { TopicCache } from "../mqtt/topic_cache.ts";
import { expiryTime, Message } from "./message.ts";
import type { Turn } from "./turn.ts";

/** A Will whose connection is gone and whose delay has not passed. */
export interface PendingWill {
  readonly will: Will;
  readonly from: ClientIdentity;
  /** On the turn's monotonic clock. */
  readonly dueAt: number;
}

/** The Will as a message, made when it is published: its expiry counts from now. */
export function willMessage({ will, from }: PendingWill, topics: TopicCache, turn: Turn): Message {
  return new Message({
    from,
    fromType: "lastwill",
    name: topics.of(will.topic),
    payload: will.payload,
    dup: false,
    retain: will.retain,
    qos: will.qos,
    packetId: 0,
    properties: will.properties,
    receivedAt: turn.now,
    expiresAt: expiryTime(will.properties.messageExpiryInterval, 0, turn.monotonic),
  });
}
