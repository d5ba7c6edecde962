// Statements about CONNECT and CONNACK (3.1, 3.2) that other tests do not show.
import assert from "node:assert/strict";
import { settled, TestClient, World } from "../broker/_world.ts";
import { bytesOf } from "../mqtt/_notation.ts";
import { connect, connected, hex, none, shows, VERSIONS } from "./_wire.ts";

/** The CONNACK of 5.0 with the broker's defaults: Receive Maximum, Maximum Packet Size, Topic Alias Maximum. */
const PROPERTIES_5 = "{21 03e8 27 00100000 22 0020}";

for (const version of VERSIONS) {
  const p = none(version);

  shows(version, "the CONNACK that accepts has no flag but Session Present, and code 0", [
    "[3.1.1: 3.1.4-4, 3.2.2-1]",
    "[5.0: 3.1.4-5, 3.2.2-1, 3.2.2-2, 3.2.2-22, 4.12.0-6]",
  ], async (world) => {
    const { connack } = await connect(world, version, "a");
    assert.equal(connack.slice(4, 8), "0000");
    assert.equal(connack.length / 2, version === 5 ? 16 : 4);
    if (version === 5) {
      const sorted = (text: string): string[] => text.match(/../g)?.sort() ?? [];
      assert.deepEqual(sorted(connack), sorted(hex(`20* 0000 ${PROPERTIES_5}`)));
    } else assert.equal(connack, "20020000");
  });

  shows(version, "Session Present is 1 only for a stored session that is resumed", [
    "[3.1.1: 3.1.2-4, 3.1.2-6, 3.1.3-2, 3.2.2-1, 3.2.2-2, 3.2.2-3]",
    "[5.0: 3.1.2-4, 3.1.2-5, 3.1.3-2, 3.2.2-1, 3.2.2-2, 3.2.2-3]",
  ], async (world) => {
    const properties = "11 0000003c";
    const present = async (flags: string): Promise<string> => {
      const { wire, connack } = await connect(world, version, "a", { flags, properties });
      await wire.drop();
      return connack.slice(4, 8);
    };
    assert.equal(await present("00"), "0000", "there is none yet");
    assert.equal(await present("00"), "0100");
    assert.equal(await present("02"), "0000", "it is discarded");
    assert.equal(
      await present("00"),
      version === 5 ? "0100" : "0000",
      "3.1.1: a clean session is not stored",
    );
  });

  shows(version, "a refusal has Session Present 0 also where a session is stored, and the end", [
    "[3.1.1: 3.2.2-4, 3.2.2-5]",
    "[5.0: 3.2.2-6, 3.2.2-7, 4.13.2-1]",
  ], async (world) => {
    const first = await connected(world, version, "a", { flags: "00", properties: "11 0000003c" });
    await first.drop();
    await connected(world, version, "b");
    const { wire, connack } = await connect(world, version, "a", { flags: "00" });
    assert.equal(connack, version === 5 ? "2003008800" : "20020003");
    assert(wire.ended);
  }, { maxConnections: 1 });

  shows(version, "the CONNACK comes before what waited in the session", [
    "[3.1.1: 3.2.0-1]",
    "[5.0: 3.2.0-1]",
  ], async (world) => {
    const away = await connected(world, version, "a", { flags: "00", properties: "11 0000003c" });
    await away.says(`82* 0001 ${p} 't' 01`);
    await away.drop();
    const other = await connected(world, version, "b");
    await other.says(`32* 't' 0001 ${p} "x"`);
    const { connack } = await connect(world, version, "a", { flags: "00", properties: "11 0000003c" });
    assert.match(connack, /^20..0100/);
    assert(connack.endsWith(hex(`32* 't' 0001 ${p} "x"`)));
  });

  shows(version, "a Will has the QoS and RETAIN its flags say", [
    "[3.1.1: 3.1.2-8, 3.1.2-9, 3.1.2-16, 3.1.2-17]",
    "[5.0: 3.1.2-12, 3.1.2-14, 3.1.2-15]",
  ], async (world) => {
    const watcher = await connected(world, version, "watcher");
    await watcher.says(`82* 0001 ${p} 'w/#' 02`);
    for (const [flags, topic] of [["06", "w/0"], ["0e", "w/1"], ["36", "w/2"]] as const) {
      const will = `${p} '${topic}' 'gone'`;
      await (await connected(world, version, topic, { flags, payload: will })).drop();
    }
    assert.equal(
      watcher.heard(),
      hex(`30* 'w/0' ${p} "gone"`, `32* 'w/1' 0001 ${p} "gone"`, `34* 'w/2' 0002 ${p} "gone"`),
    );
    const late = await connected(world, version, "late");
    const retained = await late.says(`82* 0001 ${p} 'w/#' 00`);
    assert(retained.endsWith(hex(`31* 'w/2' ${p} "gone"`)), "the one with Will Retain");
    assert(!retained.includes(hex("'w/0'")) && !retained.includes(hex("'w/1'")), "the others are not kept");
  });

  shows(version, "a Will is published once, and a connection without one publishes none", [
    "[3.1.1: 3.1.2-10, 3.1.2-12]",
    "[5.0: 3.1.2-10]",
  ], async (world) => {
    const watcher = await connected(world, version, "watcher");
    await watcher.says(`82* 0001 ${p} 'w' 00`);
    const greeting = { flags: "04", properties: "11 0000003c", payload: `${p} 'w' 'gone'` };
    await (await connected(world, version, "a", greeting)).drop();
    assert.equal(watcher.heard(), hex(`30* 'w' ${p} "gone"`));
    await (await connected(world, version, "a", { flags: "00" })).drop();
    await world.pass(5_000);
    assert.equal(watcher.heard(), "");
  });

  shows(version, "a Client Identifier may have any of the 62 characters, and 23 of them", [
    "[3.1.1: 3.1.3-5]",
    "[5.0: 3.1.3-5]",
  ], async (world) => {
    const characters = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    for (let at = 0; at < characters.length; at += 13) {
      const clientId = (characters + characters).slice(at, at + 23);
      await connected(world, version, clientId);
      assert.equal(world.lines("client_connected").at(-1)?.["clientid"], clientId);
    }
    for (const character of characters) await connected(world, version, character);
  });

  shows(version, "a client without an identifier gets one that no session has", [
    "[3.1.1: 3.1.3-6]",
    "[5.0: 3.1.3-6, 3.1.3-7, 3.2.2-16]",
  ], async (world) => {
    const given = new Set<unknown>();
    for (let i = 0; i < 50; i++) {
      const { connack } = await connect(world, version, "");
      const clientId = String(world.lines("client_connected").at(-1)?.["clientid"]);
      assert(clientId.length >= 16 && !given.has(clientId));
      given.add(clientId);
      if (version === 5) assert(connack.includes(hex(`12 '${clientId}'`)), "and is told which");
    }
    assert.equal(world.sessions, 50);
  });

  shows(version, "the fields of CONNECT are read in their order", [
    "[3.1.1: 3.1.3-1]",
    "[5.0: 3.1.3-1]",
  ], async (world) => {
    const watcher = await connected(world, version, "watcher");
    await watcher.says(`82* 0001 ${p} '#' 00`);
    const wire = await connected(world, version, "id", {
      flags: "c6",
      payload: `${p} 'topic' 'message' 'user' 'password'`,
    });
    assert.equal(world.lines("client_connected").at(-1)?.["clientid"], "id");
    assert.equal(world.lines("client_connected").at(-1)?.["username"], "user");
    await wire.drop();
    assert.equal(watcher.heard(), hex(`30* 'topic' ${p} "message"`));
  });

  shows(
    version,
    "where a QoS is not offered, a SUBSCRIBE for it is granted less and a Will with it is refused",
    [
      "[5.0: 3.2.2-9, 3.2.2-10, 3.2.2-12, 3.2.2-13, 3.8.4-7, 3.2.2.3.4 QoS, 3.2.2.3.5 retain]",
    ],
    async (world) => {
      const { wire, connack } = await connect(world, version, "a");
      if (version === 5) assert(connack.includes("2401") && connack.includes("2500"), connack);
      const granted = await wire.says(`82* 0001 ${p} 't' 02`);
      assert.equal(granted, hex(`90* 0001 ${p} 01`));
      const qos = await connect(world, version, "b", { flags: "16", payload: `${p} 'w' 'x'` });
      const retain = await connect(world, version, "c", { flags: "26", payload: `${p} 'w' 'x'` });
      assert.equal(qos.connack, version === 5 ? "2003009b00" : "20020005");
      assert.equal(retain.connack, version === 5 ? "2003009a00" : "20020005");
      assert(qos.wire.ended && retain.wire.ended);
      assert.equal(await wire.says(`34* 't' 0001 ${p} "x"`), version === 5 ? "e0029b00" : "");
      assert(wire.ended);
      const retaining = await connected(world, version, "d");
      assert.equal(await retaining.says(`31* 't' ${p} "x"`), version === 5 ? "e0029a00" : "");
      assert(retaining.ended);
    },
    { maxQos: 1, retainAvailable: false },
  );
}

