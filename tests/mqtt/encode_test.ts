// Everything the broker writes is read by mqtt-packet as what it was meant to be.
import assert from "node:assert/strict";
import fc from "fast-check";
import { decodePublish } from "../../src/mqtt/decode.ts";
import {
  type OutgoingPublish,
  publishSize,
  writeAcknowledgement,
  writeConnackAccepted,
  writeConnackRefused,
  writeDisconnect,
  writePingresp,
  writePublish,
  writeSuback,
  writeUnsuback,
} from "../../src/mqtt/encode.ts";
import { Frame, readFrame } from "../../src/mqtt/framing.ts";
import { OutputBuffer } from "../../src/mqtt/output_buffer.ts";
import type { ProtocolVersion } from "../../src/mqtt/packets.ts";
import { connackReturnCode, Reason, type ReasonCode } from "../../src/mqtt/reason_codes.ts";
import { TopicCache, TopicName } from "../../src/mqtt/topic_cache.ts";
import { generate, type Packet, parseOne } from "../helpers/mqtt_packet.ts";
import {
  anyForwardedProperties,
  anyPacketId,
  anyPayload,
  anyQos,
  anyTopic,
  anyUint32,
  anyVersion,
} from "./_arbitraries.ts";
import { bytesOf } from "./_notation.ts";

/** What mqtt-packet reads, without what it adds of its own; behind other bytes, as in a real buffer. */
function read(version: ProtocolVersion, write: (out: OutputBuffer) => void): Record<string, unknown> {
  const out = new OutputBuffer();
  out.append(Uint8Array.of(1, 2, 3));
  write(out);
  const packet: Packet = parseOne(out.bytes.slice(3, out.length), version);
  return Object.fromEntries(
    Object.entries(packet).filter(([key, value]) =>
      key !== "length" && value !== undefined && value !== null
    ),
  );
}

const anyPublish = fc.record({
  topic: anyTopic,
  payload: anyPayload,
  qos: anyQos,
  retain: fc.boolean(),
  dup: fc.boolean(),
  packetId: anyPacketId,
  properties: anyForwardedProperties,
  messageExpiryInterval: fc.option(anyUint32, { nil: undefined }),
  subscriptionIdentifiers: fc.option(
    fc.array(fc.integer({ min: 1, max: 268_435_455 }), { minLength: 1, maxLength: 4 }),
    { nil: undefined },
  ),
});

Deno.test("a PUBLISH that came in with any properties goes out with the same, and with the broker's own", () => {
  fc.assert(fc.property(anyPublish, anyVersion, (p, version) => {
    const five = version === 5;
    // In: as a client sends it, so that `forwarded` is what the decoder makes.
    const sent: Packet = {
      cmd: "publish",
      topic: p.topic,
      payload: "",
      qos: 0,
      dup: false,
      retain: false,
      ...(five && { properties: p.properties }),
    };
    const bytes = generate(sent, version);
    const frame = new Frame();
    assert(readFrame(frame, bytes, 0, bytes.length));
    const { properties } = decodePublish(
      frame.header,
      bytes,
      frame.bodyStart,
      frame.end,
      version,
      new TopicCache(2),
    );
    const outgoing: OutgoingPublish = {
      topic: "",
      topicWire: new TopicName(p.topic).wire,
      payload: p.payload,
      qos: p.qos,
      retain: p.retain,
      dup: p.dup && p.qos > 0,
      packetId: p.qos > 0 ? p.packetId : 0,
      forwarded: properties.forwarded,
      messageExpiryInterval: p.messageExpiryInterval,
      subscriptionIdentifiers: p.subscriptionIdentifiers,
    };
    const out = new OutputBuffer();
    writePublish(out, outgoing, version);
    assert.equal(publishSize(outgoing, version), out.length);
    const got = read(version, (buffer) => writePublish(buffer, outgoing, version));
    const ids = p.subscriptionIdentifiers;
    const expected = {
      ...p.properties,
      ...(p.messageExpiryInterval !== undefined && { messageExpiryInterval: p.messageExpiryInterval }),
      ...(ids !== undefined && { subscriptionIdentifier: ids.length === 1 ? ids[0] : ids }),
    };
    const { userProperties, ...others } = expected;
    const gotProperties = (got["properties"] ?? {}) as Record<string, unknown>;
    const { userProperties: gotUser, ...gotOthers } = gotProperties;
    assert.deepEqual(gotOthers, five ? others : {});
    assert.deepEqual({ ...(gotUser ?? {}) }, five ? { ...userProperties } : {});
    delete got["properties"];
    assert.deepEqual({ ...got, payload: Uint8Array.from(got["payload"] as Uint8Array) }, {
      cmd: "publish",
      topic: p.topic,
      payload: p.payload,
      qos: p.qos,
      retain: p.retain,
      dup: p.dup && p.qos > 0,
      ...(p.qos > 0 && { messageId: p.packetId }),
    });
  }));
});

Deno.test("the sizes of a PUBLISH are right where its Remaining Length grows by a byte", () => {
  const topicWire = new TopicName("t").wire;
  for (const length of [124, 125, 126, 16_380, 16_381, 16_382, 2_097_148, 2_097_149]) {
    for (const version of [4, 5] as const) {
      const publish: OutgoingPublish = {
        topic: "",
        topicWire,
        payload: new Uint8Array(length).fill(7),
        qos: 0,
        retain: false,
        dup: false,
        packetId: 0,
        forwarded: new Uint8Array(0),
        messageExpiryInterval: undefined,
        subscriptionIdentifiers: undefined,
      };
      const out = new OutputBuffer();
      writePublish(out, publish, version);
      assert.equal(out.length, publishSize(publish, version));
      const got = read(version, (buffer) => writePublish(buffer, publish, version));
      assert.equal((got["payload"] as Uint8Array).length, length);
    }
  }
});

