// The table of CONNECT packets: bytes, and the decoded data or the Reason Code of the refusal.
import { rowsOf, V3, V4, V5, type Written } from "./packet_row.ts";

function connect(fields: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return {
    protocolVersion: 4,
    clientId: "abc",
    clean: true,
    keepAlive: 60,
    receiveMaximum: 65_535,
    topicAliasMaximum: 0,
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
    "5.0: request response and problem information, which change nothing",
    V5,
    "10* 'MQTT' 05 02 003c {19 01 17 00} 'abc'",
    connect({ protocolVersion: 5 }),
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

export const ACCEPTED_CONNECTS = rowsOf(accepted);
