// Who messages are routed to: all that router, trie, groups and backlog know of a session.
import type { QoS } from "../mqtt/packets.ts";
import type { Message } from "./message.ts";
import type { Publisher } from "./publisher_hold.ts";

export interface Subscriber {
  readonly clientId: string;
  /** Whether a message of QoS 1 or 2 for it must be stored before its publisher is told. */
  readonly isStored: boolean;
  /** Whether a message reaches it now; of a shared group, one that is present comes first. */
  readonly present: boolean;
  /**
   * A message that matched a subscription: sent now, or kept for later.
   * @param from who may be held back while this subscriber catches up
   */
  deliver(
    message: Message,
    qos: QoS,
    retain: boolean,
    subscriptionIdentifiers?: readonly number[],
    from?: Publisher,
  ): void;
}
