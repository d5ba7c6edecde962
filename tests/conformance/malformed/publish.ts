// PUBLISH and its acknowledgements: QoS, Packet Identifiers, Topic Names, reason codes, and acknowledgements out of turn.
import { titleOf } from "../title.ts";
import { answers, ends, type Group, none, type Row, type Version, VERSION_NAMES, VERSIONS } from "./row.ts";

/** [MQTT-3.3.2-2] [MQTT-4.7.3-1] */
const BAD_TOPICS = ["#", "+", "a/#", "a/+", "+/a", "a#", "a+b", "#/a", "a/#/b"];

/** Topic Names that look odd and are allowed. */
const ODD_TOPICS = ["/", "//", "a/", "/a", "a//b", " ", "$a", "a b", "$share", "*", "a/$b", "A/a"];

/** Codes of the standard that are not of this packet, and some that are of none. [MQTT-3.4.2-1] and its like */
const NOT_OF_RECEIVE = ["01", "02", "04", "11", "18", "81", "82", "8f", "92", "93", "95", "9a", "a2", "ff"];
const NOT_OF_RELEASE = ["01", "10", "11", "80", "83", "87", "90", "91", "97", "99", "ff"];

function topics(version: Version): Row[] {
  const nobody = version === 5 ? "4003000110" : "40020001";
  return [
    ...BAD_TOPICS.map((topic) =>
      ends(`the Topic Name ${topic}`, version, `30* '${topic}' ${none(version)} "x"`)
    ),
    ends("the Topic Name # with QoS 2", version, `34* '#' 0001 ${none(version)} "x"`),
    ends("an empty Topic Name", version, `30* '' ${none(version)} "x"`, "82"),
    ends("an empty Topic Name with QoS 1", version, `32* '' 0001 ${none(version)} "x"`, "82"),
    ends("an empty Topic Name with QoS 2, retained", version, `35* '' 0001 ${none(version)} "x"`, "82"),
    ...ODD_TOPICS.map((topic) =>
      answers(
        `the Topic Name "${topic}", allowed`,
        version,
        `32* '${topic}' 0001 ${none(version)} "x"`,
        nobody,
      )
    ),
  ];
}

function headers(version: Version): Row[] {
  const p = none(version);
  const code = "81";
  return [
    ...["36", "37", "3e", "3f"].map((header) =>
      ends(`QoS 3 with header ${header}`, version, `${header}* 'a' 0001 ${p} "x"`, code)
    ),
    ...["38", "39"].map((header) =>
      ends(`DUP with QoS 0, header ${header}`, version, `${header}* 'a' ${p} "x"`, code)
    ),
    ...["32", "34", "3a", "3c", "33", "35"].map((header) =>
      ends(`Packet Identifier 0 with header ${header}`, version, `${header}* 'a' 0000 ${p} "x"`, code)
    ),
    ends("a Topic Name longer than the packet", version, "30* 0009 61"),
    ends("a Topic Name of 65,535 bytes that is not there", version, "30* ffff"),
    ends("QoS 1 without a Packet Identifier", version, "32* 'a'"),
    ends("QoS 2 with half a Packet Identifier", version, "34* 'a' 00"),
  ];
}

