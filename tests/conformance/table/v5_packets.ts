// MQTT 5.0, chapters 3.3 to 3.15: PUBLISH, its acknowledgements, SUBSCRIBE, UNSUBSCRIBE, PINGREQ, DISCONNECT, AUTH.
import { client, explained, shown, type Statement } from "./statement.ts";
import { malformed, ONCE, testsOf } from "./tests.ts";

const t = testsOf(5);
const values = malformed("property values");
const auth = malformed("AUTH");
const reasonCodes = malformed("reason codes of acknowledgements");
const NO_AUTH = "no Authentication Method is supported, so the broker never sends AUTH";

const PUBLISH: readonly Statement[] = [
  shown("MQTT-3.3.1-1", "DUP is 1 on re-delivery", ONCE.resend, t.qos1Out),
  shown("MQTT-3.3.1-2", "DUP is 0 for QoS 0", t.qos0, t.badPublish),
  shown("MQTT-3.3.1-3", "DUP of a publisher is not propagated", t.dup),
  shown("MQTT-3.3.1-4", "not both QoS bits", t.badPublish),
  shown("MQTT-3.3.1-5", "a retained message is stored and replaces the one before", t.retained),
  shown("MQTT-3.3.1-6", "an empty retained message is processed and removes what is retained", t.empty),
  shown("MQTT-3.3.1-7", "an empty retained message is not stored", t.empty),
  shown("MQTT-3.3.1-8", "without RETAIN nothing is stored, removed or replaced", t.notRetained),
  shown("MQTT-3.3.1-9", "Retain Handling 0: retained messages are sent", ONCE.retainOptions, t.retained),
  shown("MQTT-3.3.1-10", "Retain Handling 1: only to a new subscription", ONCE.retainOptions),
  shown("MQTT-3.3.1-11", "Retain Handling 2: none", ONCE.retainOptions),
  shown("MQTT-3.3.1-12", "Retain As Published 0: RETAIN 0", ONCE.retainOptions, t.established),
  shown("MQTT-3.3.1-13", "Retain As Published 1: RETAIN as it came", ONCE.retainOptions),
  shown("MQTT-3.3.2-1", "the Topic Name is the first field of PUBLISH, in UTF-8", t.strings, t.cuts),
  shown("MQTT-3.3.2-2", "no wildcards in the Topic Name", t.badPublish),
  shown("MQTT-3.3.2-3", "the Topic Name sent matches the subscription", ONCE.trie, t.asIs),
  shown("MQTT-3.3.2-4", "Payload Format Indicator is passed on", ONCE.passedOn),
  shown("MQTT-3.3.2-5", "an expired message is not delivered", ONCE.expired),
  shown("MQTT-3.3.2-6", "the expiry sent is less the time it waited", ONCE.expired),
  shown("MQTT-3.3.2-7", "Topic Aliases end with their connection", ONCE.aliasEnds),
  shown("MQTT-3.3.2-8", "no Topic Alias 0", ONCE.aliasOut, values),
  client("MQTT-3.3.2-9", "a client's Topic Alias is not above the server's maximum"),
  client("MQTT-3.3.2-10", "a client accepts every Topic Alias up to its maximum"),
  shown("MQTT-3.3.2-11", "the server's Topic Alias is not above the client's maximum", ONCE.aliasOut),
  shown("MQTT-3.3.2-12", "the server accepts every Topic Alias up to its maximum", ONCE.aliasIn, values),
  shown("MQTT-3.3.2-13", "the Response Topic is UTF-8", t.strings, t.connectStrings),
  shown("MQTT-3.3.2-14", "no wildcards in the Response Topic", values),
  shown("MQTT-3.3.2-15", "the Response Topic is passed on", ONCE.passedOn),
  shown("MQTT-3.3.2-16", "Correlation Data is passed on", ONCE.passedOn),
  shown("MQTT-3.3.2-17", "User Properties are passed on", ONCE.passedOn),
  shown("MQTT-3.3.2-18", "in their order", ONCE.passedOn),
  shown("MQTT-3.3.2-19", "the Content Type is UTF-8", t.strings, t.connectStrings),
  shown("MQTT-3.3.2-20", "the Content Type is passed on", ONCE.passedOn),
  shown("MQTT-3.3.4-1", "a PUBLISH is answered as its QoS asks", t.acks),
  shown("MQTT-3.3.4-2", "overlapping subscriptions: the maximum QoS of them", ONCE.overlapping),
  shown("MQTT-3.3.4-3", "and the Subscription Identifiers", ONCE.overlapping),
  shown("MQTT-3.3.4-4", "all of them in a single copy", ONCE.overlapping),
  shown("MQTT-3.3.4-6", "no Subscription Identifier in a client's PUBLISH", values),
  client("MQTT-3.3.4-7", "a client keeps to the server's Receive Maximum"),
  client("MQTT-3.3.4-8", "a client delays nothing but PUBLISH"),
  shown("MQTT-3.3.4-9", "the server keeps to the client's Receive Maximum", ONCE.window, ONCE.windowQos2),
  shown("MQTT-3.3.4-10", "the server delays nothing but PUBLISH", ONCE.fullWindow),
];

