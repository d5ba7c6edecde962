// What a peer did against the protocol, as an error that carries the Reason Code to answer with.
import { Reason, type ReasonCode } from "./reason_codes.ts";

/**
 * A violation by the peer. Whoever catches it ends the Network Connection [MQTT-4.8.0-1] [MQTT-4.13.1-1],
 * with `reasonCode` in a CONNACK or DISCONNECT where the version has one.
 */
export class MqttError extends Error {
  override readonly name = "MqttError";
  constructor(readonly reasonCode: ReasonCode, message: string) {
    super(message);
  }
}

/** The bytes cannot be read as the packet they claim to be. */
export function malformed(message: string): MqttError {
  return new MqttError(Reason.MalformedPacket, message);
}

/** The packet can be read but is not allowed here. */
export function protocolError(message: string): MqttError {
  return new MqttError(Reason.ProtocolError, message);
}
