// What shows each difference from RMQTT that the manual lists.
import { CHECKS } from "./_checks.ts";
import * as rewrites from "./_rewrites.ts";

export interface Difference {
  /** As the manual's row has it. */
  readonly what: string;
  readonly shown: ByScenarios | ByDefaults | ByCheck;
}

/** The recording shows it: `rewrite` changes steps of these scenarios and of no other. */
export interface ByScenarios {
  readonly scenarios: readonly string[];
  readonly rewrite: rewrites.Rewrite;
}

/** The keys and their defaults, as they stand in a configuration file. */
export interface ByDefaults {
  readonly defaults: readonly { readonly key: string; readonly rmqtt: string; readonly hookline: string }[];
}

/** Hookline's side is tried; RMQTT's was read in its program. */
export interface ByCheck {
  readonly check: () => void | Promise<void>;
}

const EVERY_DISCONNECT = [
  "user_props_5",
  "inflight_end_4_True",
  "qos2_steps_5",
  "offline_end",
  "offline_4_1",
  "disconnect_code_5_4",
  "disconnect_props_5",
  "queue_full_offline_4_1",
  "share_4",
  "sub_options_5",
  "will_4_1",
  "retained_5",
];

/** In the order in which the rewrites are applied: which lines there are, what is in them, how they are written. */
export const DIFFERENCES: readonly Difference[] = [
  {
    what: "lines of one packet",
    shown: { scenarios: ["qos2_steps_5"], rewrite: rewrites.linesOfOneClientTogether },
  },
  {
    what: "a session that a clean start replaces",
    shown: {
      scenarios: ["offline_end", "offline_4_1", "queue_full_offline_4_1"],
      rewrite: rewrites.sessionEndedByCleanStart,
    },
  },
  {
    what: "`message_publish` of a Will",
    shown: { scenarios: ["will_4_1"], rewrite: rewrites.willAfterDisconnected },
  },
  { what: "Will of a client that is taken over", shown: { check: CHECKS.willAtTakeOver } },
  {
    what: "a full queue",
    shown: { scenarios: ["queue_full_offline_4_1"], rewrite: rewrites.droppedBeforeQueued },
  },
  { what: "shared subscription", shown: { scenarios: ["share_4"], rewrite: rewrites.firstMemberFirst } },
  {
    what: "UNSUBSCRIBE from `$share/g/a`",
    shown: { scenarios: ["share_4"], rewrite: rewrites.unsharedSubscriptionStays },
  },
  {
    what: "5.0: a repeated QoS 2 PUBLISH; one for nobody",
    shown: { scenarios: ["qos2_steps_5", "retained_5"], rewrite: rewrites.reasonCodesOfAcknowledgements },
  },
  {
    what: "`reason` after a DISCONNECT",
    shown: { scenarios: EVERY_DISCONNECT, rewrite: rewrites.plainReasons },
  },
  { what: "`conn_ack` of a refused 5.0 client", shown: { check: CHECKS.connAck } },
  {
    what: "`packet_id`",
    shown: {
      scenarios: EVERY_DISCONNECT.filter((name) => !/^(disconnect_|sub_options)/.test(name)),
      rewrite: rewrites.packetIdAsString,
    },
  },
  { what: "order of keys", shown: { scenarios: EVERY_DISCONNECT, rewrite: rewrites.documentOrder } },
  { what: "U+0000 in a topic, SUBSCRIBE without a filter", shown: { check: CHECKS.malformedPackets } },
  { what: "keys that nobody knows", shown: { check: CHECKS.unknownKeys } },
  { what: "answers of an authentication server that are not clear", shown: { check: CHECKS.unclearAnswers } },
  { what: '`["allow", "all"]` and a client that nobody knows', shown: { check: CHECKS.allowAll } },
  { what: "`%c` and `%u` of a name with `+`, `#` or `/`", shown: { check: CHECKS.wildNames } },
  { what: "SUBSCRIBE to a filter of which a part is denied", shown: { check: CHECKS.partlyDenied } },
  {
    what: "who may bring connections: proxies; web pages over `ws`, `wss`",
    shown: { check: CHECKS.whoBringsConnections },
  },
  { what: "other plugins; `listener.quic`; `delayed_publish`", shown: { check: CHECKS.notThereYet } },
  { what: "HTTP API without `http_bearer_token`", shown: { check: CHECKS.httpApi } },
  { what: "events for a web server that is gone", shown: { check: CHECKS.spool } },
  { what: "what one client may make it keep", shown: { check: CHECKS.limitsOfItsOwn } },
  defaults({ addr: ['"0.0.0.0:1883"', '"127.0.0.1:1883"'], allow_anonymous: ["false", "true"] }),
  defaults({ max_inflight: ["16", "1000"], max_mqueue_len: ["1000", "100000"] }),
  defaults({ message_retry_interval: ['"30s"', '"0"'], message_expiry_interval: ['"5m"', '"0"'] }),
  defaults({ max_topic_levels: ["0", "128"], "mqtt.max_sessions": ["0", "1000000"] }),
  defaults({ nodelay: ["false", "true"], max_topic_aliases: ["0", "32"] }),
  defaults({ http_timeout: ['"5s"', '"8s"'], queue_capacity: ["1000000", "300000"], "node.id": ["0", "1"] }),
  defaults({ "log.dir": ['"/var/log/rmqtt"', '"."'], "log.file": ['"rmqtt.log"', '"hookline.log"'] }),
];

/** @param keys RMQTT's default and Hookline's of each, as TOML */
function defaults(keys: Readonly<Record<string, readonly [string, string]>>): Difference {
  const all = Object.entries(keys).map(([key, [rmqtt, hookline]]) => ({ key, rmqtt, hookline }));
  return { what: `default of ${listed(Object.keys(keys))}`, shown: { defaults: all } };
}

/** As a row of the manual names several. */
export function listed(texts: readonly string[]): string {
  return texts.map((text) => `\`${text}\``).join(", ");
}