Deno.test(
  "5.0: no CONNACK, SUBACK, UNSUBACK or PUBLISH is larger than the client's Maximum Packet Size " +
    "[5.0: 3.1.2-24, 3.2.2-19, 3.2.2-20, 3.9.2-1, 3.9.2-2, 3.11.2-1, 3.11.2-2]",
  async () => {
    await using world = new World();
    const small = await connected(world, 5, "small", { properties: "27 00000010" });
    // 16 bytes hold ten codes in a SUBACK: 2 + 2 + 1 + 11 is the most.
    const filters = Array.from({ length: 11 }, (_, i) => `'${i}'`);
    assert.equal(
      await small.says(`82* 0001 {} ${filters.join(" 00 ")} 00`),
      hex(`90* 0001 {} ${"00".repeat(11)}`),
    );
    assert.equal(await small.says(`a2* 0002 {} ${filters.join(" ")}`), hex(`b0* 0002 {} ${"00".repeat(11)}`));
    assert.equal(await small.says(`82* 0003 {} ${[...filters, "'t'"].join(" 00 ")} 00`), "e0029500");
    assert(small.ended);
    assert(
      !world.lines("session_subscribed").some((line) => line["topic"] === "t"),
      "nothing of it was granted",
    );
    const again = await connected(world, 5, "again", { properties: "27 00000010" });
    assert.equal(await again.says(`a2* 0003 {} ${[...filters, "'t'"].join(" ")}`), "e0029500");
    const { connack } = await connect(world, 5, "tiny", { properties: "27 0000000f" });
    assert.equal(connack, "2003008300");
  },
);

