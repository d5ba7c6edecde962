// The table of PUBLISH packets and of their acknowledgements.
import { ALL, rowsOf, V34, V5, type Written } from "./packet_row.ts";

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

export const ACCEPTED_PUBLISHES = rowsOf(accepted);
