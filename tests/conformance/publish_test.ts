// Statements about PUBLISH, its acknowledgements, retained messages and delivery (3.3 to 3.7, 4.3) as bytes.
import assert from "node:assert/strict";
import { World } from "../broker/_world.ts";
import { connect, connected, hex, none, shows, VERSIONS } from "./_wire.ts";

for (const version of VERSIONS) {
  const p = none(version);

  shows(version, "a QoS 0 delivery has no Packet Identifier, no DUP and an empty Property Length", [
    "[3.1.1: 2.3.1-5, 3.3.1-2, 4.3.1.1]",
    "[5.0: 2.2.1-2, 2.2.2-1, 3.3.1-2, 4.3.1-1]",
  ], async (world) => {
    const wire = await connected(world, version, "a");
    await wire.says(`82* 0001 ${p} 't' 02`);
    assert.equal(await wire.says(`30* 't' ${p} "x"`), hex(`30* 't' ${p} "x"`));
  });

  shows(version, "acknowledgements are those of the QoS, with the Packet Identifier of the PUBLISH", [
    "[3.1.1: 2.3.1-6, 4.3.2.2, 4.3.3-2, 3.3.4-1]",
    "[5.0: 2.2.1-5, 3.3.4-1, 3.4.2-1, 3.5.2-1, 3.6.2-1, 3.7.2-1, 4.3.2-4, 4.3.3-8, 4.3.3-11]",
  ], async (world) => {
    const wire = await connected(world, version, "a");
    const nobody = version === 5 ? "10" : "";
    for (const id of ["0001", "1234", "ffff"]) {
      assert.equal(await wire.says(`30* 't' ${p} "x"`), "");
      assert.equal(await wire.says(`32* 't' ${id} ${p} "x"`), hex(`40* ${id} ${nobody}`));
      assert.equal(await wire.says(`34* 't' ${id} ${p} "x"`), hex(`50* ${id} ${nobody}`));
      assert.equal(await wire.says(`62* ${id}`), hex(`70* ${id}`));
    }
  });

  shows(version, "a QoS 1 PUBLISH behind its PUBACK is a new message, whatever its DUP says", [
    "[3.1.1: 4.3.2.2]",
    "[5.0: 4.3.2-5]",
  ], async (world) => {
    const wire = await connected(world, version, "a");
    await wire.says(`32* 't' 0007 ${p} "x"`, `3a* 't' 0007 ${p} "x"`, `32* 't' 0007 ${p} "x"`);
    assert.equal(world.lines("message_publish").length, 3);
  });

  shows(version, "the DUP of a publisher is not passed on", [
    "[3.1.1: 3.3.1-3]",
    "[5.0: 3.3.1-3, 4.3.2-2, 4.3.3-2]",
  ], async (world) => {
    const subscriber = await connected(world, version, "s");
    await subscriber.says(`82* 0001 ${p} 't' 02`);
    const publisher = await connected(world, version, "p");
    await publisher.says(`3a* 't' 0001 ${p} "x"`, `3c* 't' 0002 ${p} "y"`);
    assert.equal(subscriber.heard(), hex(`32* 't' 0001 ${p} "x"`, `34* 't' 0002 ${p} "y"`));
  });

  shows(version, "a QoS 1 delivery is unacknowledged until its PUBACK", [
    "[3.1.1: 2.3.1-4, 3.3.1-1, 4.3.2.1, 4.4.0-1]",
    "[5.0: 3.3.1-1, 4.3.2-2, 4.3.2-3, 4.4.0-1]",
  ], async (world) => {
    const properties = "11 0000003c";
    const first = await connected(world, version, "a", { flags: "00", properties });
    await first.says(`82* 0001 ${p} 't' 01`);
    const sent = await first.says(`32* 't' 0001 ${p} "x"`, `32* 't' 0002 ${p} "y"`);
    assert(sent.includes(hex(`32* 't' 0001 ${p} "x"`)) && sent.includes(hex(`32* 't' 0002 ${p} "y"`)));
    await first.says("40* 0001");
    await first.drop();
    const second = await connectedAgain(world, version, properties);
    assert.equal(second, hex(`3a* 't' 0002 ${p} "y"`), "the other one only, with its identifier and DUP");
  });

  shows(version, "a QoS 2 delivery goes PUBLISH, PUBREL, and is unacknowledged until PUBCOMP", [
    "[3.1.1: 2.3.1-4, 2.3.1-6, 4.3.3-1, 4.4.0-1]",
    "[5.0: 2.2.1-5, 4.3.3-2, 4.3.3-4, 4.3.3-5, 4.3.3-6, 4.4.0-1]",
  ], async (world) => {
    const properties = "11 0000003c";
    const first = await connected(world, version, "a", { flags: "00", properties });
    await first.says(`82* 0001 ${p} 't' 02`);
    const other = await connected(world, version, "p");
    await other.says(`34* 't' 0009 ${p} "x"`, "62* 0009");
    assert.equal(first.heard(), hex(`34* 't' 0001 ${p} "x"`));
    assert.equal(await first.says("50* 0001"), hex("62* 0001"));
    await first.drop();
    assert.equal(
      await connectedAgain(world, version, properties),
      hex("62* 0001"),
      "PUBREL and no PUBLISH",
    );
    const third = await connected(world, version, "a", { flags: "00", properties });
    assert.equal(await third.says("70* 0001"), "");
    await third.drop();
    assert.equal(await connectedAgain(world, version, properties), "");
  });

  shows(version, "a new subscriber gets the last retained message of each topic, with RETAIN and its QoS", [
    "[3.1.1: 3.3.1-5, 3.3.1-6, 3.3.1-8]",
    "[5.0: 3.3.1-5, 3.3.1-9]",
  ], async (world) => {
    const publisher = await connected(world, version, "p");
    await publisher.says(`31* 'r/0' ${p} "old"`, `33* 'r/0' 0001 ${p} "new"`, `31* 'r/1' ${p} "zero"`);
    const subscriber = await connected(world, version, "s");
    const heard = await subscriber.says(`82* 0001 ${p} 'r/#' 02`);
    assert(heard.startsWith(hex(`90* 0001 ${p} 02`)), "the SUBACK first");
    const messages = heard.slice(hex(`90* 0001 ${p} 02`).length);
    const [one, zero] = [hex(`33* 'r/0' 0001 ${p} "new"`), hex(`31* 'r/1' ${p} "zero"`)];
    assert([one + zero, zero + one].includes(messages), messages);
  });

  shows(version, "a retained QoS 0 message takes the place of the one before", [
    "[3.1.1: 3.3.1-7]",
  ], async (world) => {
    const wire = await connected(world, version, "a");
    await wire.says(`33* 'r' 0001 ${p} "one"`, `31* 'r' ${p} "zero"`);
    const heard = await wire.says(`82* 0001 ${p} 'r' 02`);
    assert(heard.endsWith(hex(`31* 'r' ${p} "zero"`)) && !heard.includes(hex('"one"')));
  });

  shows(version, "established subscriptions see RETAIN 0", [
    "[3.1.1: 3.3.1-9]",
    "[5.0: 3.3.1-12]",
  ], async (world) => {
    const wire = await connected(world, version, "a");
    await wire.says(`82* 0001 ${p} 'r' 02`);
    assert.equal(await wire.says(`31* 'r' ${p} "x"`), hex(`30* 'r' ${p} "x"`));
  });

  shows(version, "an empty retained message is delivered, removes the one there is, and is not kept", [
    "[3.1.1: 3.3.1-10, 3.3.1-11]",
    "[5.0: 3.3.1-6, 3.3.1-7]",
  ], async (world) => {
    const wire = await connected(world, version, "a");
    await wire.says(`31* 'r' ${p} "x"`, `82* 0001 ${p} 'r' 00`);
    wire.heard();
    assert.equal(await wire.says(`31* 'r' ${p}`), hex(`30* 'r' ${p}`));
    const late = await connected(world, version, "late");
    assert.equal(await late.says(`82* 0001 ${p} 'r' 00`), hex(`90* 0001 ${p} 00`));
  });

  shows(version, "a message without RETAIN is not kept and leaves what is retained in its place", [
    "[3.1.1: 3.3.1-12]",
    "[5.0: 3.3.1-8]",
  ], async (world) => {
    const wire = await connected(world, version, "a");
    await wire.says(`31* 'r' ${p} "kept"`, `30* 'r' ${p} "passing"`, `30* 'r' ${p}`);
    const heard = await wire.says(`82* 0001 ${p} 'r' 00`);
    assert.equal(heard, hex(`90* 0001 ${p} 00`, `31* 'r' ${p} "kept"`));
  });

  shows(version, "retained messages outlive the session of their publisher", [
    "[3.1.1: 3.1.2.7]",
  ], async (world) => {
    const publisher = await connected(world, version, "p");
    await publisher.says(`31* 'r' ${p} "kept"`, "e0*");
    assert.equal(world.sessions, 0);
    const wire = await connected(world, version, "a");
    assert.equal(await wire.says(`82* 0001 ${p} 'r' 00`), hex(`90* 0001 ${p} 00`, `31* 'r' ${p} "kept"`));
  });

  shows(version, "U+FEFF is kept in topics and filters, and makes them different ones", [
    "[3.1.1: 1.5.3-3]",
    "[5.0: 1.5.4-3]",
  ], async (world) => {
    const wire = await connected(world, version, "a");
    await wire.says(`82* 0001 ${p} 0004 efbbbf74 00`);
    assert.equal(await wire.says(`30* 't' ${p} "x"`), "");
    assert.equal(await wire.says(`30* 0004 efbbbf74 ${p} "x"`), hex(`30* 0004 efbbbf74 ${p} "x"`));
    assert.equal(world.lines("message_publish").at(-1)?.["topic"], "\ufefft");
  });

  shows(version, "messages of one publisher, topic and QoS come in their order, each once", [
    "[3.1.1: 4.6.0-5, 4.6.0-6, 7.0.0-2, 7.1.1-1]",
    "[5.0: 4.2-1, 4.6.0-6, 4.6.0-5]",
  ], async (world) => {
    const subscriber = await connected(world, version, "s");
    await subscriber.says(`82* 0001 ${p} 't' 02`);
    const publisher = await connected(world, version, "p");
    let wanted = "";
    for (let i = 1; i <= 50; i++) {
      const id = i.toString(16).padStart(4, "0");
      await publisher.says(`32* 't' ${id} ${p} ${id}`);
      wanted += hex(`32* 't' ${id} ${p} ${id}`);
    }
    assert.equal(subscriber.heard(), wanted);
  });
}