/** The three statements that PUBACK, PUBREC, PUBREL and PUBCOMP have alike. */
const ACKNOWLEDGEMENTS: readonly Statement[] =
  ([["3.4", "PUBACK"], ["3.5", "PUBREC"], ["3.6", "PUBREL"], ["3.7", "PUBCOMP"]] as const)
    .flatMap(([section, packet]) => [
      shown(
        `MQTT-${section}.2-1`,
        `the code is one of ${packet}`,
        t.acks,
        t.outOfTurn,
        ONCE.noReasons,
        reasonCodes,
      ),
      shown(
        `MQTT-${section}.2-2`,
        `no Reason String that makes the ${packet} too large: none is sent`,
        ONCE.noReasons,
      ),
      shown(
        `MQTT-${section}.2-3`,
        `no User Property that makes the ${packet} too large: none is sent`,
        ONCE.noReasons,
      ),
    ]);

const SUBSCRIBE: readonly Statement[] = [
  shown("MQTT-3.6.1-1", "other flags of PUBREL are malformed and close", t.flags),
  shown("MQTT-3.8.1-1", "other flags of SUBSCRIBE are malformed and close", t.flags),
  shown("MQTT-3.8.3-1", "filters of a SUBSCRIBE are UTF-8", t.strings),
  shown("MQTT-3.8.3-2", "a SUBSCRIBE has at least one filter", t.badSubscribe),
  shown("MQTT-3.8.3-3", "No Local keeps a client's own messages from it", ONCE.noLocal),
  shown("MQTT-3.8.3-4", "No Local on a shared subscription is a Protocol Error", t.badSubscribe),
  shown("MQTT-3.8.3-5", "reserved bits of the options are malformed", t.badSubscribe),
  shown("MQTT-3.8.4-1", "a SUBSCRIBE is answered with a SUBACK", t.ackIds),
  shown("MQTT-3.8.4-2", "with its Packet Identifier", t.ackIds),
  shown("MQTT-3.8.4-3", "an identical filter replaces the subscription", t.replaced),
  shown("MQTT-3.8.4-4", "retained messages come again, and none is lost", t.replaced),
  shown("MQTT-3.8.4-5", "several filters are as several SUBSCRIBEs with one SUBACK", t.several),
  shown("MQTT-3.8.4-6", "a Reason Code for each filter", t.several),
  shown("MQTT-3.8.4-7", "it is the granted QoS or a failure", t.several, t.notOffered),
  shown("MQTT-3.8.4-8", "the QoS sent is the minimum of published and granted", t.lowerQos),
  shown(
    "MQTT-3.9.2-1",
    "no Reason String that makes the SUBACK too large: none is sent",
    ONCE.noReasons,
    ONCE.sizes,
  ),
  shown(
    "MQTT-3.9.2-2",
    "no User Property that makes the SUBACK too large: none is sent",
    ONCE.noReasons,
    ONCE.sizes,
  ),
  shown("MQTT-3.9.3-1", "Reason Codes in the order of the filters", t.several),
  shown("MQTT-3.9.3-2", "each is one of SUBACK", t.several, t.filters),
  shown("MQTT-3.10.1-1", "other flags of UNSUBSCRIBE are malformed and close", t.flags),
  shown("MQTT-3.10.3-1", "filters of an UNSUBSCRIBE are UTF-8", t.strings),
  shown("MQTT-3.10.3-2", "an UNSUBSCRIBE has at least one filter", t.badSubscribe),
  shown("MQTT-3.10.4-1", "filters are compared character by character", t.unsubSame),
  shown("MQTT-3.10.4-2", "UNSUBSCRIBE stops new messages", t.unsubBehind),
  shown("MQTT-3.10.4-3", "what was begun is completed", t.unsubBehind),
  shown("MQTT-3.10.4-4", "an UNSUBSCRIBE is answered with an UNSUBACK", t.ackIds),
  shown(
    "MQTT-3.10.4-5",
    "with its Packet Identifier, also where nothing is deleted",
    t.ackIds,
    t.unsubSeveral,
  ),
  shown("MQTT-3.10.4-6", "several filters are as several UNSUBSCRIBEs with one UNSUBACK", t.unsubSeveral),
  shown(
    "MQTT-3.11.2-1",
    "no Reason String that makes the UNSUBACK too large: none is sent",
    ONCE.noReasons,
    ONCE.sizes,
  ),
  shown(
    "MQTT-3.11.2-2",
    "no User Property that makes the UNSUBACK too large: none is sent",
    ONCE.noReasons,
    ONCE.sizes,
  ),
  shown("MQTT-3.11.3-1", "Reason Codes in the order of the filters", t.unsubSeveral),
  shown("MQTT-3.11.3-2", "each is one of UNSUBACK", t.unsubSeveral, t.filters),
];

