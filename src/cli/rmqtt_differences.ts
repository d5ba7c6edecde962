// Every difference from RMQTT 0.24 that one of its users can meet: a section of the manual page.

export interface RmqttDifference {
  /** What differs; `code` stands between backticks, here as in the others. */
  readonly what: string;
  readonly rmqtt: string;
  readonly hookline: string;
  readonly because: string;
}

export const RMQTT_DIFFERENCES: readonly RmqttDifference[] = [
  {
    what: "lines of one packet",
    rmqtt: "other clients' lines may stand between them",
    hookline: "stand together",
    because: "a packet is handled in one turn",
  },
  {
    what: "a session that a clean start replaces",
    rmqtt: "nothing tells its end",
    hookline: "`message_dropped`, `session_terminated`: `Kicked`",
    because: "sessions and messages add up",
  },
  {
    what: "`message_publish` of a Will",
    rmqtt: "before `client_disconnected`",
    hookline: "after it",
    because: "first the cause",
  },
  {
    what: "Will of a client that is taken over",
    rmqtt: "not published where the session goes on",
    hookline: "published",
    because: "no DISCONNECT came [MQTT-3.1.2-8]",
  },
  {
    what: "a full queue",
    rmqtt: "`offline_message` for each, then `message_dropped`",
    hookline: "the other way round, and only for what stays",
    because: "what is told as waiting waits",
  },
  {
    what: "shared subscription",
    rmqtt: "the second member is first, and before others",
    hookline: "the first is first, and after them",
    because: "the standard leaves it open (5.0, 4.8.2)",
  },
  {
    what: "UNSUBSCRIBE from `$share/g/a`",
    rmqtt: "ends the subscription to `a` too",
    hookline: "leaves it",
    because: "they are two subscriptions (5.0, 4.8.2)",
  },
  {
    what: "5.0: a repeated QoS 2 PUBLISH; one for nobody",
    rmqtt: "PUBREC 0x91; PUBACK 0x00",
    hookline: "PUBREC 0x00; PUBACK 0x10",
    because: "a repeat is no error; 0x10 says more",
  },
  {
    what: "`reason` after a DISCONNECT",
    rmqtt: "`Disconnect(V3),RemoteClose`, 5.0: as Rust prints it",
    hookline: "`Disconnect`, `Disconnect(0x82 ProtocolError: why)`",
    because: "a text to compare",
  },
  {
    what: "`conn_ack` of a refused 5.0 client",
    rmqtt: "`client identifier is invalid` and the like",
    hookline: "3.1.1's: `Connection Refused, identifier rejected`",
    because: "one text for one answer",
  },
  {
    what: "`packet_id`",
    rmqtt: "a number, `null` where there is none",
    hookline: 'a string, `""` where there is none',
    because: "RMQTT's document; `packet_id_type` changes it",
  },
  {
    what: "order of keys",
    rmqtt: "by name",
    hookline: "as in RMQTT's document, `action` first",
    because: "easier to read",
  },
  {
    what: "U+0000 in a topic, SUBSCRIBE without a filter",
    rmqtt: "accepted",
    hookline: "the connection is closed",
    because: "malformed: [MQTT-1.5.4-2], [MQTT-3.8.3-2]",
  },
  {
    what: "keys that nobody knows",
    rmqtt: "ignored in silence",
    hookline: "refused, with file, line and nearest name",
    because: "a typing error changes nothing unseen",
  },
  {
    what: "answers of an authentication server that are not clear",
    rmqtt: "any text allows; 401, 403 and 500 ask the next",
    hookline: "as `deny_if_error` says",
    because: "a login page lets nobody in",
  },
  {
    what: '`["allow", "all"]` and a client that nobody knows',
    rmqtt: "lets it in",
    hookline: "`allow_anonymous` decides",
    because: "a rule vouches for nobody",
  },
  {
    what: "`%c` and `%u` of a name with `+`, `#` or `/`",
    rmqtt: "replaced as text",
    hookline: "the rule allows nothing",
    because: "no name becomes a wildcard",
  },
  {
    what: "SUBSCRIBE to a filter of which a part is denied",
    rmqtt: "granted",
    hookline: "0x87",
    because: "what is denied is not delivered",
  },
  {
    what: "who may bring connections: proxies; web pages over `ws`, `wss`",
    rmqtt: "all; all, by any path",
    hookline: "as `proxy_protocol_trusted`, `allowed_origins`, `path` say",
    because: "nobody gives himself an address, and no site uses its visitor's network",
  },
  {
    what: "other plugins; `listener.quic`; `delayed_publish`",
    rmqtt: "served",
    hookline: "a warning says what is missing",
    because: "not there yet",
  },
  {
    what: "HTTP API without `http_bearer_token`",
    rmqtt: "everyone who reaches it may do everything, at `0.0.0.0:6060` where nothing is written",
    hookline: "only this machine reaches it, at `127.0.0.1:6060`, and no page of another origin",
    because: "who asks may end clients",
  },
  {
    what: "events for a web server that is gone",
    rmqtt: "wait in memory",
    hookline: "wait in files; `spool = false`: in memory",
    because: "a crash loses none",
  },
  {
    what: "what one client may make it keep",
    rmqtt: "messages are counted, bytes are not",
    hookline: "`max_connect_packet_size`, `max_mqueue_bytes`, …",
    because: "memory is counted in bytes",
  },
  {
    what: "default of `addr`, `allow_anonymous`",
    rmqtt: '`"0.0.0.0:1883"`, `false`',
    hookline: '`"127.0.0.1:1883"`, `true`',
    because: "a first try works, from this machine only",
  },
  {
    what: "default of `max_inflight`, `max_mqueue_len`",
    rmqtt: "`16`, `1000`",
    hookline: "`1000`, `100000`",
    because: "a longer burst or pause drops nothing",
  },
  {
    what: "default of `message_retry_interval`, `message_expiry_interval`",
    rmqtt: '`"30s"`, `"5m"`',
    hookline: '`"0"`, `"0"`',
    because: "nothing is sent twice or thrown away unasked",
  },
  {
    what: "default of `max_topic_levels`, `mqtt.max_sessions`",
    rmqtt: "`0`, `0`",
    hookline: "`128`, `1000000`",
    because: "each costs memory; 0 is no limit",
  },
  {
    what: "default of `nodelay`, `max_topic_aliases`",
    rmqtt: "`false`, `0`",
    hookline: "`true`, `32`",
    because: "packets leave at once, and may be shorter",
  },
  {
    what: "default of `http_timeout`, `queue_capacity`, `node.id`",
    rmqtt: '`"5s"`, `1000000`, `0`',
    hookline: '`"8s"`, `300000`, `1`',
    because: "the numbers of RMQTT's document",
  },
  {
    what: "default of `log.dir`, `log.file`",
    rmqtt: '`"/var/log/rmqtt"`, `"rmqtt.log"`',
    hookline: '`"."`, `"hookline.log"`',
    because: "beside the lines",
  },
];
