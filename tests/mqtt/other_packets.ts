// The table of SUBSCRIBE, UNSUBSCRIBE, PINGREQ and DISCONNECT packets.
import { Reason } from "../../src/mqtt/reason_codes.ts";
import { ALL, rowsOf, V3, V34, V4, V5, type Written } from "./packet_row.ts";

const { MalformedPacket, ProtocolError } = Reason;

function filter(topicFilter: string, fields: Readonly<Record<string, unknown>> = {}): unknown {
  return { topicFilter, qos: 0, noLocal: false, retainAsPublished: false, retainHandling: 0, ...fields };
}

const accepted: readonly Written[] = [
  ["SUBSCRIBE, QoS 0", V34, "82* 0001 'a/b' 00", { packetId: 1, subscriptions: [filter("a/b")] }],
  [
    "SUBSCRIBE, three filters",
    V34,
    "82* ffff 'a' 00 '+/b' 01 '#' 02",
    { packetId: 65_535, subscriptions: [filter("a"), filter("+/b", { qos: 1 }), filter("#", { qos: 2 })] },
  ],
  [
    "SUBSCRIBE, the same filter twice",
    V34,
    "82* 0001 'a' 00 'a' 01",
    { packetId: 1, subscriptions: [filter("a"), filter("a", { qos: 1 })] },
  ],
  [
    "SUBSCRIBE, a filter that is bad: read, and judged by the broker",
    V34,
    "82* 0001 'a#' 00 '' 01",
    { packetId: 1, subscriptions: [filter("a#"), filter("", { qos: 1 })] },
  ],
  ["3.1: SUBSCRIBE sent again, with DUP", V3, "8a* 0001 'a' 00", {
    packetId: 1,
    subscriptions: [filter("a")],
  }],
  ["3.1: UNSUBSCRIBE sent again, with DUP", V3, "aa* 0001 'a'", { packetId: 1, topicFilters: ["a"] }],
  ["3.1: PUBREL sent again, with DUP", V3, "6a* 0001", { packetId: 1, reasonCode: 0 }],
  ["5.0: SUBSCRIBE", V5, "82* 0001 {} 'a' 02", { packetId: 1, subscriptions: [filter("a", { qos: 2 })] }],
  [
    "5.0: SUBSCRIBE with all options",
    V5,
    "82* 0001 {} 'a' 2d 'b' 10",
    {
      packetId: 1,
      subscriptions: [
        filter("a", { qos: 1, noLocal: true, retainAsPublished: true, retainHandling: 2 }),
        filter("b", { retainHandling: 1 }),
      ],
    },
  ],
  [
    "5.0: SUBSCRIBE with the largest identifier and user properties",
    V5,
    "82* 0001 {26'k''v' 0b ffffff7f 26'k''v'} '$share/g/a' 00",
    { packetId: 1, subscriptionIdentifier: 268_435_455, subscriptions: [filter("$share/g/a")] },
  ],
  ["UNSUBSCRIBE", V34, "a2* 0001 'a/b'", { packetId: 1, topicFilters: ["a/b"] }],
  ["UNSUBSCRIBE, three filters", V34, "a2* 0001 'a' '' '#'", { packetId: 1, topicFilters: ["a", "", "#"] }],
  [
    "5.0: UNSUBSCRIBE with a user property",
    V5,
    "a2* 0001 {26'k''v'} 'a'",
    { packetId: 1, topicFilters: ["a"] },
  ],
  ["PINGREQ", ALL, "c0*", {}],
  ["DISCONNECT", ALL, "e0*", { reasonCode: 0 }],
  ["5.0: DISCONNECT with a reason", V5, "e0* 04", { reasonCode: 4 }],
  ["5.0: DISCONNECT with a reason and no properties", V5, "e0* 00 {}", { reasonCode: 0 }],
  [
    "5.0: DISCONNECT with everything",
    V5,
    "e0* 81 {11 0000003c 1f 'why' 1c 'there' 26'k''v'}",
    { reasonCode: 0x81, sessionExpiryInterval: 60, reasonString: "why" },
  ],
];

