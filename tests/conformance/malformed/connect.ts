// CONNECT, field by field: protocol name and version, Connect Flags, Client Identifier, Will, what is missing.
import { titleOf } from "../title.ts";
import {
  accepted,
  CONNECT,
  type Group,
  none,
  refuses,
  type Row,
  type Version,
  VERSION_NAMES,
  VERSIONS,
} from "./row.ts";

/** A CONNECT with these flags (hexadecimal) and payload. */
function connect(version: Version, flags: string, payload: string): string {
  return `${CONNECT[version]} ${flags} 0000 ${none(version)} ${payload}`;
}

function fields(version: Version): Row[] {
  const p = none(version);
  return [
    refuses("Will QoS 3", version, connect(version, "1e", `'bad' ${p} 'w' 'x'`)),
    refuses("Will QoS 3 and Will Retain", version, connect(version, "3e", `'bad' ${p} 'w' 'x'`)),
    refuses("a Will Topic with #", version, connect(version, "06", `'bad' ${p} 'w/#' 'x'`)),
    refuses("a Will Topic with +", version, connect(version, "06", `'bad' ${p} '+/w' 'x'`)),
    refuses("a Will Topic with + inside a level", version, connect(version, "06", `'bad' ${p} 'a+b' 'x'`)),
    refuses("an empty Will Topic", version, connect(version, "06", `'bad' ${p} '' 'x'`)),
    refuses("a Will that is not there", version, connect(version, "06", "'bad'")),
    refuses("a Will Topic without a payload", version, connect(version, "06", `'bad' ${p} 'w'`)),
    refuses("a Will without its flag", version, connect(version, "02", `'bad' ${p} 'w' 'x'`)),
    refuses(
      "a Will payload longer than the packet",
      version,
      connect(version, "06", `'bad' ${p} 'w' 0009 78`),
    ),
    refuses("a User Name without its flag", version, connect(version, "02", "'bad' 'u'")),
    refuses("a Password without its flag", version, connect(version, "82", "'bad' 'u' 'p'")),
    refuses("a User Name longer than the packet", version, connect(version, "82", "'bad' 0009 75")),
    refuses("a Password longer than the packet", version, connect(version, "c2", "'bad' 'u' 0009 70")),
    refuses("no Client Identifier", version, connect(version, "02", "")),
    refuses("a Client Identifier longer than the packet", version, connect(version, "02", "0004 626164")),
    refuses("half a length of the Client Identifier", version, connect(version, "02", "00")),
    refuses("a byte behind the payload", version, connect(version, "02", "'bad' 00")),
    accepted(
      "a Client Identifier of 23 characters",
      version,
      connect(version, "02", "'0123456789abcdefghiJKLM'"),
    ),
    accepted("the flag of Clean Session and no other", version, connect(version, "02", `'clean${version}'`)),
  ];
}

/** 3.1.1 and 5.0 say that these flags must be 0; 3.1 disregards them where there is no Will. */
const WILL_FLAGS: readonly (readonly [what: string, flags: string])[] = [
  ["Will QoS 1 without a Will", "0a"],
  ["Will QoS 2 without a Will", "12"],
  ["Will QoS 3 without a Will", "1a"],
  ["Will Retain without a Will", "22"],
  ["Will QoS 1 and Will Retain without a Will", "2a"],
];

function willFlags(version: Version): Row[] {
  return WILL_FLAGS.map(([what, flags]) =>
    version === 3
      ? accepted(`${what}, disregarded`, 3, connect(3, flags, `'flags${flags}'`))
      : refuses(what, version, connect(version, flags, "'bad'"))
  );
}

/** Everything else in these is right. [MQTT-3.1.2-3] */
function reservedFlag(version: Version): Row[] {
  const p = none(version);
  return [
    ["01", "'bad'"],
    ["03", "'bad'"],
    ["07", `'bad' ${p} 'w' 'x'`],
    ["83", "'bad' 'u'"],
    ["c3", "'bad' 'u' 'p'"],
  ].map(([flags = "", payload = ""]) =>
    refuses(`the reserved Connect Flag, with ${flags}`, version, connect(version, flags, payload))
  );
}

/** [MQTT-3.1.2-1] [MQTT-3.1.2-2] */
const PROTOCOLS: readonly Row[] = [
  ["an unknown name", "'MQTX' 04", "close"],
  ["an unknown name, 5.0", "'MQTX' 05", "connack 84"],
  ["a name in small letters", "'mqtt' 04", "close"],
  ["a name in small letters, 5.0", "'mqtt' 05", "connack 84"],
  ["an empty name", "'' 04", "close"],
  ["a name with a space", "'MQTT ' 04", "close"],
  ["the name of 3.1 in small letters", "'mqisdp' 03", "close"],
  ["a name longer than the packet", "00ff 4d515454 04", "close"],
  ["a name with U+0000", "0005 4d51540054 04", "close"],
  ["HTTP", "'HTTP' 01", "close"],
  ["version 0", "'MQTT' 00", "connack 01"],
  ["version 1", "'MQTT' 01", "connack 01"],
  ["version 3 under the name of 3.1.1", "'MQTT' 03", "connack 01"],
  ["version 4 under the name of 3.1", "'MQIsdp' 04", "connack 01"],
  ["version 2 under the name of 3.1", "'MQIsdp' 02", "connack 01"],
  ["version 5 under the name of 3.1", "'MQIsdp' 05", "connack 01"],
  ["version 6", "'MQTT' 06", "connack 84"],
  ["version 127", "'MQTT' 7f", "connack 84"],
  ["version 255", "'MQTT' ff", "connack 84"],
  ["the bridge bit of Mosquitto on 3.1.1", "'MQTT' 84", "connack 84"],
].map(([what = "", start = "", expect = ""]) => ({
  what,
  version: expect.startsWith("connack 8") ? 5 : 4,
  stage: "first",
  bytes: `10* ${start} 02 0000 ${start.endsWith("05") ? "{}" : ""} 'bad'`,
  expect,
}));

