// The tests that the conformance table names, each under a short word.
import type { Test } from "./statement.ts";

function of(file: string): (name: string) => Test {
  return (name) => [file, name];
}

/** A group of rows of the malformed input. */
export function malformed(group: string): Test {
  return ["conformance/malformed_test.ts", `malformed input > ${group}`];
}

const protocol = of("broker/broker_protocol_test.ts");
const sessions = of("broker/broker_sessions_test.ts");
const session = of("broker/session_test.ts");
const resume = of("broker/session_resume_test.ts");
const timeouts = of("broker/broker_timeouts_test.ts");
const encode = of("mqtt/encode_test.ts");
const topics = of("mqtt/topics_test.ts");
const connect = of("conformance/connect_test.ts");
const publish = of("conformance/publish_test.ts");
const subscribe = of("conformance/subscribe_test.ts");
const will = of("e2e/will_test.ts");
const refusals = of("e2e/refusals_test.ts");
const flow = of("e2e/message_flow_test.ts");

/** Tests that are written once. */
export const ONCE = {
  notConnect: protocol("a first packet that is no CONNECT ends the connection without a word [MQTT-3.1.0-1]"),
  badConnect: protocol("a malformed CONNECT is answered in 5.0 only [MQTT-3.1.4-1]"),
  behindRefused: protocol("nothing behind a refused CONNECT is processed [MQTT-3.1.4-5]"),
  longLength: protocol("3.1.1: a remaining length in a longer form is let through"),
  byteByByte: protocol("a stream gives the same answers whole and byte by byte"),
  qos2Once: protocol("QoS 2 from a client is published once, however often it is sent [MQTT-4.3.3-10]"),
  aliasIn: protocol("a topic alias stands for its topic until it is set anew [MQTT-3.3.2-12]"),
  ourDefect: protocol("a defect of ours ends one connection, is logged, and nobody else notices"),
  takeOver: sessions("a takeover ends the old connection before the new one is answered"),
  cleanStart: sessions("a clean start ends the session there was and begins another"),
  resumed: sessions("a resumed session has its subscriptions and what waited for it"),
  expiry: sessions("a 5.0 session ends when its expiry interval has passed, with what waits in it"),
  noExpiry: sessions("without an expiry interval a 5.0 session ends with its connection"),
  neverExpires: sessions("an expiry interval of 0xFFFFFFFF never passes"),
  expiryChanged: sessions("DISCONNECT can change the expiry interval, but not from 0"),
  willLost: sessions("a will is published when the connection is lost, not after a good-bye"),
  will04: sessions("a 5.0 good-bye with reason 0x04 leaves the will in place"),
  willDelay: sessions("a delayed will waits for its delay [MQTT-3.1.2-8]"),
  willBack: sessions("a delayed will is not sent when the client is back in time [MQTT-3.1.3-9]"),
  willEnd: sessions("a delayed will is sent when its session ends before the delay"),
  packetIds: session(
    "packet identifiers are not used twice at once, and go on at 1 behind 65,535 [MQTT-2.2.1-4]",
  ),
  window: session("no more QoS 1 and 2 messages are on their way than Receive Maximum [MQTT-3.3.4-9]"),
  windowQos2: session("a QoS 2 message holds its place in the window until PUBCOMP"),
  noOvertaking: session("QoS 0 messages need no window, but do not overtake what waits [MQTT-4.6.0-6]"),
  refusedByReceiver: session("a refusal ends the exchange and is told as dropped [MQTT-4.4.0-2]"),
  tooLarge: session(
    "a message larger than the client takes is dropped and told, and the next one sent [MQTT-3.1.2-25]",
  ),
  expired: session("a message that expired while it waited is dropped; one that did not says what is left"),
  resend: resume(
    "unacknowledged messages come again in their order, with DUP and their identifiers [MQTT-4.6.0-1]",
  ),
  pubrelOnly: resume("after PUBREC only PUBREL comes again [MQTT-4.3.3-6]"),
  neverRetried: resume(
    "a 3.x client gets unacknowledged messages again after the retry interval, a 5.0 client never",
  ),
  model: resume(
    "whatever happens, no message of QoS 1 or 2 is lost, doubled unmarked or out of order, and the window holds",
  ),
  keepAlive: timeouts("a silent client is gone after one and a half times its keep alive [MQTT-3.1.2-24]"),
  keepAlive5: timeouts("a 5.0 client is told KeepAliveTimeout before it is closed"),
  pings: timeouts("a client that pings stays"),
  goodBye: timeouts("what comes after the good-bye is drained and does nothing [MQTT-3.14.4-2]"),
  disconnect: encode("PINGRESP and DISCONNECT are what they must be"),
  suback3: encode("SUBACK answers each filter in order; failures are 0x80 before 5.0 [MQTT-3.9.3-2]"),
  topicLength: topics(
    "topic names have at least one character, no wildcard, no U+0000 and 65,535 bytes at most",
  ),
  shares: topics("shared subscriptions are taken apart [MQTT-4.8.2-1] [MQTT-4.8.2-2]"),
  badShares: topics(
    "shared subscriptions without a name, with a wildcard in it, or without a filter are refused",
  ),
  trie: [
    "broker/subscription_trie_test.ts",
    "the trie agrees with plain matching, whatever was added, replaced and removed before",
  ],
  absentShare: [
    "broker/subscription_trie_test.ts",
    "a shared group passes over members that are away, unless all are",
  ],
  sizes: connect(
    "5.0: no CONNACK, SUBACK, UNSUBACK or PUBLISH is larger than the client's Maximum Packet Size",
  ),
  noReasons: connect(
    "5.0: a client that asks for no problem information gets no Reason String and no User Property, nor does any other",
  ),
  noAuth: connect("5.0: Response Information, an Authentication Method and AUTH are never sent"),
  newSession: connect("5.0: a CONNECT with Clean Start 0 and no session begins a new one"),
  refusalCodes: connect(
    "5.0: each refusal has a Reason Code of CONNACK and is followed by the end and nothing else",
  ),
  aliasEnds: publish("5.0: Topic Aliases end with their connection"),
  aliasOut: publish("5.0: no Topic Alias is sent to a client that takes none, and none above its maximum"),
  fullWindow: publish("5.0: a full window holds back PUBLISH packets and nothing else"),
  overWindow: publish(
    "5.0: more QoS 2 messages than the Receive Maximum of the CONNACK end the connection with 0x93",
  ),
  refusedFree: publish("5.0: a QoS 2 message that was refused leaves its Packet Identifier free"),
  expiredQos2: publish("5.0: QoS 2 is carried through for a message that has expired, on both sides"),
  passedOn: publish(
    "5.0: everything of a message but its expiry and alias is passed on byte for byte, in its order",
  ),
  noLocal: subscribe("5.0: No Local keeps a client's messages from itself, and sends it those of others"),
  retainOptions: subscribe("5.0: Retain Handling and Retain As Published do what their values say"),
  overlapping: subscribe(
    "5.0: overlapping subscriptions give one copy with the highest QoS and every identifier",
  ),
  sharedQos: subscribe("5.0: a member of a shared subscription gets the QoS it was granted"),
  sharedQos2: subscribe(
    "5.0: a QoS 2 message begun with a member of a shared subscription is completed with that member",
  ),
  sharedRefused: subscribe("5.0: what a member of a shared subscription refuses is sent to no other"),
  goodByeNoWill: will("a client that says good-bye leaves no Will"),
  longId: refusals("a Client Identifier over max_clientid_len is refused"),
  anonymous: refusals(
    "where anonymous clients may not connect, a user name is bad and none is not authorized, in each version",
  ),
  orderE2e: flow("messages of one publisher keep their order on their way to one subscriber"),
  takenOver5: [
    "e2e/takeover_test.ts",
    "5.0: the old connection hears 0x8E and is told as Kicked before the new one's CONNACK",
  ],
  present: ["e2e/session_expiry_test.ts", "a session whose client is here does not expire"],
  maxPacket: ["e2e/end_reasons_test.ts", "a packet over max_packet_size ends the connection"],
  noRetain: [
    "e2e/retained_test.ts",
    "where retain is not available, the CONNACK says so and a retained PUBLISH ends the connection",
  ],
  dropsSys: [
    "e2e/dropped_test.ts",
    "version 4: a PUBLISH into $SYS/ reaches nobody, and its line names no client",
  ],
  overlap4: [
    "conformance/subscribe_test.ts",
    "3.1.1: overlapping subscriptions give one copy with the highest QoS",
  ],
} as const satisfies Record<string, Test>;