const refused: readonly Written[] = [
  ["SUBSCRIBE without its flag [MQTT-3.8.1-1]", ALL, "80* 0001 {} 'a' 00", MalformedPacket],
  ["SUBSCRIBE with other flags", ALL, "83* 0001 {} 'a' 00", MalformedPacket],
  ["3.1.1 and 5.0: SUBSCRIBE with DUP", [4, 5], "8a* 0001 {} 'a' 00", MalformedPacket],
  ["3.1.1 and 5.0: UNSUBSCRIBE with DUP", [4, 5], "aa* 0001 {} 'a'", MalformedPacket],
  ["3.1.1 and 5.0: PUBREL with DUP", [4, 5], "6a* 0001", MalformedPacket],
  ["SUBSCRIBE with packet identifier 0", ALL, "82* 0000 {} 'a' 00", MalformedPacket],
  ["an empty SUBSCRIBE", ALL, "82*", MalformedPacket],
  ["SUBSCRIBE without a filter [MQTT-3.8.3-2]", V34, "82* 0001", ProtocolError],
  ["5.0: SUBSCRIBE without a filter", V5, "82* 0001 {}", ProtocolError],
  ["SUBSCRIBE without options", V34, "82* 0001 'a'", MalformedPacket],
  ["5.0: SUBSCRIBE without options", V5, "82* 0001 {} 'a'", MalformedPacket],
  ["SUBSCRIBE with a filter longer than the packet", V34, "82* 0001 0009 61", MalformedPacket],
  ["SUBSCRIBE with QoS 3 [MQTT-3-8.3-4]", V34, "82* 0001 'a' 03", MalformedPacket],
  ["SUBSCRIBE with reserved bits", V34, "82* 0001 'a' 04", MalformedPacket],
  ["SUBSCRIBE with U+0000 in a filter", V34, "82* 0001 0001 00 00", MalformedPacket],
  [
    "SUBSCRIBE with ill-formed UTF-8 in its second filter",
    V34,
    "82* 0001 'a' 00 0002 c328 00",
    MalformedPacket,
  ],
  ["5.0: SUBSCRIBE with QoS 3", V5, "82* 0001 {} 'a' 03", ProtocolError],
  ["5.0: SUBSCRIBE with reserved bits [MQTT-3.8.3-5]", V5, "82* 0001 {} 'a' 40", MalformedPacket],
  ["5.0: SUBSCRIBE with retain handling 3", V5, "82* 0001 {} 'a' 30", ProtocolError],
  ["5.0: SUBSCRIBE with identifier 0", V5, "82* 0001 {0b 00} 'a' 00", ProtocolError],
  ["5.0: SUBSCRIBE with two identifiers", V5, "82* 0001 {0b 01 0b 02} 'a' 00", ProtocolError],
  ["5.0: SUBSCRIBE with an identifier of five bytes", V5, "82* 0001 {0b ffffffff01} 'a' 00", MalformedPacket],
  ["5.0: SUBSCRIBE with a reason string", V5, "82* 0001 {1f 'x'} 'a' 00", MalformedPacket],
  ["5.0: SUBSCRIBE without a property length", V5, "82* 0001", MalformedPacket],
  ["UNSUBSCRIBE without its flag [MQTT-3.10.1-1]", ALL, "a0* 0001 {} 'a'", MalformedPacket],
  ["UNSUBSCRIBE with packet identifier 0", ALL, "a2* 0000 {} 'a'", MalformedPacket],
  ["UNSUBSCRIBE without a filter [MQTT-3.10.3-2]", V34, "a2* 0001", ProtocolError],
  ["5.0: UNSUBSCRIBE without a filter", V5, "a2* 0001 {}", ProtocolError],
  ["UNSUBSCRIBE with half a filter", V34, "a2* 0001 'a' 00", MalformedPacket],
  ["5.0: UNSUBSCRIBE with an identifier", V5, "a2* 0001 {0b 01} 'a'", MalformedPacket],
  ["PINGREQ with flags", ALL, "c1*", MalformedPacket],
  ["PINGREQ with a body", ALL, "c0* 00", MalformedPacket],
  ["DISCONNECT with flags [MQTT-3.14.1-1]", ALL, "e1*", MalformedPacket],
  ["DISCONNECT with a body", V34, "e0* 00", MalformedPacket],
  ["5.0: DISCONNECT with a reason of the server", V5, "e0* 8b", ProtocolError],
  ["5.0: DISCONNECT with no reason there is", V5, "e0* 01", ProtocolError],
  ["5.0: DISCONNECT with a property of CONNECT", V5, "e0* 00 {21 0001}", MalformedPacket],
  ["5.0: DISCONNECT with session expiry twice", V5, "e0* 00 {11 00000001 11 00000001}", ProtocolError],
  ["5.0: DISCONNECT with bytes after its end", V5, "e0* 00 {} 00", MalformedPacket],
  ["3.1.1: a 5.0 DISCONNECT", V4, "e0* 04 {}", MalformedPacket],
];

export const ACCEPTED_OTHERS = rowsOf(accepted);
export const REFUSED_OTHERS = rowsOf(refused);
