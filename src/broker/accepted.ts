// What a connection is told once its CONNECT is accepted.
import type { OutgoingAliases } from "./outgoing_aliases.ts";

/** What an accepted CONNECT settled for the life of the connection. */
export interface Accepted<Client> {
  readonly client: Client;
  /** Milliseconds without a packet after which the peer counts as gone; Infinity for Keep Alive 0. */
  readonly keepAliveTimeout: number;
  /** QoS 1 and 2 messages that the client takes at once. [MQTT-3.3.4-9] */
  readonly receiveMaximum: number;
  /** Topic Aliases that the broker may set; `undefined` where the client wants none. [MQTT-3.1.2-27] */
  readonly outgoingAliases: OutgoingAliases | undefined;
}
