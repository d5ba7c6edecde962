// Properties of 5.0: each where it may not stand, each twice, each cut, unknown ones, forbidden values.
import { titleOf } from "../title.ts";
import { accepted, answers, CONNECT, ends, type Group, refuses, type Row } from "./row.ts";

type Packet =
  | "CONNECT"
  | "Will"
  | "PUBLISH"
  | "PUBACK"
  | "PUBREC"
  | "PUBREL"
  | "PUBCOMP"
  | "SUBSCRIBE"
  | "UNSUBSCRIBE"
  | "DISCONNECT"
  | "AUTH";

/** `@` stands for the properties. */
const PACKETS: Readonly<Record<Packet, string>> = {
  CONNECT: `${CONNECT[5]} 02 0000 {@} 'bad'`,
  Will: `${CONNECT[5]} 06 0000 {} 'bad' {@} 'w' 'x'`,
  PUBLISH: `30* 'a' {@} "x"`,
  PUBACK: "40* 0001 00 {@}",
  PUBREC: "50* 0001 00 {@}",
  PUBREL: "62* 0001 00 {@}",
  PUBCOMP: "70* 0001 00 {@}",
  SUBSCRIBE: "82* 0001 {@} 'a' 00",
  UNSUBSCRIBE: "a2* 0001 {@} 'a'",
  DISCONNECT: "e0* 00 {@}",
  AUTH: "f0* 18 {15 'm' @}",
};

const NAMES = Object.keys(PACKETS) as Packet[];

const ACKS: readonly Packet[] = ["PUBACK", "PUBREC", "PUBREL", "PUBCOMP"];

/** Table 2-4 of the standard, with a value of the right type, and where a client may send it. */
const PROPERTIES: readonly (readonly [name: string, bytes: string, packets: readonly Packet[]])[] = [
  ["Payload Format Indicator", "01 00", ["PUBLISH", "Will"]],
  ["Message Expiry Interval", "02 00000001", ["PUBLISH", "Will"]],
  ["Content Type", "03 't'", ["PUBLISH", "Will"]],
  ["Response Topic", "08 'r'", ["PUBLISH", "Will"]],
  ["Correlation Data", "09 'd'", ["PUBLISH", "Will"]],
  ["Subscription Identifier", "0b 01", ["PUBLISH", "SUBSCRIBE"]],
  ["Session Expiry Interval", "11 00000000", ["CONNECT", "DISCONNECT"]],
  ["Assigned Client Identifier", "12 'c'", []],
  ["Server Keep Alive", "13 0001", []],
  ["Authentication Method", "15 'm'", ["CONNECT", "AUTH"]],
  ["Authentication Data", "16 'd'", ["CONNECT", "AUTH"]],
  ["Request Problem Information", "17 01", ["CONNECT"]],
  ["Will Delay Interval", "18 00000001", ["Will"]],
  ["Request Response Information", "19 01", ["CONNECT"]],
  ["Response Information", "1a 'i'", []],
  ["Server Reference", "1c 's'", ["DISCONNECT"]],
  ["Reason String", "1f 'r'", [...ACKS, "DISCONNECT", "AUTH"]],
  ["Receive Maximum", "21 0001", ["CONNECT"]],
  ["Topic Alias Maximum", "22 0001", ["CONNECT"]],
  ["Topic Alias", "23 0001", ["PUBLISH"]],
  ["Maximum QoS", "24 01", []],
  ["Retain Available", "25 01", []],
  ["User Property", "26 'k' 'v'", NAMES],
  ["Maximum Packet Size", "27 00010000", ["CONNECT"]],
  ["Wildcard Subscription Available", "28 01", []],
  ["Subscription Identifier Available", "29 01", []],
  ["Shared Subscription Available", "2a 01", []],
];

const UNKNOWN = ["00", "04", "10", "2b", "7f", "8101"];

