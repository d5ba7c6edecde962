// Whole packets of each type, cut after every byte of their bodies, with a Remaining Length that agrees; and with a
// byte too many.
import { titleOf } from "../title.ts";
import { bytesOf } from "../../mqtt/_notation.ts";
import { type Group, type Row, type Version, VERSION_NAMES, VERSIONS } from "./row.ts";

interface Whole {
  readonly name: string;
  readonly version: Version;
  readonly header: string;
  readonly body: string;
  /** What must happen at a length of the body, where that is not the usual. */
  readonly unless?: Readonly<Record<number, string>>;
  /** What must happen with a byte too many, where that is not the usual; `false`: there is no such thing. */
  readonly longer?: string | false;
}

const SILENT = "answers";

const CONNECTS: readonly Whole[] = [
  // In 3.1 the Remaining Length decides whether User Name and Password are there.
  {
    name: "CONNECT",
    version: 3,
    header: "10",
    body: "'MQIsdp' 03 ee 0000 'c' 'w' 'x' 'u' 'p'",
    unless: { 21: "accepted", 24: "accepted" },
  },
  { name: "CONNECT", version: 4, header: "10", body: "'MQTT' 04 ee 0000 'bad' 'w' 'x' 'u' 'p'" },
  {
    name: "CONNECT",
    version: 5,
    header: "10",
    body: "'MQTT' 05 ee 0000 {11 00000001} 'bad' {18 00000001} 'w' 'x' 'u' 'p'",
    // The version is not there yet.
    unless: Object.fromEntries(Array.from({ length: 7 }, (_, length) => [length, "close"])),
  },
];

const OPEN: readonly Whole[] = [
  ...([3, 4] as const).flatMap((version): Whole[] => [
    { name: "PUBLISH of QoS 0", version, header: "30", body: "'a/b'", longer: false },
    { name: "PUBLISH of QoS 1", version, header: "32", body: "'a/b' 0007", longer: false },
    { name: "PUBLISH of QoS 2", version, header: "34", body: "'a/b' 0007", longer: false },
    { name: "PUBACK", version, header: "40", body: "0001" },
    { name: "PUBREC", version, header: "50", body: "0001" },
    { name: "PUBREL", version, header: "62", body: "0001" },
    { name: "PUBCOMP", version, header: "70", body: "0001" },
    {
      name: "SUBSCRIBE",
      version,
      header: "82",
      body: "0001 'a' 00 'b' 01",
      unless: { 6: "answers 9003000100" },
    },
    { name: "UNSUBSCRIBE", version, header: "a2", body: "0001 'a' 'b'", unless: { 5: "answers b0020001" } },
    { name: "PINGREQ", version, header: "c0", body: "" },
    { name: "DISCONNECT", version, header: "e0", body: "" },
  ]),
  {
    name: "PUBLISH of QoS 0",
    version: 5,
    header: "30",
    body: "'a/b' {02 0000003c 26 'k' 'v'}",
    longer: false,
  },
  { name: "PUBLISH of QoS 1", version: 5, header: "32", body: "'a/b' 0007 {02 0000003c}", longer: false },
  { name: "PUBLISH of QoS 2", version: 5, header: "34", body: "'a/b' 0007 {02 0000003c}", longer: false },
  { name: "PUBACK", version: 5, header: "40", body: "0001 00 {1f 'why'}", unless: { 2: SILENT, 3: SILENT } },
  {
    name: "PUBREC",
    version: 5,
    header: "50",
    body: "0001 00 {1f 'why'}",
    unless: { 2: "answers 6203000192", 3: "answers 6203000192" },
  },
  {
    name: "PUBREL",
    version: 5,
    header: "62",
    body: "0001 00 {1f 'why'}",
    unless: { 2: "answers 7003000192", 3: "answers 7003000192" },
  },
  { name: "PUBCOMP", version: 5, header: "70", body: "0001 00 {1f 'why'}", unless: { 2: SILENT, 3: SILENT } },
  {
    name: "SUBSCRIBE",
    version: 5,
    header: "82",
    body: "0001 {0b 05} 'a' 00 'b' 01",
    unless: { 5: "disconnect 82", 9: "answers 900400010000" },
  },
  {
    name: "UNSUBSCRIBE",
    version: 5,
    header: "a2",
    body: "0001 {26 'k' 'v'} 'a' 'b'",
    unless: { 10: "disconnect 82", 13: "answers b00400010011" },
  },
  { name: "PINGREQ", version: 5, header: "c0", body: "" },
  // A good-bye is answered with the end.
  {
    name: "DISCONNECT",
    version: 5,
    header: "e0",
    body: "00 {11 00000000 1f 'why'}",
    unless: { 0: "close", 1: "close" },
  },
  {
    name: "AUTH",
    version: 5,
    header: "f0",
    body: "18 {15 'm'}",
    unless: { 0: "disconnect 82", 1: "disconnect 82" },
  },
];

function rows(whole: Whole): Row[] {
  const { name, version, header, unless = {}, longer } = whole;
  const body = bytesOf(whole.body).toHex();
  const length = body.length / 2;
  const stage = name === "CONNECT" ? "first" : "open";
  const usual = version < 5 ? "close" : stage === "first" ? "connack 81" : "disconnect 81";
  const cuts = Array.from({ length }, (_, at): Row => ({
    what: `${name} cut to ${at} of ${length} bytes`,
    version,
    stage,
    bytes: `${header}* ${body.slice(0, at * 2)}`,
    expect: unless[at] ?? usual,
  }));
  if (longer === false) return cuts;
  const extra = { version, stage, bytes: `${header}* ${body} 00`, expect: longer ?? usual } as const;
  return [...cuts, { what: `${name} with a byte too many`, ...extra }];
}

export const CUTS: readonly Group[] = VERSIONS.map((version) => ({
  name: titleOf(
    version,
    `packets cut after every byte, ${VERSION_NAMES[version]}`,
    "[3.1.1: 3.1.3-3, 3.1.4-1, 3.3.2-1, 4.8.0-1]",
    "[5.0: 2.2.2-1, 3.1.2-9, 3.1.3-3, 3.1.4-1, 3.3.2-1, 4.13.1-1, 2.2.2.1 length]",
  ),
  rows: [...CONNECTS, ...OPEN].filter((whole) => whole.version === version).flatMap(rows),
}));
