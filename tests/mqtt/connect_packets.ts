// The table of CONNECT packets: bytes, and the decoded data or the Reason Code of the refusal.
import { Reason } from "../../src/mqtt/reason_codes.ts";
import { rowsOf, V3, V34, V4, V5, type Written } from "./packet_row.ts";

const { MalformedPacket, ProtocolError, UnsupportedProtocolVersion } = Reason;

function connect(fields: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return {
    protocolVersion: 4,
    clientId: "abc",
    clean: true,
    keepAlive: 60,
    receiveMaximum: 65_535,
    topicAliasMaximum: 0,
    requestResponseInformation: false,
    requestProblemInformation: true,
    userProperties: [],
    ...fields,
  };
}

function will(fields: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return {
    topic: "w",
    payload: "6279",
    qos: 0,
    retain: false,
    delayInterval: 0,
    properties: { forwarded: "" },
    ...fields,
  };
}

const accepted: readonly Written[] = [
  ["3.1", V3, "10* 'MQIsdp' 03 02 003c 'abc'", connect({ protocolVersion: 3 })],
  [
    "3.1 with will, user name and password",
    V3,
    "10* 'MQIsdp' 03 ce 003c 'abc' 'w' 'by' 'u' 'p'",
    connect({ protocolVersion: 3, will: will({ qos: 1 }), username: "u", password: "70" }),
  ],
  ["3.1.1", V4, "10* 'MQTT' 04 02 003c 'abc'", connect({})],
  ["clean session off", V4, "10* 'MQTT' 04 00 003c 'abc'", connect({ clean: false })],
  ["an empty client identifier", V4, "10* 'MQTT' 04 02 003c ''", connect({ clientId: "" })],
  ["the longest keep alive", V4, "10* 'MQTT' 04 02 ffff 'abc'", connect({ keepAlive: 65_535 })],
  ["no keep alive", V4, "10* 'MQTT' 04 02 0000 'abc'", connect({ keepAlive: 0 })],
  ["a user name alone", V4, "10* 'MQTT' 04 82 003c 'abc' 'u'", connect({ username: "u" })],
  [
    "a user name and a password that is no text",
    V4,
    "10* 'MQTT' 04 c2 003c 'abc' 'u' 0003 00ff80",
    connect({ username: "u", password: "00ff80" }),
  ],
  [
    "an empty user name and password, which are not absent ones",
    V4,
    "10* 'MQTT' 04 c2 003c 'abc' '' ''",
    connect({ username: "", password: "" }),
  ],
  [
    "a will with an empty payload",
    V4,
    "10* 'MQTT' 04 06 003c 'abc' 'w' ''",
    connect({ will: will({ payload: "" }) }),
  ],
  [
    "a retained will, QoS 1",
    V4,
    "10* 'MQTT' 04 2e 003c 'abc' 'w' 'by'",
    connect({ will: will({ qos: 1, retain: true }) }),
  ],
  ["a will, QoS 2", V4, "10* 'MQTT' 04 16 003c 'abc' 'w' 'by'", connect({ will: will({ qos: 2 }) })],
  [
    "all fields in their order [MQTT-3.1.3-1]",
    V4,
    "10* 'MQTT' 04 f6 000a 'abc' 'w' 'by' 'u' 'p'",
    connect({ keepAlive: 10, will: will({ qos: 2, retain: true }), username: "u", password: "70" }),
  ],
  [
    "U+FEFF at the start of a string is kept [MQTT-1.5.4-3]",
    V4,
    "10* 'MQTT' 04 82 003c 0004efbbbf61 0003efbbbf",
    connect({ clientId: "\ufeffa", username: "\ufeff" }),
  ],
  [
    "a client identifier beyond the basic plane",
    V4,
    "10* 'MQTT' 04 02 003c '🚀'",
    connect({ clientId: "🚀" }),
  ],
  ["5.0", V5, "10* 'MQTT' 05 02 003c {} 'abc'", connect({ protocolVersion: 5 })],
  [
    "5.0: a password without a user name",
    V5,
    "10* 'MQTT' 05 42 003c {} 'abc' 'p'",
    connect({ protocolVersion: 5, password: "70" }),
  ],
  [
    "5.0: a session that never expires",
    V5,
    "10* 'MQTT' 05 00 003c {11 ffffffff} 'abc'",
    connect({ protocolVersion: 5, clean: false, sessionExpiryInterval: 0xffffffff }),
  ],
  [
    "5.0: session expiry 0 is not an absent one",
    V5,
    "10* 'MQTT' 05 02 003c {11 00000000} 'abc'",
    connect({ protocolVersion: 5, sessionExpiryInterval: 0 }),
  ],
  [
    "5.0: receive maximum, maximum packet size, topic alias maximum",
    V5,
    "10* 'MQTT' 05 02 003c {21 0001 27 00000001 22 ffff} 'abc'",
    connect({ protocolVersion: 5, receiveMaximum: 1, maximumPacketSize: 1, topicAliasMaximum: 65_535 }),
  ],
  [
    "5.0: request response and problem information turned round",
    V5,
    "10* 'MQTT' 05 02 003c {19 01 17 00} 'abc'",
    connect({ protocolVersion: 5, requestResponseInformation: true, requestProblemInformation: false }),
  ],
  [
    "5.0: authentication method with data",
    V5,
    "10* 'MQTT' 05 02 003c {15 'SCRAM' 16 0002 00ff} 'abc'",
    connect({ protocolVersion: 5, authenticationMethod: "SCRAM" }),
  ],
  [
    "5.0: user properties in their order, a repeated name included",
    V5,
    "10* 'MQTT' 05 02 003c {26 'b' '1' 26 'a' '2' 26 'b' '' } 'abc'",
    connect({ protocolVersion: 5, userProperties: [["b", "1"], ["a", "2"], ["b", ""]] }),
  ],
  [
    "5.0: a will with all its properties; those that travel keep their bytes and order",
    V5,
    "10* 'MQTT' 05 0e 003c {} 'abc' {26'k''v' 18 00000005 01 01 02 0000003c 03 't' 08 'r' 09 0001ff 26'a''b'} 'w' 'by'",
    connect({
      protocolVersion: 5,
      will: will({
        qos: 1,
        delayInterval: 5,
        properties: {
          forwarded: "2600016b000176" + "0101" + "03000174" + "08000172" + "090001ff" + "26000161000162",
          messageExpiryInterval: 60,
        },
      }),
    }),
  ],
];