function row(what: string, packet: Packet, properties: string, code: string): Row {
  const make = packet === "CONNECT" || packet === "Will" ? refuses : ends;
  // AUTH has its method already, unless that is what it is about.
  const bytes = what.startsWith("Authentication Method")
    ? PACKETS[packet].replace("15 'm' ", "")
    : PACKETS[packet];
  return make(what, 5, bytes.replace("@", properties), code);
}

/** 2.2.2.2: an identifier that is not valid for its packet type is malformed. */
const misplaced: readonly Row[] = PROPERTIES.flatMap(([name, bytes, packets]) =>
  NAMES.filter((packet) => !packets.includes(packet))
    .map((packet) => row(`${name} in ${packet}`, packet, bytes, "81"))
);

/** 3.1.2.11 and its like: more than once is a Protocol Error, but for User Property. */
const repeated: readonly Row[] = PROPERTIES.flatMap(([name, bytes, packets]) =>
  packets.filter(() => name !== "User Property")
    .map((packet) => row(`${name} twice in ${packet}`, packet, `${bytes} 26 'k' 'v' ${bytes}`, "82"))
);

/** The last byte of the value is missing, and the properties end there. */
const cut: readonly Row[] = PROPERTIES.flatMap(([name, bytes, packets]) =>
  packets.map((packet) => row(`${name} cut short in ${packet}`, packet, lessOne(bytes), "81"))
);

function lessOne(bytes: string): string {
  return bytes.endsWith("'") ? bytes.replace(/'(.)'$/, "0001") : bytes.slice(0, -2);
}

const unknown: readonly Row[] = NAMES.flatMap((packet) =>
  UNKNOWN.map((id) => row(`identifier ${id} in ${packet}`, packet, `${id} 00`, "81"))
);

const BEYOND: readonly Row[] = NAMES.map((packet) => {
  const bytes = PACKETS[packet].replace("{15 'm' @}", "{@}").replace("{@}", "7f");
  const make = packet === "CONNECT" || packet === "Will" ? refuses : ends;
  return make(`a Property Length beyond the end of ${packet}`, 5, bytes, "81");
});

const LENGTHS: readonly Row[] = NAMES.flatMap((packet) => {
  const make = packet === "CONNECT" || packet === "Will" ? refuses : ends;
  const bytes = PACKETS[packet].replace("{15 'm' @}", "{@}");
  return [
    make(`a Property Length of 0 in two bytes in ${packet}`, 5, bytes.replace("{@}", "8000"), "81"),
    make(`a Property Length of five bytes in ${packet}`, 5, bytes.replace("{@}", "8080808001"), "81"),
  ];
});

const VALUES: readonly Row[] = [
  row("Receive Maximum 0", "CONNECT", "21 0000", "82"),
  row("Maximum Packet Size 0", "CONNECT", "27 00000000", "82"),
  row("Request Problem Information 2", "CONNECT", "17 02", "82"),
  row("Request Problem Information 255", "CONNECT", "17 ff", "82"),
  row("Request Response Information 2", "CONNECT", "19 02", "82"),
  row("Authentication Data without a method", "CONNECT", "16 'd'", "82"),
  row("an Authentication Method that is not offered", "CONNECT", "15 'SCRAM-SHA-1'", "8c"),
  row("an Authentication Method with data", "CONNECT", "15 'GS2-KRB5' 16 'd'", "8c"),
  row("an empty Authentication Method", "CONNECT", "15 ''", "8c"),
  row("Payload Format Indicator 2 in the Will", "Will", "01 02", "82"),
  row("a # in the Response Topic of the Will", "Will", "08 'r/#'", "82"),
  row("a + in the Response Topic of the Will", "Will", "08 '+'", "82"),
  row("Payload Format Indicator 2", "PUBLISH", "01 02", "82"),
  row("a # in the Response Topic", "PUBLISH", "08 '#'", "82"),
  row("a + in the Response Topic", "PUBLISH", "08 'a/+/b'", "82"),
  row("an empty Response Topic", "PUBLISH", "08 ''", "82"),
  row("Topic Alias 0", "PUBLISH", "23 0000", "94"),
  row("a Topic Alias just above the maximum", "PUBLISH", "23 0021", "94"),
  row("Topic Alias 65,535", "PUBLISH", "23 ffff", "94"),
  row("Subscription Identifier 5 in a PUBLISH", "PUBLISH", "0b 05", "82"),
  row("Subscription Identifier 0", "SUBSCRIBE", "0b 00", "82"),
  row("a Subscription Identifier of five bytes", "SUBSCRIBE", "0b ffffffff01", "81"),
  row("a Subscription Identifier in a longer form", "SUBSCRIBE", "0b 8100", "81"),
  row("a property identifier in a longer form", "SUBSCRIBE", "8b00 01", "81"),
  row("a Session Expiry Interval after 0 in the CONNECT", "DISCONNECT", "11 00000001", "82"),
  row("a Session Expiry Interval of never after 0", "DISCONNECT", "11 ffffffff", "82"),
  ends("an alias that was never set, without a Topic Name", 5, `30* '' {23 0001} "x"`, "82"),
  ends("no Topic Name and no alias", 5, `30* '' {} "x"`, "82"),
  ends("no Topic Name, and properties without an alias", 5, `30* '' {02 00000001} "x"`, "82"),
];

