// Whatever mqtt-packet generates, our decoder reads back the same.
import assert from "node:assert/strict";
import fc from "fast-check";
import type { Packet } from "mqtt-packet";
import { Buffer } from "node:buffer";
import type { ProtocolVersion } from "../../src/mqtt/packets.ts";
import { generate } from "../helpers/mqtt_packet.ts";
import {
  anyBuffer,
  anyFilter,
  anyForwardedProperties,
  anyPacketId,
  anyPayload,
  anyQos,
  anyText,
  anyTopic,
  anyUint16,
  anyUint32,
  anyUserProperties,
  anyVersion,
  pairsOf,
} from "./_arbitraries.ts";
import { decode, plain } from "./_decode.ts";

/** Decodes what mqtt-packet makes of `packet`. */
function through(packet: Packet, version: ProtocolVersion): unknown {
  return decode(generate(packet, version), version);
}

/** What of a message's properties travels on, as bytes in mqtt-packet's order. */
function forwarded(properties: object | undefined, version: ProtocolVersion): string {
  if (version !== 5 || properties === undefined) return "";
  const bytes = generate(
    { cmd: "publish", topic: "t", payload: "", qos: 0, dup: false, retain: false, properties },
    5,
  );
  // Behind the fixed header, the topic and the Property Length.
  const long = (at: number): number => (bytes[at] ?? 0) < 0x80 ? at + 1 : long(at + 1);
  return bytes.slice(long(long(1) + 3)).toHex();
}

const anyWill = fc.record({
  topic: anyTopic,
  payload: anyBuffer,
  qos: anyQos,
  retain: fc.boolean(),
  properties: anyForwardedProperties,
  willDelayInterval: anyUint32,
  messageExpiryInterval: fc.option(anyUint32, { nil: undefined }),
});

const anyConnect = fc.record({
  clientId: anyText.map((text) => `c${text}`),
  clean: fc.boolean(),
  keepalive: anyUint16,
  username: fc.option(anyText, { nil: undefined }),
  password: fc.option(anyBuffer, { nil: undefined }),
  will: fc.option(anyWill, { nil: undefined }),
  properties: fc.record({
    sessionExpiryInterval: anyUint32,
    receiveMaximum: fc.integer({ min: 1, max: 65_535 }),
    maximumPacketSize: fc.integer({ min: 1, max: 0xffffffff }),
    topicAliasMaximum: anyUint16,
    requestResponseInformation: fc.boolean(),
    requestProblemInformation: fc.boolean(),
    userProperties: anyUserProperties,
  }, { requiredKeys: [] }),
});

Deno.test("any CONNECT of mqtt-packet is read back the same", () => {
  fc.assert(fc.property(anyConnect, anyVersion, (packet, version) => {
    const { clientId, clean, keepalive, username, password, will, properties } = packet;
    fc.pre(password === undefined || username !== undefined);
    const five = version === 5;
    const { willDelayInterval = 0, messageExpiryInterval } = will ?? {};
    const decoded = through({
      cmd: "connect",
      protocolId: version === 3 ? "MQIsdp" : "MQTT",
      protocolVersion: version,
      clientId,
      clean,
      keepalive,
      ...(username !== undefined && { username }),
      ...(password !== undefined && { password }),
      ...(will !== undefined && {
        will: {
          topic: will.topic,
          payload: will.payload,
          qos: will.qos,
          retain: will.retain,
          ...(five && {
            properties: {
              ...will.properties,
              willDelayInterval,
              ...(messageExpiryInterval !== undefined && { messageExpiryInterval }),
            },
          }),
        },
      }),
      ...(five && { properties }),
    }, version);
    const p = five ? properties : {};
    assert.deepEqual(
      decoded,
      plain({
        protocolVersion: version,
        clientId,
        clean,
        keepAlive: keepalive,
        username,
        password,
        will: will && {
          topic: will.topic,
          payload: will.payload,
          qos: will.qos,
          retain: will.retain,
          delayInterval: five ? willDelayInterval : 0,
          properties: {
            forwarded: forwarded(will.properties, version),
            messageExpiryInterval: five ? messageExpiryInterval : undefined,
          },
        },
        sessionExpiryInterval: p.sessionExpiryInterval,
        receiveMaximum: p.receiveMaximum ?? 65_535,
        maximumPacketSize: p.maximumPacketSize,
        topicAliasMaximum: p.topicAliasMaximum ?? 0,
        userProperties: pairsOf(p.userProperties),
      }),
    );
  }));
});

