// The table of PUBLISH packets and of their acknowledgements.
import { Reason } from "../../src/mqtt/reason_codes.ts";
import { ALL, rowsOf, V34, V4, V5, type Written } from "./packet_row.ts";

const { MalformedPacket, ProtocolError, TopicAliasInvalid } = Reason;

function publish(fields: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return {
    dup: false,
    qos: 0,
    retain: false,
    topic: "a/b",
    packetId: 0,
    topicAlias: 0,
    properties: { forwarded: "" },
    payload: "6869",
    ...fields,
  };
}

const accepted: readonly Written[] = [
  ["QoS 0", V34, "30* 'a/b' \"hi\"", publish({})],
  ["QoS 1", V34, "32* 'a/b' 0001 \"hi\"", publish({ qos: 1, packetId: 1 })],
  ["QoS 2", V34, "34* 'a/b' ffff \"hi\"", publish({ qos: 2, packetId: 65_535 })],
  ["QoS 1 again", V34, "3a* 'a/b' 0001 \"hi\"", publish({ qos: 1, packetId: 1, dup: true })],
  ["retained", V34, "31* 'a/b' \"hi\"", publish({ retain: true })],
  ["all flags", V34, "3d* 'a/b' 0100 \"hi\"", publish({ qos: 2, packetId: 256, dup: true, retain: true })],
  ["no payload", V34, "30* 'a/b'", publish({ payload: "" })],
  ["no payload, QoS 1", V34, "32* 'a/b' 0001", publish({ payload: "", qos: 1, packetId: 1 })],
  ["a topic of one separator", V34, "30* '/' \"hi\"", publish({ topic: "/" })],
  ["a topic of $SYS", V34, "30* '$SYS/x' \"hi\"", publish({ topic: "$SYS/x" })],
  ["a topic with a space and an emoji", V34, "30* 'a b/🚀' \"hi\"", publish({ topic: "a b/🚀" })],
  ["a payload that is no text", V34, "30* 'a/b' 00ff80", publish({ payload: "00ff80" })],
  ["5.0, QoS 0", V5, "30* 'a/b' {} \"hi\"", publish({})],
  ["5.0, QoS 1", V5, "32* 'a/b' 0007 {} \"hi\"", publish({ qos: 1, packetId: 7 })],
  ["5.0, no payload", V5, "30* 'a/b' {}", publish({ payload: "" })],
  [
    "5.0: what travels with the message keeps its bytes and order",
    V5,
    "30* 'a/b' {26'z''1' 02 00000000 09 0000 23 0005 01 00 26'a''2' 03 't' 08 'r/s'} \"hi\"",
    publish({
      topicAlias: 5,
      properties: {
        forwarded: "2600017a000131" + "090000" + "0100" + "26000161000132" + "03000174" + "080003722f73",
        messageExpiryInterval: 0,
      },
    }),
  ],
  [
    "5.0: a topic alias in the topic's place",
    V5,
    "30* '' {23 ffff} \"hi\"",
    {
      dup: false,
      qos: 0,
      retain: false,
      packetId: 0,
      topicAlias: 65_535,
      properties: { forwarded: "" },
      payload: "6869",
    },
  ],
  ["PUBACK", ALL, "40* 0001", { packetId: 1, reasonCode: 0 }],
  ["PUBREC", ALL, "50* ffff", { packetId: 65_535, reasonCode: 0 }],
  ["PUBREL", ALL, "62* 0001", { packetId: 1, reasonCode: 0 }],
  ["PUBCOMP", ALL, "70* 0001", { packetId: 1, reasonCode: 0 }],
  ["PUBACK with a reason", V5, "40* 0001 10", { packetId: 1, reasonCode: 0x10 }],
  ["PUBREC with a refusal and no properties", V5, "50* 0001 97 {}", { packetId: 1, reasonCode: 0x97 }],
  ["PUBREL of an unknown identifier", V5, "62* 0001 92", { packetId: 1, reasonCode: 0x92 }],
  [
    "PUBCOMP with a reason string and user properties",
    V5,
    "70* 0001 92 {1f 'gone' 26'a''b' 26'a''b'}",
    { packetId: 1, reasonCode: 0x92 },
  ],
];

