// Packets at the wrong time or from the wrong side, Remaining Lengths, DISCONNECT and AUTH.
import { titleOf } from "../title.ts";
import {
  answers,
  CONNECT,
  ends,
  type Group,
  none,
  type Row,
  type Version,
  VERSION_NAMES,
  VERSIONS,
} from "./row.ts";

/** Well-formed packets that are no CONNECT. [MQTT-3.1.0-1] */
function others(version: Version): readonly (readonly [what: string, bytes: string])[] {
  const p = none(version);
  return [
    ["packet type 0", "00*"],
    ["CONNACK", `20* 0000 ${p}`],
    ["PUBLISH", `30* 'after' ${p} "x"`],
    ["PUBLISH of QoS 1", `32* 'after' 0001 ${p} "x"`],
    ["PUBLISH of QoS 2", `34* 'after' 0001 ${p} "x"`],
    ["PUBACK", "40* 0001"],
    ["PUBREC", "50* 0001"],
    ["PUBREL", "62* 0001"],
    ["PUBCOMP", "70* 0001"],
    ["SUBSCRIBE", `82* 0001 ${p} 'a' 00`],
    ["SUBACK", `90* 0001 ${p} 00`],
    ["UNSUBSCRIBE", `a2* 0001 ${p} 'a'`],
    ["UNSUBACK", `b0* 0001 ${p}`],
    ["PINGREQ", "c0*"],
    ["PINGRESP", "d0*"],
    ["DISCONNECT", "e0*"],
    ["packet type 15", version === 5 ? "f0* 18 {15 'm'}" : "f0*"],
  ];
}

const FROM_SERVERS = ["packet type 0", "CONNACK", "SUBACK", "UNSUBACK", "PINGRESP", "packet type 15"];

function beforeConnect(version: Version): Row[] {
  return others(version).map(([what, bytes]) => ({
    what: `${what} before CONNECT`,
    version,
    stage: "first",
    bytes,
    expect: "close",
  }));
}

function behindConnect(version: Version): Row[] {
  const second = `${CONNECT[version]} 02 0000 ${none(version)}`;
  return [
    ...others(version).filter(([what]) => FROM_SERVERS.includes(what))
      .map(([what, bytes]) => ends(`${what} from a client`, version, bytes, "82")),
    ends("a second CONNECT", version, `${second} 'again'`, "82"),
    ends("a second CONNECT without a Client Identifier", version, `${second} ''`, "82"),
    ends(
      "a second CONNECT of another version",
      version,
      `${CONNECT[version === 5 ? 4 : 5]} 02 0000 'again'`,
      "82",
    ),
  ];
}

const TYPES = [
  "10",
  "20",
  "30",
  "32",
  "40",
  "50",
  "62",
  "70",
  "82",
  "90",
  "a2",
  "b0",
  "c0",
  "d0",
  "e0",
  "f0",
];

function lengths(version: Version): Row[] {
  const longer = version === 5
    ? (what: string, bytes: string, _answer: string) => ends(what, 5, bytes)
    : (what: string, bytes: string, answer: string) => answers(`${what}, allowed`, version, bytes, answer);
  const p = none(version);
  const size = version === 5 ? ["86", "87"] : ["85", "86"];
  return [
    ...TYPES.map((type) =>
      ends(`a Remaining Length of five bytes, type ${type}`, version, `${type} 8080808001`)
    ),
    ends("a Remaining Length of ff ff ff ff", version, "30 ffffffff"),
    ends("a claim of 256 MB", version, "30 ffffff7f", "95"),
    ends("a claim of 256 MB in SUBSCRIBE", version, "82 ffffff7f", "95"),
    ends("a claim of one byte over max_packet_size", version, "30 fdff3f", "95"),
    longer("PINGREQ with its length in two bytes", "c0 8000", "d000"),
    longer("PINGREQ with its length in four bytes", "c0 80808000", "d000"),
    longer("PUBLISH with its length in two bytes", `32 ${size[0]}00 'a' 0001 ${p}`, "40020001"),
    longer("SUBSCRIBE with its length in three bytes", `82 ${size[1]}8000 0001 ${p} 'a' 00`, "9003000100"),
    longer("PUBREL with its length in two bytes", "62 8200 0001", "70020001"),
  ];
}

