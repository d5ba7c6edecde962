// Ill-formed UTF-8: each defect in each string that a client can send.
import { titleOf } from "../title.ts";
import {
  answers,
  CONNECT,
  ends,
  type Group,
  none,
  refuses,
  type Row,
  type Version,
  VERSION_NAMES,
  VERSIONS,
} from "./row.ts";

/** What a string's bytes must not be. [MQTT-1.5.3-1] [MQTT-1.5.3-2] [MQTT-1.5.4-1] [MQTT-1.5.4-2] */
const DEFECTS: readonly (readonly [what: string, hex: string])[] = [
  ["U+0000", "610062"],
  ["the first surrogate", "61eda08062"],
  ["the last surrogate", "61edbfbf62"],
  ["a pair of surrogates (CESU-8)", "eda081edb080"],
  ["an overlong /", "61c0af62"],
  ["an overlong U+0000", "61c08062"],
  ["an overlong form of three bytes", "61e09fbf62"],
  ["an overlong form of four bytes", "61f08fbfbf62"],
  ["a code point above U+10FFFF", "61f490808062"],
  ["a lone continuation byte", "618062"],
  ["a character that is cut", "61e282"],
  ["a byte that starts nothing", "61ff62"],
];

/** `@` stands for the string with its length. */
type Place = readonly [field: string, bytes: (version: Version) => string];

const IN_CONNECT: readonly Place[] = [
  ["Client Identifier", (v) => `${CONNECT[v]} 02 0000 ${none(v)} @`],
  ["Will Topic", (v) => `${CONNECT[v]} 06 0000 ${none(v)} 'bad' ${none(v)} @ 'x'`],
  ["User Name", (v) => `${CONNECT[v]} 82 0000 ${none(v)} 'bad' @`],
];

const IN_CONNECT_5: readonly Place[] = [
  ["Authentication Method", () => `${CONNECT[5]} 02 0000 {15 @} 'bad'`],
  ["User Property name", () => `${CONNECT[5]} 02 0000 {26 @ 'v'} 'bad'`],
  ["User Property value", () => `${CONNECT[5]} 02 0000 {26 'k' @} 'bad'`],
  ["Content Type of the Will", () => `${CONNECT[5]} 06 0000 {} 'bad' {03 @} 'w' 'x'`],
  ["Response Topic of the Will", () => `${CONNECT[5]} 06 0000 {} 'bad' {08 @} 'w' 'x'`],
  ["User Property name of the Will", () => `${CONNECT[5]} 06 0000 {} 'bad' {26 @ 'v'} 'w' 'x'`],
  ["User Property value of the Will", () => `${CONNECT[5]} 06 0000 {} 'bad' {26 'k' @} 'w' 'x'`],
];

const IN_OTHERS: readonly Place[] = [
  ["Topic Name", (v) => `30* @ ${none(v)} "x"`],
  ["Topic Filter of a SUBSCRIBE", (v) => `82* 0001 ${none(v)} 'a' 00 @ 00`],
  ["Topic Filter of an UNSUBSCRIBE", (v) => `a2* 0001 ${none(v)} 'a' @`],
];

const IN_OTHERS_5: readonly Place[] = [
  ["Content Type", () => `30* 'a' {03 @} "x"`],
  ["Response Topic", () => `30* 'a' {08 @} "x"`],
  ["User Property name of a PUBLISH", () => `30* 'a' {26 @ 'v'} "x"`],
  ["User Property value of a PUBLISH", () => `30* 'a' {26 'k' @} "x"`],
  ["User Property of a SUBSCRIBE", () => `82* 0001 {26 @ 'v'} 'a' 00`],
  ["User Property of an UNSUBSCRIBE", () => `a2* 0001 {26 'k' @} 'a'`],
  ["Reason String of a PUBACK", () => `40* 0001 00 {1f @}`],
  ["Reason String of a PUBREC", () => `50* 0001 00 {1f @}`],
  ["Reason String of a PUBREL", () => `62* 0001 00 {1f @}`],
  ["Reason String of a PUBCOMP", () => `70* 0001 00 {1f @}`],
  ["User Property of a PUBACK", () => `40* 0001 00 {26 'k' @}`],
  ["Reason String of a DISCONNECT", () => `e0* 00 {1f @}`],
  ["Server Reference of a DISCONNECT", () => `e0* 00 {1c @}`],
  ["User Property of a DISCONNECT", () => `e0* 00 {26 @ 'v'}`],
  ["Authentication Method of an AUTH", () => `f0* 18 {15 @}`],
];

/** Well-formed, though the standard advises against some. [MQTT-1.5.4-3] */
const ALLOWED: readonly (readonly [what: string, hex: string])[] = [
  ["U+FEFF at the start", "efbbbf61"],
  ["U+FEFF in the middle", "61efbbbf62"],
  ["a control character", "610162"],
  ["the noncharacter U+FFFF", "61efbfbf62"],
  ["U+10FFFF", "f48fbfbf"],
  ["the last code point before the surrogates", "ed9fbf"],
  ["a space", "20"],
];

function string(hex: string): string {
  return `${(hex.length / 2).toString(16).padStart(4, "0")}${hex}`;
}

function rows(places: readonly Place[], version: Version, row: typeof ends): Row[] {
  return places.flatMap(([field, bytes]) =>
    DEFECTS.map(([what, hex]) =>
      row(`${what} in the ${field}`, version, bytes(version).replace("@", string(hex)))
    )
  );
}

function allowed(version: Version): Row[] {
  // 5.0 says that nobody is subscribed.
  const puback = version === 5 ? "4003000110" : "40020001";
  return ALLOWED.map(([what, hex]) =>
    answers(`${what} of a Topic Name`, version, `32* ${string(hex)} 0001 ${none(version)} "x"`, puback)
  );
}

const CONNECTS: readonly Group[] = VERSIONS.map((version) => ({
  name: titleOf(
    version,
    `ill-formed strings in CONNECT, ${VERSION_NAMES[version]}`,
    "[3.1.1: 1.5.3-1, 1.5.3-2, 3.1.3-4, 3.1.3-10, 3.1.3-11]",
    "[5.0: 1.5.4-1, 1.5.4-2, 1.5.7-1, 3.1.3-4, 3.1.3-11, 3.1.3-12, 3.3.2-13, 3.3.2-19]",
  ),
  rows: [
    ...rows(IN_CONNECT, version, refuses),
    ...version === 5 ? rows(IN_CONNECT_5, 5, refuses) : [],
  ],
}));

const OTHERS: readonly Group[] = VERSIONS.map((version) => ({
  name: titleOf(
    version,
    `ill-formed strings behind CONNECT, ${VERSION_NAMES[version]}`,
    "[3.1.1: 1.5.3-1, 1.5.3-2, 1.5.3-3, 3.3.2-1, 3.10.3-1, 4.7.3-2, 3.8.3-1]",
    "[5.0: 1.5.4-1, 1.5.4-2, 1.5.4-3, 1.5.7-1, 3.3.2-1, 3.3.2-13, 3.3.2-19, 3.8.3-1, 3.10.3-1]",
    "[5.0: 4.7.3-2]",
  ),
  rows: [
    ...rows(IN_OTHERS, version, ends),
    ...version === 5 ? rows(IN_OTHERS_5, 5, ends) : [],
    ...allowed(version),
  ],
}));

export const STRINGS: readonly Group[] = [...CONNECTS, ...OTHERS];
