// What a connection calls, and what it is given once its CONNECT is accepted.
import type { Frame } from "../mqtt/framing.ts";
import type { OutgoingAliases } from "./outgoing_aliases.ts";

/** `handshake`: no CONNECT yet; `connecting`: it is being decided, and nothing more is read. */
export type ConnectionState = "handshake" | "connecting" | "open" | "closing" | "closed";

/** What a connection calls; one object serves all connections. */
export interface ConnectionEvents<Connection> {
  /** One whole packet came. Throws MqttError where the peer broke the protocol. */
  onPacket(connection: Connection, frame: Frame, bytes: Uint8Array): void;
  /** What was to be written has left: there is room again. */
  onDrained(connection: Connection): void;
  /** It will not become a client, because of what the peer did or did not do. `onEnded` follows. */
  onRefused(connection: Connection, reason: string): void;
  /** Nothing of it is handled any more, though its last output may still be under way. Called once. */
  onEnded(connection: Connection, reason: string): void;
  /** Nothing of it is left. Called once, after `onEnded`. */
  onClosed(connection: Connection): void;
}

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
