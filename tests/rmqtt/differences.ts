// Every difference from RMQTT that a user can meet, with its reason, and what shows it: README's table.
import { CHECKS } from "./_checks.ts";
import * as rewrites from "./_rewrites.ts";

export interface Difference {
  readonly what: string;
  readonly rmqtt: string;
  readonly hookline: string;
  readonly reason: string;
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
    rmqtt: "other clients' lines may stand between them",
    hookline: "stand together",
    reason: "a packet is handled in one turn",
    shown: { scenarios: ["qos2_steps_5"], rewrite: rewrites.linesOfOneClientTogether },
  },
  {
    what: "a session that a clean start replaces",
    rmqtt: "nothing tells its end",
    hookline: "`message_dropped`, `session_terminated`: `Kicked`",
    reason: "sessions and messages add up",
    shown: {
      scenarios: ["offline_end", "offline_4_1", "queue_full_offline_4_1"],
      rewrite: rewrites.sessionEndedByCleanStart,
    },
  },
  {
    what: "`message_publish` of a Will",
    rmqtt: "before `client_disconnected`",
    hookline: "after it",
    reason: "first the cause",
    shown: { scenarios: ["will_4_1"], rewrite: rewrites.willAfterDisconnected },
  },
  {
    what: "Will of a client that is taken over",
    rmqtt: "not published where the session goes on",
    hookline: "published",
    reason: "no DISCONNECT came [MQTT-3.1.2-8]",
    shown: { check: CHECKS.willAtTakeOver },
  },
  {
    what: "a full queue",
    rmqtt: "`offline_message` for each, then `message_dropped`",
    hookline: "the other way round, and only for what stays",
    reason: "what is told as waiting waits",
    shown: { scenarios: ["queue_full_offline_4_1"], rewrite: rewrites.droppedBeforeQueued },
  },
  {
    what: "shared subscription",
    rmqtt: "the second member is first, and before others",
    hookline: "the first is first, and after them",
    reason: "the standard leaves it open (5.0, 4.8.2)",
    shown: { scenarios: ["share_4"], rewrite: rewrites.firstMemberFirst },
  },
  {
    what: "UNSUBSCRIBE from `$share/g/a`",
    rmqtt: "ends the subscription to `a` too",
    hookline: "leaves it",
    reason: "they are two subscriptions (5.0, 4.8.2)",
    shown: { scenarios: ["share_4"], rewrite: rewrites.unsharedSubscriptionStays },
  },
  {
    what: "5.0: a repeated QoS 2 PUBLISH; one for nobody",
    rmqtt: "PUBREC 0x91; PUBACK 0x00",
    hookline: "PUBREC 0x00; PUBACK 0x10",
    reason: "a repeat is no error; 0x10 says more",
    shown: { scenarios: ["qos2_steps_5", "retained_5"], rewrite: rewrites.reasonCodesOfAcknowledgements },
  },
  {
    what: "`reason` after a DISCONNECT",
    rmqtt: "`Disconnect(V3),RemoteClose`, 5.0: as Rust prints it",
    hookline: "`Disconnect`, `Disconnect(0x82 ProtocolError: why)`",
    reason: "a text to compare",
    shown: { scenarios: EVERY_DISCONNECT, rewrite: rewrites.plainReasons },
  },
  {
    what: "`conn_ack` of a refused 5.0 client",
    rmqtt: "`client identifier is invalid` and the like",
    hookline: "3.1.1's: `Connection Refused, identifier rejected`",
    reason: "one text for one answer",
    shown: { check: CHECKS.connAck },
  },
  {
    what: "`packet_id`",
    rmqtt: "a number, `null` where there is none",
    hookline: 'a string, `""` where there is none',
    reason: "RMQTT's document; `packet_id_type` changes it",
    shown: {
      scenarios: EVERY_DISCONNECT.filter((name) => !/^(disconnect_|sub_options)/.test(name)),
      rewrite: rewrites.packetIdAsString,
    },
  },
  {
    what: "order of keys",
    rmqtt: "by name",
    hookline: "as in RMQTT's document, `action` first",
    reason: "easier to read",
    shown: { scenarios: EVERY_DISCONNECT, rewrite: rewrites.documentOrder },
  },
  {
    what: "U+0000 in a topic, SUBSCRIBE without a filter",
    rmqtt: "accepted",
    hookline: "the connection is closed",
    reason: "malformed: [MQTT-1.5.4-2], [MQTT-3.8.3-2]",
    shown: { check: CHECKS.malformedPackets },
  },
  {
    what: "keys that nobody knows",
    rmqtt: "ignored in silence",
    hookline: "refused, with file, line and nearest name",
    reason: "a typing error changes nothing unseen",
    shown: { check: CHECKS.unknownKeys },
  },
  {
    what: "answers of an authentication server that are not clear",
    rmqtt: "any text allows; 401, 403 and 500 ask the next",
    hookline: "as `deny_if_error` says",
    reason: "a login page lets nobody in",
    shown: { check: CHECKS.unclearAnswers },
  },
  {
    what: '`["allow", "all"]` and a client that nobody knows',
    rmqtt: "lets it in",
    hookline: "`allow_anonymous` decides",
    reason: "a rule vouches for nobody",
    shown: { check: CHECKS.allowAll },
  },
  {
    what: "`%c` and `%u` of a name with `+`, `#` or `/`",
    rmqtt: "replaced as text",
    hookline: "the rule allows nothing",
    reason: "no name becomes a wildcard",
    shown: { check: CHECKS.wildNames },
  },
  {
    what: "SUBSCRIBE to a filter of which a part is denied",
    rmqtt: "granted",
    hookline: "0x87",
    reason: "what is denied is not delivered",
    shown: { check: CHECKS.partlyDenied },
  },
  {
    what: "other plugins; `listener.quic`; `delayed_publish`",
    rmqtt: "served",
    hookline: "a warning says what is missing",
    reason: "not there yet",
    shown: { check: CHECKS.notThereYet },
  },
  {
    what: "events for a web server that is gone",
    rmqtt: "wait in memory",
    hookline: "wait in files; `spool = false`: in memory",
    reason: "a crash loses none",
    shown: { check: CHECKS.spool },
  },
  {
    what: "what one client may make it keep",
    rmqtt: "messages are counted, bytes are not",
    hookline: "`max_connect_packet_size`, `max_mqueue_bytes`, …",
    reason: "memory is counted in bytes",
    shown: { check: CHECKS.limitsOfItsOwn },
  },
  defaults("a first try works, from this machine only", {
    addr: ['"0.0.0.0:1883"', '"127.0.0.1:1883"'],
    allow_anonymous: ["false", "true"],
  }),
  defaults("a longer burst or pause drops nothing", {
    max_inflight: ["16", "1000"],
    max_mqueue_len: ["1000", "100000"],
  }),
  defaults("nothing is sent twice or thrown away unasked", {
    message_retry_interval: ['"30s"', '"0"'],
    message_expiry_interval: ['"5m"', '"0"'],
  }),
  defaults("each costs memory; 0 is no limit", {
    max_topic_levels: ["0", "128"],
    "mqtt.max_sessions": ["0", "1000000"],
  }),
  defaults("packets leave at once, and may be shorter", {
    nodelay: ["false", "true"],
    max_topic_aliases: ["0", "32"],
  }),
  defaults("the numbers of RMQTT's document", {
    http_timeout: ['"5s"', '"8s"'],
    queue_capacity: ["1000000", "300000"],
    "node.id": ["0", "1"],
  }),
  defaults("beside the lines", {
    "log.dir": ['"/var/log/rmqtt"', '"."'],
    "log.file": ['"rmqtt.log"', '"hookline.log"'],
  }),
];

/** @param keys RMQTT's default and Hookline's of each, as TOML */
function defaults(reason: string, keys: Readonly<Record<string, readonly [string, string]>>): Difference {
  const all = Object.entries(keys).map(([key, [rmqtt, hookline]]) => ({ key, rmqtt, hookline }));
  const listed = (of: "key" | "rmqtt" | "hookline"): string => all.map((one) => `\`${one[of]}\``).join(", ");
  return {
    what: `default of ${listed("key")}`,
    rmqtt: listed("rmqtt"),
    hookline: listed("hookline"),
    reason,
    shown: { defaults: all },
  };
}
