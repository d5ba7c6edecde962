// One whole packet through the decoder of its type, as plain data that deepEqual compares.
import {
  decodeAcknowledgement,
  decodeConnect,
  decodeDisconnect,
  decodePingreq,
  decodePublish,
  decodeSubscribe,
  decodeUnsubscribe,
} from "../../src/mqtt/decode.ts";
import { protocolError } from "../../src/mqtt/error.ts";
import { Frame, readFrame } from "../../src/mqtt/framing.ts";
import { PacketType, type ProtocolVersion } from "../../src/mqtt/packets.ts";
import { Reader } from "../../src/mqtt/reader.ts";
import { TopicCache, TopicName } from "../../src/mqtt/topic_cache.ts";

/** Decodes the packet that `bytes` hold, exactly. Throws MqttError where it is refused. */
export function decode(bytes: Uint8Array, version: ProtocolVersion): unknown {
  const frame = new Frame();
  if (!readFrame(frame, bytes, 0, bytes.length) || frame.end !== bytes.length) {
    throw new Error("these bytes are not one whole packet");
  }
  return plain(decodeFrame(frame, bytes, version));
}

/** Decodes the packet in `frame` by its type. Throws MqttError where it is refused. */
export function decodeFrame(
  { header, bodyStart, end }: Frame,
  bytes: Uint8Array,
  version: ProtocolVersion,
): unknown {
  const reader = new Reader(bytes, bodyStart, end);
  switch (header >> 4) {
    case PacketType.CONNECT:
      return decodeConnect(header, reader);
    case PacketType.PUBLISH:
      return decodePublish(header, bytes, bodyStart, end, version, new TopicCache(16));
    case PacketType.PUBACK:
    case PacketType.PUBREC:
    case PacketType.PUBREL:
    case PacketType.PUBCOMP:
      return decodeAcknowledgement(header, bytes, bodyStart, end, version);
    case PacketType.SUBSCRIBE:
      return decodeSubscribe(header, reader, version);
    case PacketType.UNSUBSCRIBE:
      return decodeUnsubscribe(header, reader, version);
    case PacketType.PINGREQ:
      decodePingreq(header, reader);
      return {};
    case PacketType.DISCONNECT:
      return decodeDisconnect(header, reader, version);
    default:
      throw protocolError("no packet of a client");
  }
}

/** Bytes as hexadecimal, topics as text, absent fields left out. */
export function plain(value: unknown): unknown {
  if (value instanceof TopicName) return value.text;
  if (value instanceof Uint8Array) return value.toHex();
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).filter(([, v]) => v !== undefined).map(([k, v]) => [k, plain(v)]),
  );
}
