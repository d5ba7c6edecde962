// How a client's good-bye reads in the lines.
import type { Disconnect } from "../mqtt/packets.ts";

/** Characters of a Reason String, the client's own text, that the lines of its end repeat. */
const MOST_TEXT = 200;

/** 5.0's names (3.14.2.1) of the Reason Codes that a client may disconnect with. */
const NAMES: ReadonlyMap<number, string> = new Map([
  [0x00, "NormalDisconnection"],
  [0x04, "DisconnectWithWillMessage"],
  [0x80, "UnspecifiedError"],
  [0x81, "MalformedPacket"],
  [0x82, "ProtocolError"],
  [0x83, "ImplementationSpecificError"],
  [0x90, "TopicNameInvalid"],
  [0x93, "ReceiveMaximumExceeded"],
  [0x94, "TopicAliasInvalid"],
  [0x95, "PacketTooLarge"],
  [0x96, "MessageRateTooHigh"],
  [0x97, "QuotaExceeded"],
  [0x98, "AdministrativeAction"],
  [0x99, "PayloadFormatInvalid"],
]);

/**
 * `Disconnect` for a normal one without words; else `Disconnect(0x04 DisconnectWithWillMessage)`, and with a
 * Reason String `Disconnect(0x82 ProtocolError: its text)`, cut where it is longer than 200 characters.
 */
export function disconnectReason({ reasonCode, reasonString = "" }: Disconnect): string {
  if (reasonCode === 0 && reasonString === "") return "Disconnect";
  const code = `0x${reasonCode.toString(16).padStart(2, "0")} ${NAMES.get(reasonCode) ?? "Unknown"}`;
  return reasonString === "" ? `Disconnect(${code})` : `Disconnect(${code}: ${cut(reasonString)})`;
}

/** Never within a character. */
function cut(text: string): string {
  if (text.length <= MOST_TEXT) return text;
  const end = text.slice(0, MOST_TEXT);
  return `${end.isWellFormed() ? end : end.slice(0, -1)}…`;
}