/** What a client hears behind the CONNACK when it comes back; it leaves without a word. */
async function connectedAgain(world: World, version: 4 | 5, properties: string): Promise<string> {
  const { wire, connack } = await connect(world, version, "a", { flags: "00", properties });
  assert.match(connack, /^20..0100/);
  await wire.drop();
  return connack.slice((2 + Number.parseInt(connack.slice(2, 4), 16)) * 2);
}

Deno.test("5.0: Topic Aliases end with their connection [5.0: 3.3.2-7]", async () => {
  await using world = new World();
  const first = await connected(world, 5, "a", { flags: "00", properties: "11 0000003c" });
  await first.says(`30* 't' {23 0001} "x"`);
  await first.drop();
  const second = await connected(world, 5, "a", { flags: "00", properties: "11 0000003c" });
  assert.equal(await second.says(`30* '' {23 0001} "x"`), "e0028200");
});

Deno.test(
  "5.0: no Topic Alias is sent to a client that takes none, and none above its maximum " +
    "[5.0: 3.1.2-26, 3.1.2-27, 3.3.2-8, 3.3.2-11]",
  async () => {
    await using world = new World();
    const publisher = await connected(world, 5, "p");
    for (const [properties, maximum] of [["", 0], ["22 0000", 0], ["22 0002", 2]] as const) {
      const subscriber = await connected(world, 5, "s", { properties });
      await subscriber.says("82* 0001 {} 't/#' 00");
      for (
        const topic of [
          "t/aaaaaaaaaa",
          "t/bbbbbbbbbb",
          "t/cccccccccc",
          "t/aaaaaaaaaa",
          "t/bbbbbbbbbb",
          "t/cccccccccc",
        ]
      ) {
        await publisher.says(`30* '${topic}' {} 00`);
        const heard = subscriber.heard();
        const alias = /^30..(?:....)?(?:[0-9a-f]*?)0323([0-9a-f]{4})00$/.exec(heard)?.[1];
        if (alias === undefined) assert.equal(heard, hex(`30* '${topic}' {} 00`));
        else {assert(
            Number.parseInt(alias, 16) >= 1 && Number.parseInt(alias, 16) <= maximum,
            `${heard} with ${maximum}`,
          );}
      }
    }
  },
);

