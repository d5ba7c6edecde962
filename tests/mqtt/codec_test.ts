// Every packet of the tables decodes to what its row says, or is refused with the Reason Code it says.
import assert from "node:assert/strict";
import { UnsupportedVersion } from "../../src/mqtt/decode.ts";
import { MqttError } from "../../src/mqtt/error.ts";
import { decode } from "./_decode.ts";
import { bytesOf } from "./_notation.ts";
import { ACCEPTED_CONNECTS, REFUSED_CONNECTS } from "./connect_packets.ts";
import { ACCEPTED_OTHERS, REFUSED_OTHERS } from "./other_packets.ts";
import type { PacketRow } from "./packet_row.ts";
import { ACCEPTED_PUBLISHES, REFUSED_PUBLISHES } from "./publish_packets.ts";

const TABLES: readonly (readonly [what: string, rows: readonly PacketRow[]])[] = [
  ["CONNECT is accepted", ACCEPTED_CONNECTS],
  ["CONNECT is refused", REFUSED_CONNECTS],
  ["PUBLISH or its acknowledgement is accepted", ACCEPTED_PUBLISHES],
  ["PUBLISH or its acknowledgement is refused", REFUSED_PUBLISHES],
  ["packet is accepted", ACCEPTED_OTHERS],
  ["packet is refused", REFUSED_OTHERS],
];

for (const [what, rows] of TABLES) {
  for (const row of rows) {
    Deno.test(`${what}: ${row.name}`, () => {
      for (const version of row.versions) check(row, version);
    });
  }
}

function check(row: PacketRow, version: PacketRow["versions"][number]): void {
  const bytes = bytesOf(row.bytes);
  const { expected } = row;
  if (typeof expected !== "number") {
    assert.deepEqual(decode(bytes, version), expected, `version ${version}`);
    return;
  }
  assert.throws(
    () => decode(bytes, version),
    (error) => {
      assert(error instanceof MqttError, `version ${version}: ${error}`);
      assert.equal(error.reasonCode, expected, `version ${version}: ${error.message}`);
      return true;
    },
  );
}

Deno.test("the tables hold at least 120 packets, each under a name of its own", () => {
  const names = TABLES.flatMap(([what, rows]) => rows.map((row) => `${what}: ${row.name}`));
  assert(names.length >= 120, `${names.length}`);
  assert.equal(new Set(names).size, names.length);
});

Deno.test("a packet cut anywhere is refused as a packet, never by another error", () => {
  for (const [, rows] of TABLES) {
    for (const row of rows) {
      const whole = bytesOf(row.bytes);
      for (let length = 2; length < whole.length; length++) {
        const cut = whole.slice(0, length);
        cut[1] = length - 2; // every row is shorter than 128 bytes
        for (const version of row.versions) {
          try {
            decode(cut, version);
          } catch (error) {
            assert(error instanceof MqttError, `${row.name} cut to ${length}: ${error}`);
          }
        }
      }
    }
  }
});

Deno.test("a CONNECT of an unknown version still says who sent it, where it is laid out as 3.1.1", () => {
  const claims: readonly (readonly [string, UnsupportedVersion["claimed"]])[] = [
    [
      "10* 'MQTT' 06 00 003c 'abc'",
      { protocolVersion: 6, clientId: "abc", username: undefined, keepAlive: 60, clean: false },
    ],
    [
      "10* 'MQIsdp' 04 c2 000a 'abc' 'u' 'p'",
      { protocolVersion: 4, clientId: "abc", username: "u", keepAlive: 10, clean: true },
    ],
    ["10* 'MQTT' 63", {
      protocolVersion: 0x63,
      clientId: undefined,
      username: undefined,
      keepAlive: 0,
      clean: false,
    }],
    ["10* 'MQTT' 06 02 003c {} 'abc'", {
      protocolVersion: 6,
      clientId: undefined,
      username: undefined,
      keepAlive: 0,
      clean: false,
    }],
  ];
  for (const [spelt, claimed] of claims) {
    assert.throws(
      () => decode(bytesOf(spelt), 4),
      (error) => {
        assert(error instanceof UnsupportedVersion, String(error));
        assert.deepEqual(error.claimed, claimed, spelt);
        return true;
      },
    );
  }
});