const OTHERS: readonly Statement[] = [
  shown("MQTT-3.12.4-1", "PINGREQ is answered with PINGRESP", ONCE.fullWindow, t.filters),
  shown(
    "MQTT-3.14.0-1",
    "no DISCONNECT before a CONNACK below 0x80",
    t.beforeConnect,
    t.fields,
    ONCE.refusalCodes,
  ),
  shown("MQTT-3.14.1-1", "reserved bits of DISCONNECT: 0x81", t.flags),
  shown(
    "MQTT-3.14.2-2",
    "no Session Expiry Interval in the server's DISCONNECT",
    ONCE.disconnect,
    t.outOfPlace,
  ),
  shown(
    "MQTT-3.14.2-3",
    "no Reason String that makes the DISCONNECT too large: none is sent",
    ONCE.disconnect,
    ONCE.noReasons,
  ),
  shown(
    "MQTT-3.14.2-4",
    "no User Property that makes the DISCONNECT too large: none is sent",
    ONCE.disconnect,
    ONCE.noReasons,
  ),
  shown("MQTT-3.14.4-1", "nothing is sent behind DISCONNECT", t.outOfPlace, ONCE.goodBye),
  shown("MQTT-3.14.4-2", "DISCONNECT is followed by the end", t.outOfPlace, t.badPublish),
  shown("MQTT-3.14.4-3", "DISCONNECT 0x00 discards the Will", ONCE.willLost, ONCE.will04),
  shown("MQTT-3.15.1-1", "other flags of AUTH are malformed and close", t.flags),
  shown(
    "MQTT-3.15.2-1",
    "the code is one of AUTH: a client's other codes are refused, the broker sends none",
    auth,
    ONCE.noAuth,
  ),
  explained("MQTT-3.15.2-2", "no Reason String that makes the AUTH too large", NO_AUTH),
  explained("MQTT-3.15.2-3", "no User Property that makes the AUTH too large", NO_AUTH),
];

export const V5_PACKETS: readonly Statement[] = [...PUBLISH, ...ACKNOWLEDGEMENTS, ...SUBSCRIBE, ...OTHERS];