Deno.test("5.0: a full window holds back PUBLISH packets and nothing else [5.0: 3.3.4-10, 3.12.4-1, 4.9.0-3]", async () => {
  await using world = new World();
  const wire = await connected(world, 5, "a", { properties: "21 0001" });
  await wire.says("82* 0001 {} 't' 01");
  await wire.says(`32* 't' 0001 {} "x"`, `32* 't' 0002 {} "y"`);
  assert.equal(await wire.says("c0*"), "d000");
  assert.equal(await wire.says("82* 0002 {} 'u' 01"), "900400020001");
  assert.equal(await wire.says(`34* 'v' 0003 {} "z"`), "5003000310");
  assert.equal(await wire.says("62* 0003"), "70020003");
  assert.equal(await wire.says("a2* 0004 {} 'u'"), "b00400040000");
  assert.equal(await wire.says("40* 0001"), hex(`32* 't' 0002 {} "y"`), "the place is free again");
});

Deno.test("5.0: more QoS 2 messages than the Receive Maximum of the CONNACK end the connection with 0x93 [5.0: 3.3.4 quota]", async () => {
  await using world = new World({ maxInflight: 2 });
  const wire = await connected(world, 5, "a");
  assert.equal(await wire.says(`34* 't' 0001 {} "x"`, `34* 't' 0002 {} "x"`), "50030001105003000210");
  assert.equal(
    await wire.says(`34* 't' 0002 {} "x"`),
    "50020002",
    "one that is sent again is not one more",
  );
  assert.equal(await wire.says(`34* 't' 0003 {} "x"`), "e0029300");
  assert(wire.ended);
});

