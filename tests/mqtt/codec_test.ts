// Every packet of the tables decodes to what its row says. What is refused, tests/conformance/malformed shows.
import assert from "node:assert/strict";
import { UnsupportedVersion } from "../../src/mqtt/decode.ts";
import { decode } from "./_decode.ts";
import { bytesOf } from "./_notation.ts";
import { ACCEPTED_CONNECTS } from "./connect_packets.ts";
import { ACCEPTED_OTHERS } from "./other_packets.ts";
import type { PacketRow } from "./packet_row.ts";
import { ACCEPTED_PUBLISHES } from "./publish_packets.ts";

const TABLES: readonly (readonly [what: string, rows: readonly PacketRow[]])[] = [
  ["CONNECT is accepted", ACCEPTED_CONNECTS],
  ["PUBLISH or its acknowledgement is accepted", ACCEPTED_PUBLISHES],
  ["packet is accepted", ACCEPTED_OTHERS],
];

for (const [what, rows] of TABLES) {
  for (const row of rows) {
    Deno.test(`${what}: ${row.name}`, () => {
      for (const version of row.versions) {
        assert.deepEqual(decode(bytesOf(row.bytes), version), row.expected, `version ${version}`);
      }
    });
  }
}

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
