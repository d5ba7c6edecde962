// Will Messages: what a client leaves behind, published when its connection ends without its good-bye (3.1.2.5).
import type { Subject } from "../hooks/subject.ts";
import type { Will } from "../mqtt/packets.ts";
import type { TopicCache } from "../mqtt/topic_cache.ts";
import { Message } from "./message.ts";
import type { Route } from "./router.ts";
import type { Turn } from "./turn.ts";

/** A Will whose connection is gone and whose delay has not passed. */
export interface PendingWill {
  readonly will: Will;
  readonly from: Subject;
  /** On the turn's `elapsed` clock. */
  readonly dueAt: number;
}

/** The Will as a message, made when it is published: its expiry counts from now. */
export function willMessage(
  will: Will,
  from: Subject,
  topics: TopicCache<Route>,
  turn: Turn,
): Message {
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
    expiresAt: expiryTime(will.properties.messageExpiryInterval, 0, turn.elapsed),
  });
}

/**
 * When a message expires, on the turn's `elapsed` clock.
 * @param interval the publisher's Message Expiry Interval, seconds
 * @param fallback `message_expiry_interval`, milliseconds; 0: never
 */
export function expiryTime(interval: number | undefined, fallback: number, elapsed: number): number {
  if (interval !== undefined) return elapsed + interval * 1000;
  return fallback === 0 ? Infinity : elapsed + fallback;
}
