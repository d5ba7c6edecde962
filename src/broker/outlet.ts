// What a session needs of its Network Connection.
import type { OutgoingPublish } from "../mqtt/encode.ts";
import type { ProtocolVersion } from "../mqtt/packets.ts";

export interface Outlet {
  readonly protocolVersion: ProtocolVersion;
  /** Bytes; Infinity where the client set no limit. */
  readonly maximumPacketSize: number;
  /** QoS 1 and 2 messages that may be on their way at once. [MQTT-3.3.4-9] */
  readonly receiveMaximum: number;
  /** False while the peer does not take what was written; then messages wait in the session. */
  readonly writable: boolean;
  publish(packet: OutgoingPublish): void;
  pubrel(packetId: number): void;
}
