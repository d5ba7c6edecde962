// The rules that select events: which event, under which action name, for which topics, to which URLs.
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

/**
 * `packet_id_type` of the hooks file: `"17"` and `""` as RMQTT documents it, or 17 and null as its program
 * writes it.
 */
export type PacketIdType = "string" | "number";
