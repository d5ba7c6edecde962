// The low four bits of the fixed header: every value that is not the one there must be.
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

/** First digit of the header, its right flags, and what follows. */
type Kind = readonly [name: string, type: string, flags: number, body: (version: Version) => string];

const KINDS: readonly Kind[] = [
  ["PUBACK", "4", 0, () => "* 0001"],
  ["PUBREC", "5", 0, () => "* 0001"],
  ["PUBREL", "6", 2, () => "* 0001"],
  ["PUBCOMP", "7", 0, () => "* 0001"],
  ["SUBSCRIBE", "8", 2, (v) => `* 0001 ${none(v)} 'a' 00`],
  ["UNSUBSCRIBE", "a", 2, (v) => `* 0001 ${none(v)} 'a'`],
  ["PINGREQ", "c", 0, () => "*"],
  ["DISCONNECT", "e", 0, () => "*"],
];

const AUTH: Kind = ["AUTH", "f", 0, () => "* 18 {15 'm'}"];

/** 3.1 lets a client set DUP on what it sends again; these are the answers. */
const AGAIN: Readonly<Record<string, string>> = {
  PUBREL: "70020001",
  SUBSCRIBE: "9003000100",
  UNSUBSCRIBE: "b0020001",
};

function wrongFlags(right: number): number[] {
  return Array.from({ length: 16 }, (_, flags) => flags).filter((flags) => flags !== right);
}

function rows(version: Version): Row[] {
  const kinds = version === 5 ? [...KINDS, AUTH] : KINDS;
  return kinds.flatMap(([name, type, right, body]) =>
    wrongFlags(right).map((flags) => {
      const what = `${name} with flags ${flags.toString(2).padStart(4, "0")}`;
      const bytes = `${type}${flags.toString(16)}${body(version)}`;
      const again = AGAIN[name];
      if (version === 3 && again !== undefined && flags === (right | 8)) {
        return answers(`${what}, DUP`, version, bytes, again);
      }
      return ends(what, version, bytes);
    })
  );
}

function connects(version: Version): Row[] {
  return wrongFlags(0).map((flags) =>
    refuses(
      `CONNECT with flags ${flags.toString(2).padStart(4, "0")}`,
      version,
      CONNECT[version].replace("10*", `1${flags.toString(16)}*`) + ` 02 0000 ${none(version)} 'bad'`,
    )
  );
}

export const FLAGS: readonly Group[] = VERSIONS.map((version) => ({
  name: titleOf(
    version,
    `reserved flags of the fixed header, ${VERSION_NAMES[version]}`,
    "[3.1.1: 2.2.2-1, 2.2.2-2, 3.10.1-1, 3.14.1-1, 3.6.1-1, 3.8.1-1]",
    "[5.0: 2.1.3-1, 3.6.1-1, 3.8.1-1, 3.10.1-1, 3.14.1-1, 3.15.1-1]",
  ),
  rows: [...connects(version), ...rows(version)],
}));