function refused(what: string, version: Version, bytes: string, code: string): Row {
  return { what, version, stage: "first", bytes, expect: `connack ${code}` };
}

const SPECIFIC: Readonly<Record<Version, readonly Row[]>> = {
  3: [
    refused("an empty Client Identifier", 3, connect(3, "02", "''"), "02"),
    refused("an empty Client Identifier, not clean", 3, connect(3, "00", "''"), "02"),
    // 3.1 asks for a refusal of more than 23 characters; devices have longer ones, and other brokers accept them.
    accepted("a Client Identifier of 24 characters", 3, connect(3, "02", "'0123456789abcdefghijklmn'")),
    accepted(
      "a Client Identifier of 24 accented characters",
      3,
      connect(3, "02", "'éééééééééééééééééééééééé'"),
    ),
    accepted(
      "a Client Identifier of 23 accented characters",
      3,
      connect(3, "02", "'ééééééééééééééééééééééé'"),
    ),
    accepted("a User Name that is not there", 3, connect(3, "82", "'nouser'")),
    accepted("a User Name and a Password that are not there", 3, connect(3, "c2", "'neither'")),
    accepted("a Password that is not there", 3, connect(3, "c2", "'nopass' 'u'")),
    refuses("a Password without a User Name", 3, connect(3, "42", "'bad' 'p'")),
    refused("a Will into $SYS/", 3, connect(3, "06", "'bad' '$SYS/x' 'x'"), "05"),
  ],
  4: [
    refused("an empty Client Identifier, not clean", 4, connect(4, "00", "''"), "02"),
    accepted("an empty Client Identifier, clean", 4, connect(4, "02", "''")),
    accepted("a Client Identifier of 24 characters", 4, connect(4, "02", "'0123456789abcdefghijklmn'")),
    refuses("a Password without a User Name", 4, connect(4, "42", "'bad' 'p'")),
    refuses("a Password without a User Name, empty", 4, connect(4, "42", "'bad' ''")),
    refused("a Will into $SYS/", 4, connect(4, "06", "'bad' '$SYS/x' 'x'"), "05"),
    accepted("a Remaining Length in a longer form", 4, "10 9100 'MQTT' 04 02 0000 'long4'"),
  ],
  5: [
    accepted("an empty Client Identifier, clean", 5, connect(5, "02", "''")),
    accepted("an empty Client Identifier, not clean", 5, connect(5, "00", "''")),
    accepted("a Password without a User Name", 5, connect(5, "42", "'pass5' 'p'")),
    refused("a Will into $SYS/", 5, connect(5, "06", "'bad' {} '$SYS/x' 'x'"), "87"),
    refuses("a Remaining Length in a longer form", 5, "10 9000 'MQTT' 05 02 0000 {} 'bad'"),
    refuses("a Remaining Length in a longer form of three bytes", 5, "10 908000 'MQTT' 05 02 0000 {} 'bad'"),
    refuses("a Will without properties", 5, connect(5, "06", "'bad' 'w' 'x'")),
    refuses("a body of 3.1.1", 5, `${CONNECT[5]} 02 0000 'bad'`),
    // The CONNACK that accepts has 16 bytes, one that refuses 5. [MQTT-3.1.2-24]
    refused(
      "a Maximum Packet Size smaller than the CONNACK",
      5,
      `${CONNECT[5]} 02 0000 {27 00000005} 'bad'`,
      "83",
    ),
    {
      what: "a Maximum Packet Size smaller than any CONNACK",
      version: 5,
      stage: "first",
      bytes: `${CONNECT[5]} 02 0000 {27 00000004} 'bad'`,
      expect: "close",
    },
    {
      what: "a Maximum Packet Size of 1",
      version: 5,
      stage: "first",
      bytes: `${CONNECT[5]} 02 0000 {27 00000001} 'bad'`,
      expect: "close",
    },
  ],
};

export const CONNECTS: readonly Group[] = [
  {
    name: titleOf(
      undefined,
      "protocol names and versions",
      "[3.1.1: 3.1.2-1, 3.1.2-2, 3.2.2-5]",
      "[5.0: 3.1.2-1, 3.1.2-2]",
    ),
    rows: PROTOCOLS,
  },
  ...VERSIONS.map((version) => ({
    name: titleOf(
      version,
      `fields of CONNECT, ${VERSION_NAMES[version]}`,
      "[3.1.1: 3.1.2-3, 3.1.2-9, 3.1.2-11, 3.1.2-13, 3.1.2-14, 3.1.2-15, 3.1.2-18, 3.1.2-19]",
      "[3.1.1: 3.1.2-20, 3.1.2-21, 3.1.2-22, 3.1.3-1, 3.1.3-3, 3.1.3-8, 3.1.3-9, 3.1.4-1, 3.1.4-5]",
      "[3.1.1: 3.2.2-6, 4.7.1-1]",
      "[5.0: 1.5.5-1, 3.1.2-3, 3.1.2-9, 3.1.2-11, 3.1.2-12, 3.1.2-13, 3.1.2-16, 3.1.2-17, 3.1.2-18]",
      "[5.0: 3.1.2-19, 3.1.2-24, 3.1.3-1, 3.1.3-3, 3.1.4-1, 3.1.4-6, 3.2.2-8, 3.14.0-1, 4.7.0-1]",
      "[5.0: 3.1.2.3 reserved, 3.1.2.6 Will QoS]",
    ),
    rows: [...fields(version), ...willFlags(version), ...reservedFlag(version), ...SPECIFIC[version]],
  })),
];
