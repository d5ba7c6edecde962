// The steps of the recorded scenarios: who sends what. Steps have the names of the recording.
import { Buffer } from "node:buffer";
import type { ListenerOptions } from "../../src/broker/options.ts";
import type { ProtocolVersion, QoS } from "../../src/mqtt/packets.ts";
import type { Packet } from "../helpers/mqtt_packet.ts";

type ConnectPacket = Extract<Packet, { cmd: "connect" }>;
type PublishPacket = Extract<Packet, { cmd: "publish" }>;

/** A CONNECT opens a connection, `"close"` ends the client's side of it. */
export type Sent = Packet | "close";

export interface Scenario {
  readonly version: ProtocolVersion;
  readonly options?: Partial<ListenerOptions>;
  /** Clients that acknowledge only what a step says; all others acknowledge at once. */
  readonly silent?: readonly string[];
  readonly steps: readonly (readonly [name: string, ...sent: (readonly [client: string, ...Sent[]])[]])[];
}

const AWAY = { clean: false };
const DISCONNECT: Packet = { cmd: "disconnect" };
const WILL = { will: { topic: "will/4", payload: "bye", qos: 1, retain: false } } as const;

/** Without its Client Identifier, which is the client's name. */
function connect(fields: Partial<ConnectPacket> = {}): Packet {
  return { cmd: "connect", clientId: "", protocolId: "MQTT", clean: true, keepalive: 60, ...fields };
}

function subscribe(messageId: number, topic: string, qos: QoS): Packet {
  return { cmd: "subscribe", messageId, subscriptions: [{ topic, qos }] };
}

function publish(
  topic: string,
  payload: string,
  qos: QoS,
  messageId?: number,
  fields: Partial<PublishPacket> = {},
): Packet {
  const id = messageId === undefined ? {} : { messageId };
  return { cmd: "publish", topic, payload, qos, dup: false, retain: false, ...id, ...fields };
}

const RETAIN = { retain: true };

