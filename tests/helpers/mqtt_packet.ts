// mqtt-packet as the twin of our codec: what it generates we must read, what we write it must read.
import mqttPacket, { type Packet } from "mqtt-packet";
import { Buffer } from "node:buffer";
import type { ProtocolVersion } from "../../src/mqtt/packets.ts";

export type { Packet } from "mqtt-packet";

/** The bytes of `packet`. Throws where mqtt-packet refuses it. */
export function generate(packet: Packet, version: ProtocolVersion): Uint8Array {
  return mqttPacket.generate(packet, { protocolVersion: version });
}

/** Reads a stream of packets, in any pieces. */
export class PacketReader {
  readonly packets: Packet[] = [];
  readonly #parser: ReturnType<typeof mqttPacket.parser>;
  #error: unknown = undefined;

  constructor(version: ProtocolVersion) {
    this.#parser = mqttPacket.parser({ protocolVersion: version });
    this.#parser.on("packet", (packet) => this.packets.push(packet));
    this.#parser.on("error", (error) => this.#error = error);
  }

  /** Throws where the bytes are no packets. */
  read(bytes: Uint8Array): void {
    this.#parser.parse(Buffer.from(bytes));
    if (this.#error !== undefined) throw this.#error;
  }
}

/** The one packet that `bytes` are. Throws where they are not one. */
export function parseOne(bytes: Uint8Array, version: ProtocolVersion): Packet {
  const reader = new PacketReader(version);
  reader.read(bytes);
  const [packet] = reader.packets;
  if (packet === undefined || reader.packets.length !== 1) {
    throw new Error(`${reader.packets.length} packets in ${bytes.toHex()}`);
  }
  return packet;
}