Deno.test(
  "5.0: a client that asks for no problem information gets no Reason String and no User Property, nor does any other " +
    "[5.0: 3.1.2-29, 3.2.2-19, 3.2.2-20, 3.4.2-1, 3.4.2-2, 3.4.2-3, 3.5.2-1, 3.5.2-2, 3.5.2-3] " +
    "[5.0: 3.6.2-1, 3.6.2-2, 3.6.2-3, 3.7.2-1, 3.7.2-2, 3.7.2-3, 3.9.2-1, 3.9.2-2, 3.11.2-1] " +
    "[5.0: 3.11.2-2, 3.14.2-3, 3.14.2-4]",
  async () => {
    await using world = new World({ maxSubscriptions: 1 });
    for (const properties of ["17 00", "17 01", ""]) {
      const wire = await connected(world, 5, "a", { properties });
      assert.equal(await wire.says("82* 0001 {} 'a' 00 'b' 00"), "9005000100" + "0097");
      assert.equal(await wire.says("a2* 0002 {} 'b'"), "b00400020011");
      assert.equal(await wire.says(`32* '$SYS/a' 0003 {} "x"`), "4003000387");
      assert.equal(await wire.says(`34* '$SYS/a' 0003 {} "x"`), "5003000387");
      assert.equal(await wire.says("62* 0004"), "7003000492");
      assert.equal(await wire.says("50* 0005"), "6203000592");
      assert.equal(await wire.says("00*"), "e0028200");
    }
  },
);

Deno.test(
  "5.0: Response Information, an Authentication Method and AUTH are never sent " +
    "[5.0: 3.1.2-28, 3.15.2-1, 4.12.0-6, 3.2.2.3 twice]",
  async () => {
    await using world = new World();
    for (const properties of ["19 00", "19 01", ""]) {
      const { connack } = await connect(world, 5, "a", { properties });
      const ids = propertyIds(connack);
      assert(!ids.includes("1a") && !ids.includes("15") && !ids.includes("16"), connack);
      assert.equal(new Set(ids).size, ids.length, "no property twice");
    }
  },
);

/** The property identifiers of a CONNACK that has only numbers. */
function propertyIds(connack: string): string[] {
  const sizes: Readonly<Record<string, number>> = {
    "21": 2,
    "22": 2,
    "27": 4,
    "11": 4,
    "13": 2,
    "24": 1,
    "25": 1,
  };
  const ids: string[] = [];
  for (let at = 10; at < connack.length;) {
    const id = connack.slice(at, at + 2);
    ids.push(id);
    at += 2 + (sizes[id] ?? 0) * 2;
  }
  return ids;
}

Deno.test("5.0: a CONNECT with Clean Start 0 and no session begins a new one [5.0: 3.1.2-6]", async () => {
  await using world = new World();
  await connected(world, 5, "a", { flags: "00" });
  assert.deepEqual(world.story("clientid", "session_created"), ["session_created:a"]);
});

Deno.test(
  "5.0: each refusal has a Reason Code of CONNACK and is followed by the end and nothing else " +
    "[5.0: 3.1.3-8, 3.1.4-2, 3.1.4-6, 3.2.0-2, 3.2.2-7, 3.2.2-8, 3.14.0-1]",
  async () => {
    const allowed = /^200300(80|81|82|83|84|85|86|87|88|89|8a|8c|90|95|97|99|9a|9b|9c|9d|9f)00$/;
    await using world = new World({ allowAnonymous: false, maxClientIdLength: 5 });
    for (
      const spelt of [
        "10* 'MQTT' 05 02 0000 {} 'a'",
        "10* 'MQTT' 05 82 0000 {} 'a' 'u'",
        "10* 'MQTT' 05 02 0000 {} 'toolong'",
        "10* 'MQTT' 05 02 0000 {15 'm'} 'a'",
        "10* 'MQTT' 06 02 0000 {} 'a'",
        "10* 'MQTT' 05 03 0000 {} 'a'",
        "10* 'MQTT' 05 06 0000 {} 'a' {} '$SYS/a' 'x'",
      ]
    ) {
      const wire = new TestClient(world.accept(), 5);
      wire.peer.send(Uint8Array.of(...bytesOf(spelt), ...bytesOf("c0*")));
      await settled();
      assert.match(wire.heard(), allowed, spelt);
      assert(wire.ended, spelt);
    }
  },
);