Deno.test("any PUBLISH of mqtt-packet is read back the same", () => {
  const anyPublish = fc.record({
    topic: anyTopic,
    payload: anyPayload,
    qos: anyQos,
    retain: fc.boolean(),
    dup: fc.boolean(),
    messageId: anyPacketId,
    topicAlias: fc.integer({ min: 0, max: 65_535 }),
    messageExpiryInterval: fc.option(anyUint32, { nil: undefined }),
    properties: anyForwardedProperties,
  });
  fc.assert(fc.property(anyPublish, anyVersion, (packet, version) => {
    const { topic, payload, qos, retain, topicAlias, messageExpiryInterval, properties } = packet;
    const dup = packet.dup && qos > 0;
    const messageId = qos > 0 ? packet.messageId : 0;
    const five = version === 5;
    const decoded = through({
      cmd: "publish",
      topic,
      payload: Buffer.from(payload),
      qos,
      retain,
      dup,
      messageId,
      ...(five && {
        properties: {
          ...properties,
          ...(topicAlias > 0 && { topicAlias }),
          ...(messageExpiryInterval !== undefined && { messageExpiryInterval }),
        },
      }),
    }, version);
    assert.deepEqual(
      decoded,
      plain({
        dup,
        qos,
        retain,
        topic,
        packetId: messageId,
        topicAlias: five ? topicAlias : 0,
        properties: {
          forwarded: forwarded(properties, version),
          messageExpiryInterval: five ? messageExpiryInterval : undefined,
        },
        payload,
      }),
    );
  }));
});

Deno.test("any acknowledgement of mqtt-packet is read back the same", () => {
  const codes = {
    puback: [0, 0x10, 0x80, 0x97],
    pubrec: [0, 0x10, 0x91],
    pubrel: [0, 0x92],
    pubcomp: [0, 0x92],
  };
  const anyAcknowledgement = fc.constantFrom("puback", "pubrec", "pubrel", "pubcomp").chain((cmd) =>
    fc.record({
      cmd: fc.constant(cmd),
      messageId: anyPacketId,
      reasonCode: fc.constantFrom(...codes[cmd]),
      properties: fc.record({ reasonString: anyText, userProperties: anyUserProperties }, {
        requiredKeys: [],
      }),
    })
  );
  fc.assert(fc.property(anyAcknowledgement, anyVersion, (packet, version) => {
    const { cmd, messageId, reasonCode, properties } = packet;
    const five = version === 5;
    const decoded = through(five ? { cmd, messageId, reasonCode, properties } : { cmd, messageId }, version);
    assert.deepEqual(decoded, { packetId: messageId, reasonCode: five ? reasonCode : 0 });
  }));
});

Deno.test("any SUBSCRIBE of mqtt-packet is read back the same", () => {
  const anySubscription = fc.record({
    topic: anyFilter,
    qos: anyQos,
    nl: fc.boolean(),
    rap: fc.boolean(),
    rh: fc.constantFrom(0, 1, 2),
  });
  const anySubscribe = fc.record({
    messageId: anyPacketId,
    subscriptions: fc.array(anySubscription, { minLength: 1, maxLength: 6 }),
    properties: fc.record({
      subscriptionIdentifier: fc.oneof(fc.constant(268_435_455), fc.integer({ min: 1, max: 268_435_455 })),
      userProperties: anyUserProperties,
    }, { requiredKeys: [] }),
  });
  fc.assert(fc.property(anySubscribe, anyVersion, ({ messageId, subscriptions, properties }, version) => {
    const five = version === 5;
    const decoded = through({
      cmd: "subscribe",
      messageId,
      subscriptions: five ? subscriptions : subscriptions.map(({ topic, qos }) => ({ topic, qos })),
      ...(five && { properties }),
    }, version);
    assert.deepEqual(
      decoded,
      plain({
        packetId: messageId,
        subscriptionIdentifier: five ? properties.subscriptionIdentifier : undefined,
        subscriptions: subscriptions.map(({ topic, qos, nl, rap, rh }) => ({
          topicFilter: topic,
          qos,
          noLocal: five && nl,
          retainAsPublished: five && rap,
          retainHandling: five ? rh : 0,
        })),
      }),
    );
  }));
});

Deno.test("any UNSUBSCRIBE of mqtt-packet is read back the same", () => {
  const anyUnsubscribe = fc.record({
    messageId: anyPacketId,
    unsubscriptions: fc.array(anyFilter, { minLength: 1, maxLength: 6 }),
    properties: fc.record({ userProperties: anyUserProperties }, { requiredKeys: [] }),
  });
  fc.assert(fc.property(anyUnsubscribe, anyVersion, ({ messageId, unsubscriptions, properties }, version) => {
    const decoded = through(
      { cmd: "unsubscribe", messageId, unsubscriptions, ...(version === 5 && { properties }) },
      version,
    );
    assert.deepEqual(decoded, { packetId: messageId, topicFilters: unsubscriptions });
  }));
});

Deno.test("any DISCONNECT and PINGREQ of mqtt-packet is read back the same", () => {
  const anyDisconnect = fc.record({
    reasonCode: fc.constantFrom(0x00, 0x04, 0x80, 0x81, 0x99),
    properties: fc.record({
      sessionExpiryInterval: anyUint32,
      reasonString: anyText,
      serverReference: anyText,
      userProperties: anyUserProperties,
    }, { requiredKeys: [] }),
  });
  fc.assert(fc.property(anyDisconnect, anyVersion, ({ reasonCode, properties }, version) => {
    const five = version === 5;
    const decoded = through(
      five ? { cmd: "disconnect", reasonCode, properties } : { cmd: "disconnect" },
      version,
    );
    const { sessionExpiryInterval, reasonString } = properties;
    assert.deepEqual(
      decoded,
      plain(five ? { reasonCode, sessionExpiryInterval, reasonString } : { reasonCode: 0 }),
    );
    assert.deepEqual(through({ cmd: "pingreq" }, version), {});
  }));
});