function acknowledgements(version: Version): Row[] {
  const unknown = version === 5 ? "92" : "";
  const length = version === 5 ? "03" : "02";
  return [
    ...["40", "50", "62", "70"].map((header) =>
      ends(`Packet Identifier 0 in ${header}`, version, `${header}* 0000`)
    ),
    answers("PUBACK of nothing that was sent", version, "40* 0001", ""),
    answers("PUBCOMP of nothing that was sent", version, "70* 0001", ""),
    answers("PUBREC of nothing that was sent", version, "50* 0001", `62${length}0001${unknown}`),
    answers("PUBREL of nothing that was received", version, "62* 0001", `70${length}0001${unknown}`),
    answers(
      "PUBREL twice",
      version,
      `34* 'a' 0007 ${none(version)} "x" `.replace("*", version === 5 ? "07" : "06") +
        "62 02 0007 62 02 0007",
      version === 5 ? "500300071070020007" + "7003000792" : "50020007" + "70020007" + "70020007",
    ),
    answers(
      "QoS 2 twice before PUBREL",
      version,
      `34* 'b' 0008 ${none(version)} "x"`.replace("*", version === 5 ? "07" : "06").repeat(2) + "62 02 0008",
      version === 5 ? "5003000810" + "50020008" + "70020008" : "50020008".repeat(2) + "70020008",
    ),
    answers(
      "QoS 1 with the Packet Identifier of an open QoS 2",
      version,
      (`34* 'b' 0009 ${none(version)} "x"` + `32* 'b' 0009 ${none(version)} "x"`).replaceAll(
        "*",
        version === 5 ? "07" : "06",
      ) + "62 02 0009",
      version === 5 ? "5003000910" + "4003000910" + "70020009" : "50020009" + "40020009" + "70020009",
    ),
  ];
}

const OLDER: readonly Row[] = ([3, 4] as const).flatMap((version) => [
  ...["40", "50", "62", "70"].flatMap((header) => [
    ends(`a Reason Code of 5.0 in ${header}`, version, `${header}* 0001 00`),
    ends(`a Reason Code and properties of 5.0 in ${header}`, version, `${header}* 0001 00 {}`),
  ]),
]);

const REASON_CODES: readonly Row[] = [
  ...NOT_OF_RECEIVE.flatMap((code) => [
    ends(`Reason Code ${code} in PUBACK`, 5, `40* 0001 ${code}`, "82"),
    ends(`Reason Code ${code} in PUBREC`, 5, `50* 0001 ${code}`, "82"),
  ]),
  ...NOT_OF_RELEASE.flatMap((code) => [
    ends(`Reason Code ${code} in PUBREL`, 5, `62* 0001 ${code}`, "82"),
    ends(`Reason Code ${code} in PUBCOMP`, 5, `70* 0001 ${code}`, "82"),
  ]),
  answers("a PUBREC that refuses what was not sent", 5, "50* 0001 97", ""),
  answers("a PUBACK with an empty Property Length", 5, "40* 0001 00 {}", ""),
  answers("a PUBREL with a reason and properties", 5, "62* 0001 92 {1f 'gone' 26 'k' 'v'}", "7003000192"),
];

export const PUBLISHES: readonly Group[] = [
  ...VERSIONS.map((version) => ({
    name: titleOf(
      version,
      `PUBLISH, ${VERSION_NAMES[version]}`,
      "[3.1.1: 2.3.1-1, 3.3.2-2, 3.3.1-2, 3.3.1-4, 4.7.1-1, 4.7.3-1, 4.8.0-1]",
      "[5.0: 2.2.1-3, 3.3.1-2, 3.3.1-4, 3.3.2-2, 3.14.4-2, 4.7.0-1, 4.7.3-1, 4.13.1-1, 3.3.1.2 QoS]",
      "[5.0: 3.3.2.1 no topic]",
    ),
    rows: [...headers(version), ...topics(version)],
  })),
  ...VERSIONS.map((version) => ({
    name: titleOf(
      version,
      `acknowledgements out of turn, ${VERSION_NAMES[version]}`,
      "[3.1.1: 4.3.3-2]",
      "[5.0: 3.4.2-1, 3.5.2-1, 3.6.2-1, 3.7.2-1, 4.3.3-11]",
    ),
    rows: acknowledgements(version),
  })),
  {
    name: "acknowledgements of 5.0 in 3.1 and 3.1.1",
    rows: OLDER.map((row) => ({ ...row, what: `${row.what}, ${VERSION_NAMES[row.version]}` })),
  },
  {
    name: titleOf(undefined, "reason codes of acknowledgements", "[5.0: 3.4.2-1, 3.5.2-1, 3.6.2-1, 3.7.2-1]"),
    rows: REASON_CODES,
  },
];
