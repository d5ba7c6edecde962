// MQTT 5.0: what the running text calls a Malformed Packet or a Protocol Error without giving it a number.
import { explained, shown, type Statement } from "./statement.ts";
import { malformed, ONCE, testsOf } from "./tests.ts";

const t = testsOf(5);
const misplaced = malformed("misplaced properties");
const unknown = malformed("unknown properties");
const repeated = malformed("repeated properties");
const values = malformed("property values");
const cut = malformed("properties cut short");
const lengths = malformed("property lengths");
const disconnect = malformed("DISCONNECT");
const auth = malformed("AUTH");

/** Sections with a property that may stand once, by packet. */
const ONCE_EACH: readonly (readonly [section: string, property: string])[] = [
  ["3.1.2.11.2", "Session Expiry Interval in CONNECT"],
  ["3.1.2.11.3", "Receive Maximum"],
  ["3.1.2.11.4", "Maximum Packet Size"],
  ["3.1.2.11.5", "Topic Alias Maximum"],
  ["3.1.2.11.6", "Request Response Information"],
  ["3.1.2.11.7", "Request Problem Information"],
  ["3.1.2.11.9", "Authentication Method in CONNECT"],
  ["3.1.2.11.10", "Authentication Data in CONNECT"],
  ["3.1.3.2.2", "Will Delay Interval"],
  ["3.1.3.2.3", "Payload Format Indicator of the Will"],
  ["3.1.3.2.4", "Message Expiry Interval of the Will"],
  ["3.1.3.2.5", "Content Type of the Will"],
  ["3.1.3.2.6", "Response Topic of the Will"],
  ["3.1.3.2.7", "Correlation Data of the Will"],
  ["3.3.2.3.2", "Payload Format Indicator"],
  ["3.3.2.3.3", "Message Expiry Interval"],
  ["3.3.2.3.4", "Topic Alias"],
  ["3.3.2.3.5", "Response Topic"],
  ["3.3.2.3.6", "Correlation Data"],
  ["3.3.2.3.9", "Content Type"],
  ["3.4.2.2.2", "Reason String in PUBACK"],
  ["3.5.2.2.2", "Reason String in PUBREC"],
  ["3.6.2.2.2", "Reason String in PUBREL"],
  ["3.7.2.2.2", "Reason String in PUBCOMP"],
  ["3.8.2.1.2", "Subscription Identifier in SUBSCRIBE"],
  ["3.14.2.2.2", "Session Expiry Interval in DISCONNECT"],
  ["3.14.2.2.3", "Reason String in DISCONNECT"],
  ["3.14.2.2.5", "Server Reference in DISCONNECT"],
  ["3.15.2.2.2", "Authentication Method in AUTH"],
  ["3.15.2.2.3", "Authentication Data in AUTH"],
  ["3.15.2.2.4", "Reason String in AUTH"],
];

export const V5_UNNUMBERED: readonly Statement[] = [
  ...ONCE_EACH.map(([section, property]) =>
    shown(`${section} twice`, `${property} more than once is a Protocol Error`, repeated)
  ),
  shown("2.1.4 length", "a Remaining Length of more than four bytes is malformed", t.lengths),
  shown(
    "2.2.2.1 length",
    "properties longer than their packet or their length are malformed",
    lengths,
    cut,
    t.cuts,
  ),
  shown(
    "2.2.2.2 identifier",
    "a property that is not of its packet, or none at all, is malformed",
    misplaced,
    unknown,
  ),
  shown("3.1.2.3 reserved", "a reserved Connect Flag of 1 is malformed", t.fields),
  shown("3.1.2.6 Will QoS", "Will QoS 3 is malformed", t.fields),
  shown("3.1.2.11.3 zero", "Receive Maximum 0 is a Protocol Error", values),
  shown("3.1.2.11.4 zero", "Maximum Packet Size 0 is a Protocol Error", values),
  shown("3.1.2.11.6 value", "Request Response Information other than 0 or 1 is a Protocol Error", values),
  shown("3.1.2.11.7 value", "Request Problem Information other than 0 or 1 is a Protocol Error", values),
  shown("3.1.2.11.8 order", "User Property may appear several times", values, ONCE.passedOn),
  shown("3.1.2.11.10 method", "Authentication Data without a method is a Protocol Error", values),
  shown("3.1.3.2.3 value", "Payload Format Indicator of a Will other than 0 or 1", values),
  shown("3.2.2.3 twice", "no property of CONNACK appears twice", ONCE.noAuth),
  shown("3.2.2.3.4 QoS", "a PUBLISH above Maximum QoS is answered with 0x9B", t.notOffered),
  shown(
    "3.2.2.3.5 retain",
    "a retained PUBLISH where it is not available is answered with 0x9A",
    ONCE.noRetain,
  ),
  shown(
    "3.2.2.3.6 size",
    "a packet above the server's Maximum Packet Size is answered with 0x95",
    t.lengths,
    ONCE.maxPacket,
  ),
  explained(
    "3.2.2.3.11 wildcard",
    "a wildcard where none are available is answered with 0xA2",
    "wildcard subscriptions are available",
  ),
  explained(
    "3.2.2.3.12 identifier",
    "a Subscription Identifier where none are available is answered with 0xA1",
    "Subscription Identifiers are available",
  ),
  explained(
    "3.2.2.3.13 shared",
    "a shared subscription where none are available is answered with 0x9E",
    "shared subscriptions are available",
  ),
  shown("3.3.1.2 QoS", "QoS 3 in a PUBLISH is malformed", t.badPublish),
  shown("3.3.2.1 no topic", "no Topic Name and no Topic Alias is a Protocol Error", values, t.badPublish),
  shown("3.3.2.3.4 unknown", "no Topic Name and an alias that was never set is a Protocol Error", values),
  shown("3.3.2.3.4 maximum", "a Topic Alias above the maximum is answered with 0x94", values),
  shown("3.3.2.3.2 value", "Payload Format Indicator other than 0 or 1", values),
  shown("3.3.2.3.8 identifier", "a Subscription Identifier from a client is a Protocol Error", values),
  shown("3.3.4 quota", "more PUBLISH packets than Receive Maximum are answered with 0x93", ONCE.overWindow),
  shown("3.8.2.1.2 zero", "Subscription Identifier 0 is a Protocol Error", values),
  shown("3.8.3 empty", "a SUBSCRIBE without a payload is a Protocol Error", t.badSubscribe),
  shown("3.8.3.1 QoS", "Maximum QoS 3 in a SUBSCRIBE is a Protocol Error", t.badSubscribe),
  shown("3.8.3.1 retain", "Retain Handling 3 is a Protocol Error", t.badSubscribe),
  shown("3.10.3 empty", "an UNSUBSCRIBE without a payload is a Protocol Error", t.badSubscribe),
  shown("3.14.2.1 code", "a DISCONNECT has one of its codes", disconnect),
  shown(
    "3.14.2.2.2 zero",
    "a Session Expiry Interval in DISCONNECT behind 0 in CONNECT is a Protocol Error",
    values,
    ONCE.expiryChanged,
  ),
  shown("3.15 method", "an AUTH behind a CONNECT without its method is a Protocol Error", auth),
  shown("3.15.2.2.2 missing", "an AUTH without a method is a Protocol Error", auth),
  shown(
    "4.8.2 present",
    "a shared message goes to a member that is here while there is one",
    ONCE.absentShare,
  ),
];
