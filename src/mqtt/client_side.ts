// What a client says and a broker answers, but for PUBLISH and the acknowledgements: by mqtt-packet, for none
// of it is hot.
import { Buffer } from "node:buffer";
import mqttPacket, { type Packet } from "mqtt-packet";
import { malformed } from "./error.ts";
import type { ProtocolVersion } from "./packets.ts";

export interface ConnectOptions {
  readonly clientId: string;
  /** Seconds. */
  readonly keepAlive: number;
  readonly username: string | undefined;
  readonly password: string | undefined;
}

/** A CONNECT that starts a session anew. */
export function connectPacket(options: ConnectOptions, version: 4 | 5): Uint8Array {
  const { clientId, keepAlive, username, password } = options;
  return mqttPacket.generate({
    cmd: "connect",
    protocolId: "MQTT",
    protocolVersion: version,
    clean: true,
    clientId,
    keepalive: keepAlive,
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password: Buffer.from(password) }),
  }, { protocolVersion: version });
}

export const PINGREQ: Uint8Array = Uint8Array.of(0xc0, 0);
/** Normal disconnection. */
export const DISCONNECT: Uint8Array = Uint8Array.of(0xe0, 0);

/** What a broker's CONNACK says; what it leaves open has the standard's default. */
export interface Connack {
  /** 0: accepted; a Reason Code, or 1 to 5 in 3.1.1. */
  readonly code: number;
  readonly reasonString: string | undefined;
  readonly receiveMaximum: number;
  readonly maximumQoS: number;
  readonly retainAvailable: boolean;
  /** Bytes; `undefined`: no limit but the protocol's. */
  readonly maximumPacketSize: number | undefined;
  /** Seconds, in the place of the client's own. */
  readonly serverKeepAlive: number | undefined;
}

/** Reads one whole CONNACK. Throws MqttError for what is none. */
export function decodeConnack(bytes: Uint8Array, version: ProtocolVersion): Connack {
  const packet = decodeOne(bytes, version);
  if (packet.cmd !== "connack") throw malformed(`the answer to CONNECT is a ${packet.cmd.toUpperCase()}`);
  const { properties = {} } = packet;
  return {
    code: packet.reasonCode ?? packet.returnCode ?? 0,
    reasonString: properties.reasonString,
    receiveMaximum: properties.receiveMaximum ?? 65_535,
    maximumQoS: properties.maximumQoS ?? 2,
    retainAvailable: properties.retainAvailable ?? true,
    maximumPacketSize: properties.maximumPacketSize,
    serverKeepAlive: properties.serverKeepAlive,
  };
}

/** The Reason Code of a broker's DISCONNECT, and its Reason String. Throws MqttError for what is none. */
export function decodeServerDisconnect(
  bytes: Uint8Array,
): { code: number; reasonString: string | undefined } {
  const packet = decodeOne(bytes, 5);
  if (packet.cmd !== "disconnect") throw malformed(`no DISCONNECT but ${packet.cmd.toUpperCase()}`);
  return { code: packet.reasonCode ?? 0, reasonString: packet.properties?.reasonString };
}

function decodeOne(bytes: Uint8Array, version: ProtocolVersion): Packet {
  let found: Packet | undefined;
  let problem = "a packet is cut short";
  const parser = mqttPacket.parser({ protocolVersion: version });
  parser.on("packet", (packet) => found = packet);
  parser.on("error", (error: unknown) => problem = error instanceof Error ? error.message : String(error));
  parser.parse(Buffer.from(bytes));
  // The callback is not seen by the compiler.
  const packet = found as Packet | undefined;
  if (packet === undefined) throw malformed(problem);
  return packet;
}
