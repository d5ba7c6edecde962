// SUBSCRIBE and UNSUBSCRIBE: Topic Filters, options, shared subscriptions, Packet Identifiers.
import { titleOf } from "../title.ts";
import { answers, ends, type Group, none, type Row, type Version, VERSION_NAMES, VERSIONS } from "./row.ts";

/** [MQTT-4.7.1-2] [MQTT-4.7.1-3] [MQTT-4.7.3-1] */
const BAD_FILTERS = ["", "a#", "#a", "a/#/b", "#/a", "#/#", "a/b#", "+a", "a+", "a/b+/c", "++", "+#", "a/+b"];

/** [MQTT-4.8.2-1] [MQTT-4.8.2-2] */
const BAD_SHARES = [
  "$share/",
  "$share/g",
  "$share/g/",
  "$share//a",
  "$share/g+/a",
  "$share/#/a",
  "$share/g/a#",
  "$share/+/a",
];

const GOOD_FILTERS = [
  "#",
  "+",
  "/",
  "+/+",
  "/#",
  "a/+/b",
  "a//b",
  "$SYS/nothing/#",
  "$share",
  "$shared/a",
  " ",
  "a/b/#",
];

function filters(version: Version): Row[] {
  const p = none(version);
  const granted = version === 5 ? "900400010001" : "9003000101";
  const unsubscribed = version === 5 ? "b00400010011" : "b0020001";
  return [
    ...[...BAD_FILTERS, ...BAD_SHARES].flatMap((filter) => [
      ends(`SUBSCRIBE to "${filter}"`, version, `82* 0001 ${p} '${filter}' 01`),
      ends(`UNSUBSCRIBE from "${filter}"`, version, `a2* 0001 ${p} '${filter}'`),
    ]),
    ends("a bad filter behind a good one", version, `82* 0001 ${p} 'good' 01 'a#' 01`),
    ends("a bad filter behind a good one in UNSUBSCRIBE", version, `a2* 0001 ${p} 'good' 'a#'`),
    ...GOOD_FILTERS.map((filter) =>
      answers(`SUBSCRIBE to "${filter}", allowed`, version, `82* 0001 ${p} '${filter}' 01`, granted)
    ),
    answers(
      "UNSUBSCRIBE from what was never subscribed",
      version,
      `a2* 0001 ${p} 'never' 'never'`,
      version === 5 ? "b0050001001111" : unsubscribed,
    ),
    answers(
      "SUBSCRIBE to a shared subscription",
      version,
      `82* 0001 ${p} '$share/g/${version}/a' 01`,
      granted,
    ),
    // Over max_topic_levels: well-formed and not allowed. 3.1 has no way to say so.
    answers(
      "SUBSCRIBE to 129 levels",
      version,
      `82* 0001 ${p} '${"/".repeat(128)}' 01`,
      version === 5 ? "90040001008f" : version === 4 ? "9003000180" : granted,
    ),
  ];
}

function packets(version: Version): Row[] {
  const p = none(version);
  const reserved = version === 5
    ? ["40", "80", "c0", "41", "c2"]
    : ["04", "08", "10", "20", "40", "80", "fc", "05"];
  return [
    ends("SUBSCRIBE with Packet Identifier 0", version, `82* 0000 ${p} 'a' 00`),
    ends("UNSUBSCRIBE with Packet Identifier 0", version, `a2* 0000 ${p} 'a'`),
    ends("SUBSCRIBE without a filter", version, `82* 0001 ${p}`, "82"),
    ends("UNSUBSCRIBE without a filter", version, `a2* 0001 ${p}`, "82"),
    ends("an empty SUBSCRIBE", version, "82*"),
    ends("an empty UNSUBSCRIBE", version, "a2*"),
    ends("SUBSCRIBE without options", version, `82* 0001 ${p} 'a'`),
    ends("SUBSCRIBE, the second filter without options", version, `82* 0001 ${p} 'good' 00 'b'`),
    ends("SUBSCRIBE with a filter longer than the packet", version, `82* 0001 ${p} 0009 61`),
    ends("UNSUBSCRIBE with a filter longer than the packet", version, `a2* 0001 ${p} 0009 61`),
    ends("UNSUBSCRIBE with half a length", version, `a2* 0001 ${p} 'good' 00`),
    // 3.8.3.1 of 5.0: a Protocol Error.
    ends("QoS 3", version, `82* 0001 ${p} 'a' 03`, "82"),
    ends("QoS 3 behind a good filter", version, `82* 0001 ${p} 'good' 01 'a' 03`, "82"),
    ...reserved.map((options) =>
      ends(`reserved options ${options}`, version, `82* 0001 ${p} 'a' ${options}`)
    ),
    ends("reserved options behind a good filter", version, `82* 0001 ${p} 'good' 01 'a' c0`),
  ];
}

const OPTIONS_5: readonly Row[] = [
  ends("Retain Handling 3", 5, "82* 0001 {} 'a' 30", "82"),
  ends("Retain Handling 3 with QoS 2", 5, "82* 0001 {} 'a' 32", "82"),
  ends("Retain Handling 3 behind a good filter", 5, "82* 0001 {} 'good' 01 'a' 31", "82"),
  ends("No Local on a shared subscription", 5, "82* 0001 {} '$share/g/a' 04", "82"),
  ends(
    "No Local on a shared subscription behind a good filter",
    5,
    "82* 0001 {} 'good' 01 '$share/g/a' 05",
    "82",
  ),
  ends(
    "No Local on a shared subscription before a good filter",
    5,
    "82* 0001 {} '$share/g/#' 06 'good' 01",
    "82",
  ),
  answers("No Local on what only looks shared", 5, "82* 0001 {} '$share' 04", "900400010000"),
  answers("every option there is", 5, "82* 0001 {} 'a' 2e", "900400010002"),
  answers("Retain Handling 2 on a shared subscription", 5, "82* 0001 {} '$share/h/a' 20", "900400010000"),
];

export const SUBSCRIPTIONS: readonly Group[] = [
  ...VERSIONS.map((version) => ({
    name: titleOf(
      version,
      `topic filters, ${VERSION_NAMES[version]}`,
      "[3.1.1: 3.10.4-5, 4.7.1-2, 4.7.1-3, 4.7.3-1, 4.8.0-1]",
      "[5.0: 3.9.3-2, 3.11.3-2, 3.12.4-1, 4.7.1-1, 4.7.1-2, 4.7.3-1, 4.8.2-1, 4.8.2-2]",
    ),
    rows: filters(version),
  })),
  ...VERSIONS.map((version) => ({
    name: titleOf(
      version,
      `SUBSCRIBE and UNSUBSCRIBE, ${VERSION_NAMES[version]}`,
      "[3.1.1: 2.3.1-1, 3-8.3-4, 3.10.3-2, 3.8.3-3]",
      "[5.0: 2.2.1-3, 3.8.3-2, 3.8.3-4, 3.8.3-5, 3.10.3-2, 4.13.1-1, 3.8.3 empty, 3.8.3.1 QoS]",
      "[5.0: 3.8.3.1 retain, 3.10.3 empty]",
    ),
    rows: [...packets(version), ...version === 5 ? OPTIONS_5 : []],
  })),
];