const refused: readonly Written[] = [
  ["fixed header flags are not 0", V34, "11* 'MQTT' 04 02 003c 'abc'", MalformedPacket],
  ["the reserved connect flag [MQTT-3.1.2-3]", V4, "10* 'MQTT' 04 03 003c 'abc'", MalformedPacket],
  ["will QoS 3 [MQTT-3.1.2-12]", V4, "10* 'MQTT' 04 1e 003c 'abc' 'w' 'by'", MalformedPacket],
  ["will QoS without a will [MQTT-3.1.2-11]", V4, "10* 'MQTT' 04 0a 003c 'abc'", MalformedPacket],
  ["will retain without a will [MQTT-3.1.2-13]", V4, "10* 'MQTT' 04 22 003c 'abc'", MalformedPacket],
  [
    "a password without a user name, 3.1.1 [MQTT-3.1.2-22]",
    V4,
    "10* 'MQTT' 04 42 003c 'abc' 'p'",
    MalformedPacket,
  ],
  ["another protocol name [MQTT-3.1.2-1]", V4, "10* 'MQTX' 04 02 003c 'abc'", MalformedPacket],
  ["the protocol name in small letters", V4, "10* 'mqtt' 04 02 003c 'abc'", MalformedPacket],
  ["an empty protocol name", V4, "10* '' 04 02 003c 'abc'", MalformedPacket],
  ["version 6 [MQTT-3.1.2-2]", V5, "10* 'MQTT' 06 02 003c {} 'abc'", UnsupportedProtocolVersion],
  ["version 3 under the name MQTT", V4, "10* 'MQTT' 03 02 003c 'abc'", UnsupportedProtocolVersion],
  ["version 4 under the name MQIsdp", V3, "10* 'MQIsdp' 04 02 003c 'abc'", UnsupportedProtocolVersion],
  ["version 0", V4, "10* 'MQTT' 00", UnsupportedProtocolVersion],
  ["an empty body", V4, "10*", MalformedPacket],
  ["nothing behind the protocol name", V4, "10* 'MQTT'", MalformedPacket],
  ["nothing behind the version", V4, "10* 'MQTT' 04", MalformedPacket],
  ["half a keep alive", V4, "10* 'MQTT' 04 02 00", MalformedPacket],
  ["no client identifier [MQTT-3.1.3-3]", V4, "10* 'MQTT' 04 02 003c", MalformedPacket],
  ["a client identifier longer than the packet", V4, "10* 'MQTT' 04 02 003c 0004 616263", MalformedPacket],
  ["a will that is not there [MQTT-3.1.2-9]", V4, "10* 'MQTT' 04 06 003c 'abc'", MalformedPacket],
  ["a will without its payload", V4, "10* 'MQTT' 04 06 003c 'abc' 'w'", MalformedPacket],
  ["a user name that is not there", V4, "10* 'MQTT' 04 82 003c 'abc'", MalformedPacket],
  ["a password that is not there", V4, "10* 'MQTT' 04 c2 003c 'abc' 'u'", MalformedPacket],
  ["a user name without its flag", V4, "10* 'MQTT' 04 02 003c 'abc' 'u'", MalformedPacket],
  ["a # in the will topic", V4, "10* 'MQTT' 04 06 003c 'abc' 'w/#' ''", MalformedPacket],
  ["a + in the will topic", V4, "10* 'MQTT' 04 06 003c 'abc' '+/w' ''", MalformedPacket],
  ["an empty will topic", V4, "10* 'MQTT' 04 06 003c 'abc' '' ''", MalformedPacket],
  ["U+0000 in the client identifier", V4, "10* 'MQTT' 04 02 003c 0003 610062", MalformedPacket],
  ["a surrogate in the client identifier", V4, "10* 'MQTT' 04 02 003c 0003 eda080", MalformedPacket],
  ["an overlong form in the user name", V4, "10* 'MQTT' 04 82 003c 'abc' 0002 c0af", MalformedPacket],
  ["a cut character in the will topic", V4, "10* 'MQTT' 04 06 003c 'abc' 0002 c3 28 ''", MalformedPacket],
  ["5.0: no property length", V5, "10* 'MQTT' 05 02 003c", MalformedPacket],
  ["5.0: properties longer than the packet", V5, "10* 'MQTT' 05 02 003c 20 11 00", MalformedPacket],
  [
    "5.0: a property length not in its shortest form [MQTT-1.5.5-1]",
    V5,
    "10* 'MQTT' 05 02 003c 8000 'abc'",
    MalformedPacket,
  ],
  [
    "5.0: a property length of five bytes",
    V5,
    "10* 'MQTT' 05 02 003c 8080808001 'abc'",
    MalformedPacket,
  ],
  ["5.0: an unknown property", V5, "10* 'MQTT' 05 02 003c {7f 00} 'abc'", MalformedPacket],
  ["5.0: a property of PUBLISH", V5, "10* 'MQTT' 05 02 003c {23 0001} 'abc'", MalformedPacket],
  ["5.0: a value that is cut", V5, "10* 'MQTT' 05 02 003c {11 0000} 'abc'", MalformedPacket],
  ["5.0: half a user property", V5, "10* 'MQTT' 05 02 003c {26 'k'} 'abc'", MalformedPacket],
  ["5.0: session expiry twice", V5, "10* 'MQTT' 05 02 003c {11 00000001 11 00000001} 'abc'", ProtocolError],
  ["5.0: authentication method twice", V5, "10* 'MQTT' 05 02 003c {15 'a' 15 'a'} 'abc'", ProtocolError],
  [
    "5.0: authentication data twice",
    V5,
    "10* 'MQTT' 05 02 003c {15 'a' 16 'b' 16 'b'} 'abc'",
    ProtocolError,
  ],
  ["5.0: receive maximum 0", V5, "10* 'MQTT' 05 02 003c {21 0000} 'abc'", ProtocolError],
  ["5.0: maximum packet size 0", V5, "10* 'MQTT' 05 02 003c {27 00000000} 'abc'", ProtocolError],
  ["5.0: request problem information 2", V5, "10* 'MQTT' 05 02 003c {17 02} 'abc'", ProtocolError],
  ["5.0: request response information 2", V5, "10* 'MQTT' 05 02 003c {19 02} 'abc'", ProtocolError],
  ["5.0: authentication data without a method", V5, "10* 'MQTT' 05 02 003c {16 'x'} 'abc'", ProtocolError],
  [
    "5.0: a topic alias in the will properties",
    V5,
    "10* 'MQTT' 05 06 003c {} 'abc' {23 0001} 'w' ''",
    MalformedPacket,
  ],
  [
    "5.0: payload format 2 in the will properties",
    V5,
    "10* 'MQTT' 05 06 003c {} 'abc' {01 02} 'w' ''",
    ProtocolError,
  ],
  [
    "5.0: a wildcard in the will's response topic [MQTT-3.3.2-14]",
    V5,
    "10* 'MQTT' 05 06 003c {} 'abc' {08 'r/#'} 'w' ''",
    ProtocolError,
  ],
  ["5.0: a will without its properties", V5, "10* 'MQTT' 05 06 003c {} 'abc'", MalformedPacket],
];

export const ACCEPTED_CONNECTS = rowsOf(accepted);
export const REFUSED_CONNECTS = rowsOf(refused);