const FINE: readonly Row[] = [
  answers("the highest Topic Alias", 5, `32* 'a' 0001 {23 0020} "x"`, "4003000110"),
  answers("User Properties twice in a PUBLISH", 5, `32* 'a' 0001 {26 'k' 'v' 26 'k' 'v'} "x"`, "4003000110"),
  answers("an empty User Property", 5, `32* 'a' 0001 {26 '' ''} "x"`, "4003000110"),
  answers("the largest Subscription Identifier", 5, "82* 0001 {0b ffffff7f} 'a' 00", "900400010000"),
  accepted("Receive Maximum 1", 5, `${CONNECT[5]} 02 0000 {21 0001} 'fine1'`),
  accepted(
    "every property of CONNECT but Authentication",
    5,
    `${
      CONNECT[5]
    } 02 0000 {11 ffffffff 17 00 19 00 21 ffff 22 ffff 26 'k' 'v' 26 'k' 'v' 27 ffffffff} 'fine2'`,
  ),
  accepted(
    "every property of a Will",
    5,
    `${
      CONNECT[5]
    } 06 0000 {} 'fine3' {01 01 02 00000001 03 't' 08 'r' 09 'd' 18 00000000 26 'k' 'v'} 'fine' 'x'`,
  ),
];

export const PROPERTY_GROUPS: readonly Group[] = [
  { name: titleOf(undefined, "misplaced properties", "[5.0: 2.2.2.2 identifier]"), rows: misplaced },
  { name: titleOf(undefined, "repeated properties", "[5.0: * twice]"), rows: repeated },
  { name: titleOf(undefined, "properties cut short", "[5.0: 2.2.2.1 length]"), rows: cut },
  { name: titleOf(undefined, "unknown properties", "[5.0: 2.2.2.2 identifier]"), rows: unknown },
  {
    name: titleOf(undefined, "property lengths", "[5.0: 1.5.5-1, 2.2.2.1 length]"),
    rows: [...BEYOND, ...LENGTHS],
  },
  {
    name: titleOf(
      undefined,
      "property values",
      "[5.0: 1.5.5-1, 3.3.2-8, 3.3.2-12, 3.3.2-14, 3.3.4-6, 4.12.0-1, 4.12.0-4, 4.13.1-1]",
      "[5.0: 3.1.2.11.3 zero, 3.1.2.11.4 zero, 3.1.2.11.6 value, 3.1.2.11.7 value]",
      "[5.0: 3.1.2.11.8 order, 3.1.2.11.10 method, 3.1.3.2.3 value, 3.3.2.1 no topic]",
      "[5.0: 3.3.2.3.4 unknown, 3.3.2.3.4 maximum, 3.3.2.3.2 value, 3.3.2.3.8 identifier]",
      "[5.0: 3.8.2.1.2 zero, 3.14.2.2.2 zero]",
    ),
    rows: [...VALUES, ...FINE],
  },
];