Deno.test("acknowledgements carry their identifier, and a reason only where there is one", () => {
  const packets = [[4, "puback"], [5, "pubrec"], [6, "pubrel"], [7, "pubcomp"]] as const;
  for (const [type, cmd] of packets) {
    for (const messageId of [1, 256, 65_535]) {
      for (const version of [3, 4, 5] as const) {
        const got = read(version, (out) => writeAcknowledgement(out, type, messageId, 0));
        assert.deepEqual([got["cmd"], got["messageId"], got["reasonCode"] ?? 0], [cmd, messageId, 0]);
      }
      const code = type >= 6 ? 0x92 : 0x97;
      const got = read(5, (out) => writeAcknowledgement(out, type, messageId, code));
      assert.deepEqual([got["cmd"], got["messageId"], got["reasonCode"]], [cmd, messageId, code]);
    }
    const out = new OutputBuffer();
    writeAcknowledgement(out, type, 1, 0);
    assert.equal(out.length, 4, "the short form");
  }
});

Deno.test(
  "PINGRESP and DISCONNECT are what they must be " +
    "[3.1.1: 2.2.2-1] [5.0: 2.1.3-1, 3.14.2-2, 3.14.2-3, 3.14.2-4]",
  () => {
    for (const version of [3, 4, 5] as const) assert.equal(read(version, writePingresp)["cmd"], "pingresp");
    const got = read(5, (out) => writeDisconnect(out, Reason.ServerShuttingDown));
    assert.deepEqual([got["cmd"], got["reasonCode"]], ["disconnect", 0x8b]);
  },
);

Deno.test("CONNACK says session present from 3.1.1 on", () => {
  const present = (version: ProtocolVersion): unknown =>
    read(version, (out) => writeConnackAccepted(out, version, true, {}))["sessionPresent"];
  assert.deepEqual([present(3), present(4), present(5)], [false, true, true]);
});

Deno.test("a 5.0 CONNACK announces every property, an older one none", () => {
  const properties = {
    sessionExpiryInterval: 60,
    receiveMaximum: 10,
    maximumQoS: 1,
    retainAvailable: false,
    maximumPacketSize: 1000,
    assignedClientIdentifier: "é",
    topicAliasMaximum: 5,
    reasonString: "why",
    serverKeepAlive: 30,
  } as const;
  const got = read(5, (out) => writeConnackAccepted(out, 5, false, properties));
  assert.equal(got["reasonCode"], 0);
  assert.deepEqual({ ...(got["properties"] as object) }, properties);
  for (const version of [3, 4] as const) {
    const out = new OutputBuffer();
    writeConnackAccepted(out, version, false, {});
    assert.equal(out.bytes.slice(0, out.length).toHex(), bytesOf("20 02 00 00").toHex());
  }
});

Deno.test("a refusal is a return code in 3.x where there is one, and a Reason Code in 5.0", () => {
  const returnCodes: readonly (readonly [ReasonCode, number | undefined])[] = [
    [Reason.UnsupportedProtocolVersion, 1],
    [Reason.ClientIdentifierNotValid, 2],
    [Reason.ServerUnavailable, 3],
    [Reason.ServerBusy, 3],
    [Reason.QuotaExceeded, 3],
    [Reason.BadUserNameOrPassword, 4],
    [Reason.NotAuthorized, 5],
    [Reason.BadAuthenticationMethod, 5],
    [Reason.MalformedPacket, undefined],
    [Reason.ProtocolError, undefined],
    [Reason.PacketTooLarge, undefined],
  ];
  for (const [code, returnCode] of returnCodes) {
    assert.equal(connackReturnCode(code), returnCode);
    for (const version of [3, 4] as const) {
      const out = new OutputBuffer();
      assert.equal(writeConnackRefused(out, version, code), returnCode !== undefined);
      // [MQTT-3.2.2-6]: no CONNACK where no code fits; [MQTT-3.2.2-4]: never Session Present.
      const expected = returnCode === undefined ? "" : `20020 00${returnCode}`.replace(" ", "");
      assert.equal(out.bytes.slice(0, out.length).toHex(), expected);
    }
    const got = read(5, (out) => writeConnackRefused(out, 5, code));
    assert.deepEqual([got["reasonCode"], got["sessionPresent"]], [code, false]);
  }
});

Deno.test("SUBACK answers each filter in order; failures are 0x80 before 5.0 [3.1.1: 3.9.3-2]", () => {
  const codes = [0, 0x8f, 2, 0x87, 1];
  assert.deepEqual(read(5, (out) => writeSuback(out, 5, 300, codes))["granted"], codes);
  for (const version of [3, 4] as const) {
    const got = read(version, (out) => writeSuback(out, version, 300, codes));
    assert.deepEqual([got["messageId"], got["granted"]], [300, [0, 0x80, 2, 0x80, 1]]);
  }
});

Deno.test("UNSUBACK answers each filter in 5.0 and has no payload before", () => {
  assert.deepEqual(read(5, (out) => writeUnsuback(out, 5, 300, [0, 0x11, 0x8f]))["granted"], [0, 0x11, 0x8f]);
  for (const version of [3, 4] as const) {
    const out = new OutputBuffer();
    writeUnsuback(out, version, 300, [0, 0x11]);
    assert.equal(out.bytes.slice(0, out.length).toHex(), bytesOf("b0 02 012c").toHex());
  }
});
