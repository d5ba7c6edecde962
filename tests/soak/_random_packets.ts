// Packets for the fuzzer: whole ones with random fields, and what mutation makes of them.
import mqttPacket, { type Packet, type UserProperties } from "mqtt-packet";
import { Buffer } from "node:buffer";
import type { ProtocolVersion } from "../../src/mqtt/packets.ts";
import { varint } from "../mqtt/_notation.ts";
import type { Random } from "../helpers/random.ts";

const LEVELS = ["a", "b", "c", "", "sensor", "$SYS", "ü€😀", "x".repeat(40)];
const FILTER_LEVELS = [...LEVELS, "+", "+"];
/** Client Identifiers with one name. */
const CLIENTS = 4;
const QOS = [0, 0, 1, 2] as const;
const REASONS = [0, 0, 0, 0x10, 0x80, 0x83, 0x97];

export class RandomPackets {
  /** @param name what its Client Identifiers begin with */
  constructor(readonly random: Random, readonly version: ProtocolVersion, readonly name: string) {}

  /** A CONNECT as a client sends it. */
  connect(): Uint8Array {
    const { random, version } = this;
    const five = version === 5;
    return this.#bytes({
      cmd: "connect",
      protocolId: version === 3 ? "MQIsdp" : "MQTT",
      protocolVersion: version,
      clientId: `${this.name}-${random.int(CLIENTS)}`,
      clean: random.chance(0.6),
      keepalive: random.one([0, 0, 10, 65_535]),
      ...(random.chance(0.3) && { username: random.one(["u", "ü", ""]), password: this.#buffer(8) }),
      ...(random.chance(0.3) && {
        will: {
          topic: this.#topic(),
          payload: this.#buffer(20),
          qos: random.one(QOS),
          retain: random.chance(0.2),
          ...(five && random.chance(0.5) && { properties: { willDelayInterval: random.int(3) } }),
        },
      }),
      ...(five && {
        properties: {
          ...(random.chance(0.5) && { sessionExpiryInterval: random.one([1, 5, 60]) }),
          ...(random.chance(0.3) && { receiveMaximum: 1 + random.int(20) }),
          ...(random.chance(0.2) && { maximumPacketSize: 50 + random.int(500) }),
          ...(random.chance(0.2) && { topicAliasMaximum: random.int(10) }),
          ...(random.chance(0.2) && { userProperties: this.#userProperties() }),
        },
      }),
    } as Packet);
  }

  /** A packet that a connected client may send. */
  valid(): Uint8Array {
    const { random } = this;
    const messageId = 1 + random.int(30);
    switch (random.int(16)) {
      case 0:
        return this.#bytes({ cmd: "pingreq" });
      case 1:
        return this.#subscribe(messageId);
      case 2:
        return this.#bytes({
          cmd: "unsubscribe",
          messageId,
          unsubscriptions: Array.from({ length: 1 + random.int(3) }, () => this.#filter()),
        } as Packet);
      case 3:
      case 4:
        return this.#acknowledgement("puback", messageId);
      case 5:
        return this.#acknowledgement("pubrec", messageId);
      case 6:
        return this.#acknowledgement("pubcomp", messageId);
      case 7:
      case 8:
        return this.#acknowledgement("pubrel", messageId);
      default:
        return this.#publish(messageId);
    }
  }

  /** Something that is no packet, or only by chance. */
  broken(): Uint8Array {
    const { random } = this;
    if (random.chance(0.15)) {
      const body = random.bytes(random.int(40));
      return Uint8Array.of(random.int(256), ...varint(body.length), ...body);
    }
    if (random.chance(0.05)) return random.bytes(1 + random.int(60));
    return mutate(random, random.chance(0.2) ? this.connect() : this.valid());
  }

  #publish(messageId: number): Uint8Array {
    const { random } = this;
    const qos = random.one(QOS);
    return this.#bytes({
      cmd: "publish",
      topic: this.#topic(),
      payload: this.#buffer(random.chance(0.02) ? 5_000 : 60),
      qos,
      dup: qos > 0 && random.chance(0.2),
      retain: random.chance(0.1),
      ...(qos > 0 && { messageId }),
      ...(this.version === 5 && random.chance(0.5) && {
        properties: {
          ...(random.chance(0.3) && { messageExpiryInterval: random.int(5) }),
          ...(random.chance(0.3) && { topicAlias: 1 + random.int(8) }),
          ...(random.chance(0.2) && { contentType: "text/plain" }),
          ...(random.chance(0.2) && { responseTopic: "a/b", correlationData: this.#buffer(8) }),
          ...(random.chance(0.2) && { userProperties: this.#userProperties() }),
        },
      }),
    } as Packet);
  }

  #subscribe(messageId: number): Uint8Array {
    const { random } = this;
    const five = this.version === 5;
    return this.#bytes({
      cmd: "subscribe",
      messageId,
      subscriptions: Array.from({ length: 1 + random.int(3) }, () => ({
        topic: this.#filter(),
        qos: random.one(QOS),
        ...(five && { rap: random.chance(0.5), rh: random.int(3), nl: false }),
      })),
      ...(five && random.chance(0.3) && { properties: { subscriptionIdentifier: 1 + random.int(300) } }),
    } as Packet);
  }

  #acknowledgement(cmd: "puback" | "pubrec" | "pubrel" | "pubcomp", messageId: number): Uint8Array {
    const { random } = this;
    const reasonCode = cmd === "puback" || cmd === "pubrec" ? random.one(REASONS) : random.one([0, 0x92]);
    return this.#bytes({ cmd, messageId, ...(this.version === 5 && { reasonCode }) } as Packet);
  }

  #topic(): string {
    return this.#path(LEVELS);
  }

  #filter(): string {
    const { random } = this;
    const filter = this.#path(FILTER_LEVELS) + (random.chance(0.1) ? "/#" : "");
    return random.chance(0.2) ? `$share/g${random.int(3)}/${filter}` : filter;
  }

  #path(levels: readonly string[]): string {
    const length = 1 + this.random.int(4);
    const path = Array.from({ length }, () => this.random.one(levels)).join("/");
    return path === "" ? "a" : path;
  }

  #buffer(most: number): Buffer {
    return Buffer.from(this.random.bytes(this.random.int(most + 1)));
  }

  #userProperties(): UserProperties {
    return { k: this.random.one(["v", "", "ü"]), other: ["1", "2"] };
  }

  #bytes(packet: Packet): Uint8Array {
    return mqttPacket.generate(packet, { protocolVersion: this.version });
  }
}

