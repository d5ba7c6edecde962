// The table of SUBSCRIBE, UNSUBSCRIBE, PINGREQ and DISCONNECT packets.
import { ALL, rowsOf, V3, V34, V5, type Written } from "./packet_row.ts";

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

export const ACCEPTED_OTHERS = rowsOf(accepted);