const FIRST_LENGTHS: readonly Row[] = [
  ["a Remaining Length of five bytes", "10 8080808001"],
  ["a Remaining Length of ff ff ff ff", "10 ffffffff"],
  ["a claim of 256 MB", "10 ffffff7f"],
  ["a CONNECT without a body", "10 00"],
  ["a request of HTTP", '"GET / HTTP/1.1" 0d0a0d0a'],
  ["a hello of TLS", "16030100c8010000c40303"],
  ["bytes of 0", "00000000"],
  ["bytes of ff", "ffffffffff"],
].map(([what = "", bytes = ""]) => ({ what, version: 4, stage: "first", bytes, expect: "close" }));

/** Reason Codes that a client may not send in DISCONNECT (3.14.2.1), and some that are none. */
const NOT_OF_CLIENTS = [
  "01",
  "02",
  "10",
  "18",
  "84",
  "87",
  "89",
  "8b",
  "8d",
  "8e",
  "8f",
  "9a",
  "9b",
  "9c",
  "9d",
  "9e",
  "9f",
  "a0",
  "a1",
  "a2",
  "ff",
];

const DISCONNECTS: readonly Row[] = [
  ...NOT_OF_CLIENTS.map((code) => ends(`DISCONNECT with Reason Code ${code}`, 5, `e0* ${code}`, "82")),
  ...["00", "04", "80", "81", "82", "83", "90", "93", "94", "95", "96", "97", "98", "99"].map((
    code,
  ): Row => ({
    what: `DISCONNECT with Reason Code ${code}, allowed`,
    version: 5,
    stage: "open",
    bytes: `e0* ${code}`,
    expect: "close",
  })),
  ends("a Reason Code in 3.1", 3, "e0* 00"),
  ends("a Reason Code in 3.1.1", 4, "e0* 04 {}"),
];

const AUTHS: readonly Row[] = [
  ends("AUTH to continue", 5, "f0* 18 {15 'm'}", "82"),
  ends("AUTH to authenticate again", 5, "f0* 19 {15 'm' 16 'd'}", "82"),
  ends("AUTH with Success", 5, "f0* 00 {15 'm'}", "82"),
  ends("AUTH with a code that is none", 5, "f0* 42 {15 'm'}", "82"),
  ends("an empty AUTH", 5, "f0*", "82"),
  ends("AUTH without a method", 5, "f0* 18 {}", "82"),
  ends("AUTH with data and without a method", 5, "f0* 18 {16 'd'}", "82"),
  ends("AUTH with bytes behind its end", 5, "f0* 18 {15 'm'} 00"),
];

export const ORDER: readonly Group[] = [
  ...VERSIONS.flatMap((version) => [
    {
      name: titleOf(
        version,
        `before CONNECT, ${VERSION_NAMES[version]}`,
        "[3.1.1: 3.1.0-1, 3.2.0-1]",
        "[5.0: 3.1.0-1, 3.2.0-1, 3.14.0-1]",
      ),
      rows: beforeConnect(version),
    },
    {
      name: titleOf(
        version,
        `out of place behind CONNECT, ${VERSION_NAMES[version]}`,
        "[3.1.1: 3.1.0-2, 4.8.0-1]",
        "[5.0: 3.1.0-2, 3.2.0-2, 3.14.2-2, 3.14.4-1, 3.14.4-2, 4.13.2-1]",
      ),
      rows: behindConnect(version),
    },
    {
      name: titleOf(
        version,
        `remaining lengths, ${VERSION_NAMES[version]}`,
        "[3.1.1: 3.12.4-1]",
        "[5.0: 1.5.5-1, 2.1.4 length, 3.2.2.3.6 size]",
      ),
      rows: lengths(version),
    },
  ]),
  { name: "remaining lengths and strangers in the place of CONNECT", rows: FIRST_LENGTHS },
  { name: titleOf(undefined, "DISCONNECT", "[5.0: 3.14.2.1 code]"), rows: DISCONNECTS },
  {
    name: titleOf(undefined, "AUTH", "[5.0: 3.15.2-1, 4.12.0-7, 4.12.1-2, 3.15 method, 3.15.2.2.2 missing]"),
    rows: AUTHS,
  },
];
