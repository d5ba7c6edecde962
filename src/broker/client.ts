// An accepted client: what its CONNECT settled for the life of the connection.
import type { Subject } from "../hooks/subject.ts";
import type { Will } from "../mqtt/packets.ts";
import type { TopicName } from "../mqtt/topic_cache.ts";
import type { OutgoingAliases } from "./outgoing_aliases.ts";
import type { Route } from "./router.ts";
import type { Session } from "./session.ts";

export interface Client {
  readonly subject: Subject;
  readonly session: Session;
  /** Milliseconds without a packet after which it counts as gone; Infinity for Keep Alive 0. */
  readonly keepAliveTimeout: number;
  /** Session Expiry Interval of the CONNECT, seconds: 0 there forbids another value in DISCONNECT. */
  readonly connectExpiryInterval: number;
  /** Deleted by its good-bye. [MQTT-3.1.2-10] */
  will: Will | undefined;
  /** Topic Aliases it set on this connection. [MQTT-3.3.2-7] */
  readonly aliases: Map<number, TopicName<Route>>;
  /** Those the broker sets; `undefined` where the client wants none. [MQTT-3.1.2-27] */
  readonly outgoingAliases: OutgoingAliases | undefined;
}
