// Will Messages: what a client leaves behind, published when its connection ends without its good-bye
// (3.1.2.5).
import type { ClientIdentity } from "../hooks/client_identity.ts";
import type { Will } from "../mqtt/packets.ts";
import type { TopicCache } from "../mqtt/topic_cache.ts";
import { expiryTime, Message } from "./message.ts";
import type { Turn } from "./turn.ts";

/** A Will that its client has not taken back, and that is not published. */
export interface PendingWill {
  readonly will: Will;
  readonly from: ClientIdentity;
  /** On the turn's monotonic clock; Infinity while its client is here. */
  readonly dueAt: number;
}

/** The Will as a message, made when it is published: its expiry counts from now. */
export function willMessage({ will, from }: PendingWill, topics: TopicCache, turn: Turn): Message {
  const { payload, retain, qos, properties } = will;
  const expiresAt = expiryTime(properties.messageExpiryInterval, 0, turn.monotonic);
  const published = { payload, dup: false, retain, qos, packetId: 0, properties };
  return new Message(from, "lastwill", topics.of(will.topic), published, turn.now, expiresAt);
}
