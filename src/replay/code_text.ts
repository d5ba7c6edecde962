// A broker's Reason Code in words.
import { Reason } from "../mqtt/reason_codes.ts";

/** The CONNACK return codes of 3.1.1 (3.2.2.3). */
const RETURN_CODES: readonly string[] = [
  "",
  "unacceptable protocol version",
  "identifier rejected",
  "server unavailable",
  "bad user name or password",
  "not authorized",
];

const NAMES: ReadonlyMap<number, string> = new Map(
  Object.entries(Reason).map(([name, code]) => [code, name]),
);

/** `0x87 NotAuthorized`, with the Reason String where there is one. */
export function codeText(code: number, version: 4 | 5, reasonString: string | undefined): string {
  const name = version === 4 ? RETURN_CODES[code] : NAMES.get(code);
  const text = `0x${code.toString(16).padStart(2, "0")}${name === undefined ? "" : ` ${name}`}`;
  return reasonString === undefined ? text : `${text} (${reasonString})`;
}
