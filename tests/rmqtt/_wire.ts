// What a client received, in the words of the recording: the packet's name, and its bytes as far as they are compared.
import type { ProtocolVersion } from "../../src/mqtt/packets.ts";
import type { Packet } from "../helpers/mqtt_packet.ts";

/** A packet in the recording's words. Properties are left out. */
export function wireOf(packet: Packet, version: ProtocolVersion): string {
  const id = hex(packet.messageId ?? 0, 4);
  switch (packet.cmd) {
    case "publish": {
      const { topic, qos, retain, dup, messageId } = packet;
      return `PUBLISH ${topic} q${qos} r${Number(retain)} d${Number(dup)} m${messageId ?? 0}`;
    }
    case "connack":
      return `CONNACK ${hex(Number(packet.sessionPresent), 2)}${
        hex(packet.returnCode ?? packet.reasonCode ?? 0, 2)
      }`;
    case "suback":
    case "unsuback":
      return `${packet.cmd.toUpperCase()} ${id}${
        [packet.granted ?? []].flat().map((code) => hex(Number(code), 2)).join("")
      }`;
    case "puback":
    case "pubrec":
    case "pubrel":
    case "pubcomp":
      return `${packet.cmd.toUpperCase()} ${id}${version === 5 ? hex(packet.reasonCode ?? 0, 2) : ""}`;
    default:
      return packet.cmd.toUpperCase();
  }
}

/** `up: CONNACK 00000e` of the recording without its properties and their length. */
export function withoutProperties(recorded: string, version: ProtocolVersion): string {
  const [client, name, bytes = ""] = recorded.split(" ");
  if (name === "CONNACK") return `${client} ${name} ${bytes.slice(0, 4)}`;
  if (version < 5 || name === "PUBLISH") return recorded;
  if (name === "SUBACK" || name === "UNSUBACK") {
    return `${client} ${name} ${bytes.slice(0, 4)}${bytes.slice(6)}`;
  }
  return `${client} ${name} ${bytes.slice(0, 6)}`;
}

/** Client by client, and PUBLISH packets behind the others, which have other causes. */
export function inComparableOrder(wire: readonly string[]): string[] {
  const place = (text: string): string => `${text.split(":")[0]} ${text.includes(": PUBLISH ") ? 1 : 0}`;
  return wire.toSorted((a, b) => place(a) < place(b) ? -1 : place(a) > place(b) ? 1 : 0);
}

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, "0");
}
