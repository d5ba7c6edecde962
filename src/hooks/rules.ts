// The rules that select events: which event, under which action name, for which topics, to which URLs.
import { type OptionsOf, optionTable } from "../base/option.ts";
import type { EventName } from "./events.ts";

/** One entry of `rule.<event>`, checked and with the defaults filled in. */
export interface Rule {
  /** The line's `action`; default: the event's name. */
  readonly action: string;
  /** Topic Filters; `undefined` selects every topic. Ignored by events that have no topic. */
  readonly topics?: readonly string[];
  /** Where its lines go; default: the file's `urls`. Empty only when no default exists. */
  readonly urls: readonly string[];
}

/** All rules, by event. An event that is absent has no rule and costs nothing. */
export type Rules = { readonly [E in EventName]?: readonly Rule[] };

/** How lines are written. */
export const LINE_OPTIONS = optionTable({
  packetIdType: {
    key: "packet_id_type",
    kind: "choice",
    choices: ["string", "number"],
    default: "string",
    doc: 'The packet_id of a line: "string", as RMQTT documents it ("17", and "" where there is none), or ' +
      '"number", as RMQTT\'s program writes it (17, and null).',
  },
  redact: {
    key: "redact",
    kind: "filters",
    default: [],
    doc: 'Messages whose topic one of these Topic Filters matches have "" as payload in their lines, and ' +
      'none in the live view, as in ["meters/+/pin", "private/#"].',
  },
  redactPayload: {
    key: "redact_payload",
    kind: "boolean",
    default: false,
    doc: "The payload of every message is left out of its lines.",
  },
});

export type LineOptions = OptionsOf<typeof LINE_OPTIONS>;
export type PacketIdType = LineOptions["packetIdType"];