type Word =
  | "beforeConnect"
  | "outOfPlace"
  | "lengths"
  | "fields"
  | "badPublish"
  | "outOfTurn"
  | "filters"
  | "badSubscribe"
  | "connectStrings"
  | "strings"
  | "cuts"
  | "flags"
  | "connack"
  | "sessionPresent"
  | "refusal"
  | "connackFirst"
  | "willFlags"
  | "willOnce"
  | "characters"
  | "assigned"
  | "fieldOrder"
  | "notOffered"
  | "qos0"
  | "acks"
  | "qos1Again"
  | "dup"
  | "qos1Out"
  | "qos2Out"
  | "retained"
  | "retainedQos0"
  | "established"
  | "empty"
  | "notRetained"
  | "outlives"
  | "feff"
  | "order"
  | "ackIds"
  | "several"
  | "replaced"
  | "lowerQos"
  | "unsubSame"
  | "unsubBehind"
  | "unsubSeveral"
  | "dollar"
  | "asIs"
  | "keptForEach";

/** Tests that exist once for each version. */
export function testsOf(version: 4 | 5): Readonly<Record<Word, Test>> {
  const name = version === 4 ? "3.1.1" : "5.0";
  const c = (test: string): Test => connect(`version ${version}: ${test}`);
  const p = (test: string): Test => publish(`version ${version}: ${test}`);
  const s = (test: string): Test => subscribe(`version ${version}: ${test}`);
  return {
    beforeConnect: malformed(`before CONNECT, ${name}`),
    outOfPlace: malformed(`out of place behind CONNECT, ${name}`),
    lengths: malformed(`remaining lengths, ${name}`),
    fields: malformed(`fields of CONNECT, ${name}`),
    badPublish: malformed(`PUBLISH, ${name}`),
    outOfTurn: malformed(`acknowledgements out of turn, ${name}`),
    filters: malformed(`topic filters, ${name}`),
    badSubscribe: malformed(`SUBSCRIBE and UNSUBSCRIBE, ${name}`),
    connectStrings: malformed(`ill-formed strings in CONNECT, ${name}`),
    strings: malformed(`ill-formed strings behind CONNECT, ${name}`),
    cuts: malformed(`packets cut after every byte, ${name}`),
    flags: malformed(`reserved flags of the fixed header, ${name}`),
    connack: c("the CONNACK that accepts has no flag but Session Present, and code 0"),
    sessionPresent: c("Session Present is 1 only for a stored session that is resumed"),
    refusal: c("a refusal has Session Present 0 also where a session is stored, and the end"),
    connackFirst: c("the CONNACK comes before what waited in the session"),
    willFlags: c("a Will has the QoS and RETAIN its flags say"),
    willOnce: c("a Will is published once, and a connection without one publishes none"),
    characters: c("a Client Identifier may have any of the 62 characters, and 23 of them"),
    assigned: c("a client without an identifier gets one that no session has"),
    fieldOrder: c("the fields of CONNECT are read in their order"),
    notOffered: c(
      "where a QoS is not offered, a SUBSCRIBE for it is granted less and a Will with it is refused",
    ),
    qos0: p("a QoS 0 delivery has no Packet Identifier, no DUP and an empty Property Length"),
    acks: p("acknowledgements are those of the QoS, with the Packet Identifier of the PUBLISH"),
    qos1Again: p("a QoS 1 PUBLISH behind its PUBACK is a new message, whatever its DUP says"),
    dup: p("the DUP of a publisher is not passed on"),
    qos1Out: p("a QoS 1 delivery is unacknowledged until its PUBACK"),
    qos2Out: p("a QoS 2 delivery goes PUBLISH, PUBREL, and is unacknowledged until PUBCOMP"),
    retained: p("a new subscriber gets the last retained message of each topic, with RETAIN and its QoS"),
    retainedQos0: p("a retained QoS 0 message takes the place of the one before"),
    established: p("established subscriptions see RETAIN 0"),
    empty: p("an empty retained message is delivered, removes the one there is, and is not kept"),
    notRetained: p("a message without RETAIN is not kept and leaves what is retained in its place"),
    outlives: p("retained messages outlive the session of their publisher"),
    feff: p("U+FEFF is kept in topics and filters, and makes them different ones"),
    order: p("messages of one publisher, topic and QoS come in their order, each once"),
    ackIds: s("SUBACK and UNSUBACK have the Packet Identifier of what they answer"),
    several: s("several filters are granted as if each came alone, with one SUBACK in their order"),
    replaced: s("a filter that is there already is replaced, its retained message sent again, nothing lost"),
    lowerQos: s("a message goes out with the lower of its QoS and the granted one"),
    unsubSame: s("UNSUBSCRIBE takes away the filter that is the same character for character, and no other"),
    unsubBehind: s("behind the UNSUBACK nothing new comes, and what was begun is completed"),
    unsubSeveral: s(
      "an UNSUBSCRIBE of several filters is answered once, also for filters that are not there",
    ),
    dollar: s("a filter that begins with a wildcard does not match topics that begin with $"),
    asIs: s("topics are compared as they are: case, empty levels, spaces and composed letters"),
    keptForEach: s("a message is kept for each session with a matching subscription"),
  };
}