export const SCENARIOS: Readonly<Record<string, Scenario>> = {
  user_props_5: {
    version: 5,
    steps: [
      ["user properties on CONNECT, a twice", [
        "up",
        connect({ properties: { userProperties: { a: ["1", "3"], b: "2", 'ü"': "\\x" } } }),
      ]],
      ["PUBLISH with all properties", [
        "up",
        subscribe(1, "up", 1),
        publish("up", "m", 1, 2, {
          properties: {
            payloadFormatIndicator: true,
            messageExpiryInterval: 60,
            responseTopic: "answer",
            correlationData: Buffer.from("c"),
            contentType: "text/plain",
            userProperties: { p: "q" },
          },
        }),
      ]],
      ["DISCONNECT with user property", [
        "up",
        { cmd: "disconnect", reasonCode: 0, properties: { userProperties: { bye: "x" } } },
      ]],
    ],
  },
  inflight_end_4_True: {
    version: 4,
    silent: ["ie4True"],
    steps: [
      ["subscriber", ["ie4True", connect(), subscribe(1, "ie/4True", 2)]],
      ["publisher", ["iep4True", connect()]],
      ["QoS 1 not acknowledged", ["iep4True", publish("ie/4True", "one", 1, 1)]],
      ["QoS 1 and 2 not acknowledged", ["iep4True", publish("ie/4True", "two", 2, 2)]],
      ["DISCONNECT", ["ie4True", DISCONNECT]],
      ["(end)", ["iep4True", DISCONNECT]],
    ],
  },
  qos2_steps_5: {
    version: 5,
    silent: ["q2s5", "q2p5"],
    steps: [
      ["both there", ["q2s5", connect(), subscribe(1, "q2/5", 2)], ["q2p5", connect()]],
      ["PUBLISH", ["q2p5", publish("q2/5", "hello", 2, 77)]],
      ["PUBLISH again, DUP, same id", ["q2p5", publish("q2/5", "hello", 2, 77, { dup: true })]],
      ["PUBREL", ["q2p5", { cmd: "pubrel", messageId: 77 }]],
      ["subscriber's PUBREC", ["q2s5", { cmd: "pubrec", messageId: 1 }]],
      ["subscriber's PUBCOMP", ["q2s5", { cmd: "pubcomp", messageId: 1 }]],
      ["same id, new message", ["q2p5", publish("q2/5", "again", 2, 77)]],
      ["(end)", ["q2s5", DISCONNECT], ["q2p5", DISCONNECT]],
    ],
  },
  offline_end: {
    version: 4,
    steps: [
      [
        "one waits",
        ["oe", connect(AWAY), subscribe(1, "oe", 1), DISCONNECT],
        ["oep", connect(), publish("oe", "one", 1, 1)],
      ],
      ["clean start over it", ["oe", connect()]],
      ["(end)", ["oep", DISCONNECT], ["oe", DISCONNECT]],
    ],
  },
  offline_4_1: {
    version: 4,
    steps: [
      ["subscriber goes away", ["of41", connect(AWAY), subscribe(1, "of/41", 1), DISCONNECT]],
      ["publish QoS 0", ["op41", connect(), publish("of/41", "m0", 0)]],
      ["publish QoS 1", ["op41", publish("of/41", "m1", 1, 1)]],
      ["publish QoS 2", ["op41", publish("of/41", "m2", 2, 2)]],
      ["publish QoS 1 retained", ["op41", publish("of/41", "ret", 1, 3, RETAIN)]],
      ["back: all delivered", ["of41", connect(AWAY)]],
      ["cleared", ["op41", publish("of/41", "", 1, 4, RETAIN)]],
      ["(end)", ["op41", DISCONNECT], ["of41", DISCONNECT]],
      ["(end)", ["of41", connect(), DISCONNECT]],
    ],
  },
  disconnect_code_5_4: {
    version: 5,
    steps: [
      ["connect", ["dc4", connect()]],
      ["DISCONNECT 0x04", ["dc4", { cmd: "disconnect", reasonCode: 0x04 }]],
    ],
  },
  disconnect_props_5: {
    version: 5,
    steps: [
      ["DISCONNECT with reason string and user property", ["dp", connect(), {
        cmd: "disconnect",
        reasonCode: 0x00,
        properties: { reasonString: "so long", userProperties: { a: "b" } },
      }]],
      ["DISCONNECT 0x82 with reason string", ["dp", connect(), {
        cmd: "disconnect",
        reasonCode: 0x82,
        properties: { reasonString: "what was that" },
      }]],
    ],
  },
  queue_full_offline_4_1: {
    version: 4,
    options: { maxQueuedMessages: 3 },
    steps: [
      ["subscriber away, max_mqueue_len 3", ["qf41", connect(AWAY), subscribe(1, "qf/41", 2), DISCONNECT]],
      ["publish 0", ["qfp41", connect(), publish("qf/41", "m0", 1, 1)]],
      ["publish 1", ["qfp41", publish("qf/41", "m1", 1, 2)]],
      ["publish 2", ["qfp41", publish("qf/41", "m2", 1, 3)]],
      ["publish 3", ["qfp41", publish("qf/41", "m3", 1, 4)]],
      ["publish 4", ["qfp41", publish("qf/41", "m4", 1, 5)]],
      ["publish QoS 0", ["qfp41", publish("qf/41", "q0", 0)]],
      ["back", ["qf41", connect(AWAY)]],
      ["(end)", ["qf41", connect()], ["qfp41", DISCONNECT], ["qf41", DISCONNECT]],
    ],
  },
  share_4: {
    version: 4,
    steps: [
      ["a", ["sa4", connect()]],
      ["b", ["sb4", connect()]],
      ["a subscribes", ["sa4", subscribe(1, "$share/g4/sh/4/#", 1)]],
      ["b subscribes", ["sb4", subscribe(1, "$share/g4/sh/4/#", 2)]],
      ["publisher", ["sp4", connect()]],
      ["publish 0", ["sp4", publish("sh/4/0", "0", 1, 1)]],
      ["publish 1", ["sp4", publish("sh/4/1", "1", 1, 2)]],
      ["publish 2", ["sp4", publish("sh/4/2", "2", 1, 3)]],
      ["publish 3", ["sp4", publish("sh/4/3", "3", 1, 4)]],
      ["a subscribes without $share too", ["sa4", subscribe(2, "sh/4/#", 0)]],
      ["publish", ["sp4", publish("sh/4/x", "x", 1, 5)]],
      ["a unsubscribes the shared one", [
        "sa4",
        { cmd: "unsubscribe", messageId: 3, unsubscriptions: ["$share/g4/sh/4/#"] },
      ]],
      ["b drops", ["sb4", "close"]],
      ["publish with no member left", ["sp4", publish("sh/4/y", "y", 1, 6)]],
      ["(end)", ["sa4", DISCONNECT], ["sp4", DISCONNECT]],
    ],
  },
  sub_options_5: {
    version: 5,
    steps: [
      ["nl rap rh2 id user", ["so5", connect(), {
        cmd: "subscribe",
        messageId: 1,
        subscriptions: [{ topic: "so5/a", qos: 2, nl: true, rap: true, rh: 2 }],
        properties: { subscriptionIdentifier: 268_435_455, userProperties: { u: "v" } },
      }]],
      ["two with other options", ["so5", {
        cmd: "subscribe",
        messageId: 2,
        subscriptions: [
          { topic: "so5/b", qos: 1, nl: false, rap: true, rh: 0 },
          { topic: "so5/c", qos: 0, nl: false, rap: false, rh: 1 },
        ],
      }]],
      ["unsubscribe with user property", ["so5", {
        cmd: "unsubscribe",
        messageId: 3,
        unsubscriptions: ["so5/a"],
        properties: { userProperties: { u: "v" } },
      }]],
      ["(end)", ["so5", DISCONNECT]],
    ],
  },
  will_4_1: {
    version: 4,
    steps: [
      [
        "watcher, client with will",
        ["ww4", connect(), subscribe(1, "will/4", 2)],
        ["wi4", connect({ ...WILL, username: "u4" })],
      ],
      ["socket closed without DISCONNECT", ["wi4", "close"]],
      ["with will, DISCONNECT", ["wi4", connect(WILL), DISCONNECT]],
      ["(end)", ["ww4", DISCONNECT]],
    ],
  },
  retained_5: {
    version: 5,
    steps: [
      [
        "two retained set, user bob",
        ["rp5", connect({ username: "bob" }), publish("ret/5/a", "A", 1, 1, RETAIN)],
        ["rp5", publish("ret/5/b", "B", 0, undefined, RETAIN)],
      ],
      ["publisher gone", ["rp5", DISCONNECT]],
      ["subscribe: both delivered", ["rs5", connect(), subscribe(1, "ret/5/+", 2)]],
      ["new one while subscribed", ["rs5", publish("ret/5/a", "A2", 1, 2, RETAIN)]],
      ["subscribe again", ["rs5", subscribe(3, "ret/5/+", 0)]],
      ["one cleared", ["rs5", publish("ret/5/a", "", 1, 4, RETAIN)]],
      ["both cleared", ["rs5", publish("ret/5/b", "", 0, undefined, RETAIN)]],
      [
        "nothing left",
        [
          "rs5",
          { cmd: "unsubscribe", messageId: 5, unsubscriptions: ["ret/5/+"] },
          subscribe(6, "ret/5/+", 1),
        ],
      ],
      ["(end)", ["rs5", DISCONNECT]],
    ],
  },
};
