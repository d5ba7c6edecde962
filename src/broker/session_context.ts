// What a session is given: its Network Connection while there is one, and what all sessions share.
import type { Hooks } from "../hooks/bus.ts";
import type { OutgoingPublish } from "../mqtt/encode.ts";
import type { ProtocolVersion } from "../mqtt/packets.ts";
import type { Arena } from "./arena.ts";
import type { Publisher } from "./brake.ts";
import type { Counters } from "./counters.ts";
import type { QueueTotal } from "./queue_total.ts";
import type { Clock, Turn } from "./turn.ts";

/** What a session needs of its Network Connection. */
export interface Outlet {
  readonly protocolVersion: ProtocolVersion;
  /** Bytes; Infinity where the client set no limit. */
  readonly maximumPacketSize: number;
  /** QoS 1 and 2 messages that may be on their way at once. [MQTT-3.3.4-9] */
  readonly receiveMaximum: number;
  /** False while the peer does not take what was written; then messages wait here. */
  readonly writable: boolean;
  publish(packet: OutgoingPublish): void;
  pubrel(packetId: number): void;
}

/** What all sessions share. */
export interface SessionContext {
  readonly hooks: Hooks;
  readonly turn: Turn;
  readonly arena: Arena;
  readonly counters: Counters;
  readonly total: QueueTotal;
  readonly clock: Clock;
  /** Whose packet is being handled. */
  readonly publisher: Publisher | undefined;
}