const refused: readonly Written[] = [
  ["QoS 3 [MQTT-3.3.1-4]", ALL, "36* 'a/b' 0001 {} \"hi\"", MalformedPacket],
  ["DUP with QoS 0 [MQTT-3.3.1-2]", ALL, "38* 'a/b' {} \"hi\"", MalformedPacket],
  ["packet identifier 0 [MQTT-2.3.1-1]", ALL, "32* 'a/b' 0000 {} \"hi\"", MalformedPacket],
  ["half a packet identifier", ALL, "32* 'a/b' 00", MalformedPacket],
  ["an empty body", ALL, "30*", MalformedPacket],
  ["half a topic length", ALL, "30* 00", MalformedPacket],
  ["a topic longer than the packet", ALL, "30* 0004 612f62", MalformedPacket],
  ["a # in the topic [MQTT-3.3.2-2]", ALL, "30* 'a/#' {}", MalformedPacket],
  ["a + in the topic", ALL, "30* '+' {}", MalformedPacket],
  ["an empty topic [MQTT-4.7.3-1]", ALL, "30* '' {} \"hi\"", ProtocolError],
  ["U+0000 in the topic [MQTT-1.5.4-2]", ALL, "30* 0003 610062 {}", MalformedPacket],
  ["ill-formed UTF-8 in the topic [MQTT-1.5.4-1]", ALL, "30* 0001 ff {}", MalformedPacket],
  ["a surrogate in the topic", ALL, "30* 0003 edbfbf {}", MalformedPacket],
  ["an overlong form in the topic", ALL, "30* 0002 c1bf {}", MalformedPacket],
  ["5.0: no property length [MQTT-2.2.2-1]", V5, "30* 'a/b'", MalformedPacket],
  ["5.0: properties longer than the packet", V5, "30* 'a/b' 05 02 0000", MalformedPacket],
  ["5.0: a property longer than the properties", V5, "30* 'a/b' {03 0005 61} \"hello\"", MalformedPacket],
  ["5.0: an unknown property", V5, "30* 'a/b' {7e 00}", MalformedPacket],
  ["5.0: a property of CONNECT", V5, "30* 'a/b' {11 00000001}", MalformedPacket],
  ["5.0: a subscription identifier [MQTT-3.3.4-6]", V5, "30* 'a/b' {0b 01}", ProtocolError],
  ["5.0: message expiry twice", V5, "30* 'a/b' {02 00000001 02 00000001}", ProtocolError],
  ["5.0: content type twice", V5, "30* 'a/b' {03 'a' 03 'a'}", ProtocolError],
  ["5.0: topic alias 0 [MQTT-3.3.2-8]", V5, "30* 'a/b' {23 0000}", TopicAliasInvalid],
  ["5.0: payload format 2", V5, "30* 'a/b' {01 02}", ProtocolError],
  ["5.0: a wildcard in the response topic [MQTT-3.3.2-14]", V5, "30* 'a/b' {08 'a/+'}", ProtocolError],
  ["5.0: an empty response topic", V5, "30* 'a/b' {08 ''}", ProtocolError],
  [
    "5.0: ill-formed UTF-8 in a user property [MQTT-1.5.7-1]",
    V5,
    "30* 'a/b' {26 'k' 0001 80}",
    MalformedPacket,
  ],
  ["PUBACK with flags", ALL, "42* 0001", MalformedPacket],
  ["PUBREC with flags", ALL, "52* 0001", MalformedPacket],
  ["PUBREL without its flag [MQTT-3.6.1-1]", ALL, "60* 0001", MalformedPacket],
  ["PUBREL with other flags", ALL, "66* 0001", MalformedPacket],
  ["PUBCOMP with flags", ALL, "71* 0001", MalformedPacket],
  ["PUBACK of packet identifier 0", ALL, "40* 0000", MalformedPacket],
  ["half a PUBACK", ALL, "40* 00", MalformedPacket],
  ["an empty PUBREL", ALL, "62*", MalformedPacket],
  ["a reason code where 3.x has none", V34, "40* 0001 00", MalformedPacket],
  ["a reason code that PUBACK does not have [MQTT-3.4.2-1]", V5, "40* 0001 92", ProtocolError],
  ["a reason code that PUBREL does not have [MQTT-3.6.2-1]", V5, "62* 0001 10", ProtocolError],
  ["a reason code that PUBCOMP does not have [MQTT-3.7.2-1]", V5, "70* 0001 80", ProtocolError],
  ["5.0: a PUBACK with a property of PUBLISH", V5, "40* 0001 00 {02 00000001}", MalformedPacket],
  ["5.0: a PUBACK with two reason strings", V5, "40* 0001 00 {1f 'a' 1f 'a'}", ProtocolError],
  ["5.0: a PUBACK with bytes after its end", V5, "40* 0001 00 {} 00", MalformedPacket],
  ["a reason code of 5.0 in 3.1.1", V4, "50* 0001 97 {}", MalformedPacket],
];

export const ACCEPTED_PUBLISHES = rowsOf(accepted);
export const REFUSED_PUBLISHES = rowsOf(refused);