Deno.test("5.0: a QoS 2 message that was refused leaves its Packet Identifier free [5.0: 4.3.3-9]", async () => {
  await using world = new World();
  const wire = await connected(world, 5, "a");
  assert.equal(await wire.says(`34* '$SYS/x' 0001 {} "x"`), "5003000187");
  assert.equal(await wire.says(`34* 't' 0001 {} "x"`), "5003000110", "a new message");
  assert.deepEqual(world.lines("message_publish").map((line) => line["topic"]), ["t"]);
});

Deno.test("5.0: QoS 2 is carried through for a message that has expired, on both sides [5.0: 4.3.3-7, 4.3.3-13]", async () => {
  await using world = new World();
  const properties = "11 0000003c";
  const subscriber = await connected(world, 5, "a", { flags: "00", properties });
  await subscriber.says("82* 0001 {} 't' 02");
  const publisher = await connected(world, 5, "p");
  assert.equal(await publisher.says(`34* 't' 0001 {02 00000001} "x"`), "50020001");
  assert.equal(subscriber.heard(), hex(`34* 't' 0001 {02 00000001} "x"`));
  await world.pass(5_000);
  assert.equal(await publisher.says("62* 0001"), "70020001");
  await subscriber.drop();
  const again = await connectedAgain(world, 5, properties);
  assert(again.startsWith("3c"), "the PUBLISH that was sent is sent again");
  const third = await connected(world, 5, "a", { flags: "00", properties });
  assert.equal(await third.says("50* 0001"), "62020001");
  assert.equal(await third.says("70* 0001"), "");
});

Deno.test(
  "5.0: everything of a message but its expiry and alias is passed on byte for byte, in its order " +
    "[5.0: 3.3.2-4, 3.3.2-15, 3.3.2-16, 3.3.2-17, 3.3.2-18, 3.3.2-20, 3.1.2.11.8 order]",
  async () => {
    await using world = new World();
    const wire = await connected(world, 5, "a");
    await wire.says("82* 0001 {} 't' 00");
    const properties = "26 'z' '1' 01 01 03 'text/plain' 08 'answer/me' 26 'a' '2' 09 'corr' 26 'z' '1'";
    assert.equal(
      await wire.says(`30* 't' {${properties} 23 0001} "x"`),
      hex(`30* 't' {${properties}} "x"`),
    );
  },
);