function mutate(random: Random, packet: Uint8Array): Uint8Array {
  let bytes = [...packet];
  for (let times = 1 + random.int(3); times > 0; times--) bytes = mutateOnce(random, bytes);
  // With a right Remaining Length more of what was broken is looked at.
  if (random.chance(0.6)) {
    const body = bytes.slice(1 + lengthBytes(bytes));
    bytes = [bytes[0] ?? 0, ...varint(body.length), ...body];
  }
  return Uint8Array.from(bytes);
}

function mutateOnce(random: Random, bytes: number[]): number[] {
  const at = random.int(bytes.length);
  const copy = bytes.slice();
  switch (random.int(8)) {
    case 0: // a bit
      copy[at] = (copy[at] ?? 0) ^ 1 << random.int(8);
      return copy;
    case 1:
      copy[at] = random.one([0, 1, 0x7f, 0x80, 0xff, 0xc0, 0xed]);
      return copy;
    case 2:
      copy.splice(at, 0, ...random.bytes(1 + random.int(4)));
      return copy;
    case 3:
      copy.splice(at, 1 + random.int(4));
      return copy.length === 0 ? [0] : copy;
    case 4: // cut short
      return copy.slice(0, Math.max(at, 1));
    case 5: // a part twice
      copy.splice(at, 0, ...copy.slice(at, at + 1 + random.int(12)));
      return copy;
    case 6: // flags
      copy[0] = (copy[0] ?? 0) & 0xf0 | random.int(16);
      return copy;
    default: // another type
      copy[0] = random.int(16) << 4 | (copy[0] ?? 0) & 0x0f;
      return copy;
  }
}

function lengthBytes(bytes: readonly number[]): number {
  let count = 1;
  while (count < 4 && (bytes[count] ?? 0) >= 0x80) count++;
  return count;
}
