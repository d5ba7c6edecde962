// What a connection calls, and the states it goes through.
import type { Frame } from "../mqtt/framing.ts";

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
