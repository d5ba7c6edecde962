// Statements about SUBSCRIBE, UNSUBSCRIBE, topics and shared subscriptions (3.8 to 3.11, 4.7, 4.8) as bytes.
import assert from "node:assert/strict";
import { World } from "../broker/_world.ts";
import { connect, connected, hex, none, shows, VERSIONS } from "./_wire.ts";

for (const version of VERSIONS) {
  const p = none(version);

  shows(version, "SUBACK and UNSUBACK have the Packet Identifier of what they answer", [
    "[3.1.1: 2.3.1-7, 3.8.4-1, 3.8.4-2, 3.10.4-4]",
    "[5.0: 2.2.1-6, 3.8.4-1, 3.8.4-2, 3.10.4-4, 3.10.4-5]",
  ], async (world) => {
    const wire = await connected(world, version, "a");
    for (const id of ["0001", "0100", "ffff"]) {
      assert.equal(await wire.says(`82* ${id} ${p} 't' 00`), hex(`90* ${id} ${p} 00`));
      assert.equal(await wire.says(`a2* ${id} ${p} 't'`), hex(`b0* ${id} ${version === 5 ? "{} 00" : ""}`));
    }
  });

  shows(version, "several filters are granted as if each came alone, with one SUBACK in their order", [
    "[3.1.1: 3.8.4-4, 3.8.4-5, 3.9.3-1, 3.9.3-2]",
    "[5.0: 3.8.4-5, 3.8.4-6, 3.8.4-7, 3.9.3-1, 3.9.3-2]",
  ], async (world) => {
    const wire = await connected(world, version, "a");
    const failed = version === 5 ? "97" : "80";
    assert.equal(
      await wire.says(`82* 0001 ${p} 'a' 02 'b' 00 'c' 01 'd' 01 'b' 01`),
      hex(`90* 0001 ${p} 02 00 01 ${failed} 01`),
    );
    assert.equal(await wire.says(`30* 'd' ${p} "x"`), "", "what failed is not subscribed");
    assert.equal(await wire.says(`32* 'b' 0001 ${p} "x"`), hex(`32* 'b' 0001 ${p} "x"`, "40* 0001"));
  }, { maxSubscriptions: 3 });

  shows(
    version,
    "a filter that is there already is replaced, its retained message sent again, nothing lost",
    [
      "[3.1.1: 3.8.4-3]",
      "[5.0: 3.8.4-3, 3.8.4-4]",
    ],
    async (world) => {
      const publisher = await connected(world, version, "p");
      await publisher.says(`33* 't' 0001 ${p} "kept"`);
      const wire = await connected(world, version, "a");
      await wire.says(`82* 0001 ${p} 't' 00`);
      await publisher.says(`32* 't' 0002 ${p} "one"`);
      assert.equal(wire.heard(), hex(`30* 't' ${p} "one"`));
      assert.equal(
        await wire.says(`82* 0002 ${p} 't' 01`),
        hex(`90* 0002 ${p} 01`, `33* 't' 0001 ${p} "kept"`),
      );
      await publisher.says(`32* 't' 0003 ${p} "two"`);
      assert.equal(wire.heard(), hex(`32* 't' 0002 ${p} "two"`), "once, with the new QoS");
    },
  );

  shows(version, "a message goes out with the lower of its QoS and the granted one", [
    "[3.1.1: 3.8.4-6]",
    "[5.0: 3.8.4-8]",
  ], async (world) => {
    const publisher = await connected(world, version, "p");
    for (const granted of [0, 1, 2]) {
      const wire = await connected(world, version, `s${granted}`);
      await wire.says(`82* 0001 ${p} 't' 0${granted}`);
      for (const qos of [0, 1, 2]) {
        const id = qos === 0 ? "" : `00${granted}${qos}`;
        await publisher.says(`3${qos * 2}* 't' ${id} ${p} "x"`, ...qos === 2 ? [`62* ${id}`] : []);
        const lower = Math.min(granted, qos);
        assert.equal(wire.heard().slice(0, 2), `3${lower * 2}`, `${qos} granted ${granted}`);
      }
    }
  });

  shows(version, "UNSUBSCRIBE takes away the filter that is the same character for character, and no other", [
    "[3.1.1: 3.10.4-1]",
    "[5.0: 3.10.4-1]",
  ], async (world) => {
    const wire = await connected(world, version, "a");
    await wire.says(`82* 0001 ${p} 'a/+' 00`);
    for (const filter of ["a/b", "a/#", "A/+", "a/+/", "+/+", "/a/+"]) {
      await wire.says(`a2* 0002 ${p} '${filter}'`);
    }
    assert.equal(await wire.says(`30* 'a/b' ${p} "x"`), hex(`30* 'a/b' ${p} "x"`));
    await wire.says(`a2* 0002 ${p} 'a/+'`);
    assert.equal(await wire.says(`30* 'a/b' ${p} "x"`), "");
  });

  shows(version, "behind the UNSUBACK nothing new comes, and what was begun is completed", [
    "[3.1.1: 3.10.4-2, 3.10.4-3]",
    "[5.0: 3.10.4-2, 3.10.4-3]",
  ], async (world) => {
    const publisher = await connected(world, version, "p");
    const wire = await connected(world, version, "a");
    await wire.says(`82* 0001 ${p} 't' 02`);
    await publisher.says(`34* 't' 0001 ${p} "x"`, "62* 0001");
    assert.equal(wire.heard(), hex(`34* 't' 0001 ${p} "x"`));
    await wire.says(`a2* 0002 ${p} 't'`);
    await publisher.says(`34* 't' 0002 ${p} "y"`, "62* 0002");
    assert.equal(wire.heard(), "");
    assert.equal(await wire.says("50* 0001"), "62020001");
    assert.equal(await wire.says("70* 0001"), "");
    assert.equal(world.lines("message_acked").length, 1);
  });

  shows(version, "an UNSUBSCRIBE of several filters is answered once, also for filters that are not there", [
    "[3.1.1: 3.10.4-5, 3.10.4-6]",
    "[5.0: 3.10.4-5, 3.10.4-6, 3.11.3-1, 3.11.3-2]",
  ], async (world) => {
    const wire = await connected(world, version, "a");
    await wire.says(`82* 0001 ${p} 'a' 00 'b' 00 'c' 00`);
    const codes = version === 5 ? "{} 00 11 00 11" : "";
    assert.equal(await wire.says(`a2* 0005 ${p} 'a' 'never' 'c' 'a'`), hex(`b0* 0005 ${codes}`));
    assert.equal(await wire.says(`30* 'a' ${p} "x"`, `30* 'c' ${p} "x"`), "");
    assert.equal(await wire.says(`30* 'b' ${p} "x"`), hex(`30* 'b' ${p} "x"`));
  });

  shows(version, "a filter that begins with a wildcard does not match topics that begin with $", [
    "[3.1.1: 4.7.2-1]",
    "[5.0: 4.7.2-1]",
  ], async (world) => {
    const wire = await connected(world, version, "a");
    await wire.says(`82* 0001 ${p} '#' 00 '+/b' 00 '+/#' 00`);
    assert.equal(await wire.says(`30* '$a/b' ${p} "x"`), "");
    await wire.says(`82* 0002 ${p} '$a/#' 00`);
    assert.equal(await wire.says(`30* '$a/b' ${p} "x"`), hex(`30* '$a/b' ${p} "x"`));
  });

  shows(version, "topics are compared as they are: case, empty levels, spaces and composed letters", [
    "[3.1.1: 4.7.3-4]",
    "[5.0: 3.3.2-3, 4.7.3-4]",
  ], async (world) => {
    const wire = await connected(world, version, "a");
    await wire.says(`82* 0001 ${p} 'Caf\u00e9/x' 00 'a//b' 00 ' s' 00 'a/b/' 00`);
    for (const topic of ["caf\u00e9/x", "Cafe\u0301/x", "a/b", "s", "a/b//", "/a//b"]) {
      assert.equal(await wire.says(`30* '${topic}' ${p} "x"`), "", topic);
    }
    for (const topic of ["Caf\u00e9/x", "a//b", " s", "a/b/"]) {
      assert.equal(await wire.says(`30* '${topic}' ${p} "x"`), hex(`30* '${topic}' ${p} "x"`), topic);
    }
  });

  shows(version, "a message is kept for each session with a matching subscription", [
    "[3.1.1: 3.1.2-5, 4.5.0-1]",
    "[5.0: 4.5.0-1]",
  ], async (world) => {
    const properties = "11 0000003c";
    for (const clientId of ["a", "b"]) {
      const wire = await connected(world, version, clientId, { flags: "00", properties });
      await wire.says(`82* 0001 ${p} 't/+' 01`, "e0*");
    }
    const publisher = await connected(world, version, "p");
    assert.equal(await publisher.says(`32* 't/1' 0001 ${p} "x"`), "40020001");
    for (const clientId of ["a", "b"]) {
      const { connack } = await connect(world, version, clientId, { flags: "00", properties });
      assert(connack.endsWith(hex(`32* 't/1' 0001 ${p} "x"`)), clientId);
    }
  });
}

Deno.test("5.0: No Local keeps a client's messages from itself, and sends it those of others [5.0: 3.8.3-3]", async () => {
  await using world = new World();
  const wire = await connected(world, 5, "a");
  const other = await connected(world, 5, "b");
  await wire.says("82* 0001 {} 't' 04");
  assert.equal(await wire.says(`30* 't' {} "x"`), "");
  await other.says(`30* 't' {} "y"`);
  assert.equal(wire.heard(), hex(`30* 't' {} "y"`));
});

Deno.test(
  "5.0: Retain Handling and Retain As Published do what their values say " +
    "[5.0: 3.3.1-9, 3.3.1-10, 3.3.1-11, 3.3.1-12, 3.3.1-13]",
  async () => {
    await using world = new World();
    const publisher = await connected(world, 5, "p");
    await publisher.says(`31* 'r' {} "kept"`);
    const kept = hex(`31* 'r' {} "kept"`);
    const suback = hex("90* 0001 {} 00");
    const wire = await connected(world, 5, "a");
    assert.equal(await wire.says("82* 0001 {} 'r' 20"), suback, "2: never");
    assert.equal(await wire.says("82* 0001 {} 'r' 10"), suback, "1: it is there already");
    assert.equal(await wire.says("82* 0001 {} 'r' 00"), suback + kept, "0: always");
    await wire.says("a2* 0002 {} 'r'");
    assert.equal(await wire.says("82* 0001 {} 'r' 10"), suback + kept, "1: it is new");
    await publisher.says(`31* 'r' {} "x"`);
    assert.equal(wire.heard(), hex(`30* 'r' {} "x"`));
    await wire.says("82* 0001 {} 'r' 28");
    await publisher.says(`31* 'r' {} "y"`, `30* 'r' {} "z"`);
    assert.equal(wire.heard(), hex(`31* 'r' {} "y"`, `30* 'r' {} "z"`));
  },
);

Deno.test("5.0: overlapping subscriptions give one copy with the highest QoS and every identifier [5.0: 3.3.4-2, 3.3.4-3, 3.3.4-4]", async () => {
  await using world = new World();
  const wire = await connected(world, 5, "a");
  await wire.says("82* 0001 {0b 01} 't' 00");
  await wire.says("82* 0002 {0b 02} '#' 01");
  await wire.says("82* 0003 {} '+' 00");
  const publisher = await connected(world, 5, "p");
  await publisher.says(`34* 't' 0001 {} "x"`, "62* 0001");
  const [one, other] = [`32* 't' 0001 {0b 01 0b 02} "x"`, `32* 't' 0001 {0b 02 0b 01} "x"`];
  assert([hex(one), hex(other)].includes(wire.heard()));
});

Deno.test("5.0: a member of a shared subscription gets the QoS it was granted [5.0: 4.8.2-3]", async () => {
  await using world = new World();
  const publisher = await connected(world, 5, "p");
  const zero = await connected(world, 5, "zero");
  const one = await connected(world, 5, "one");
  await zero.says("82* 0001 {} '$share/g/t' 00");
  await one.says("82* 0001 {} '$share/g/t' 01");
  await publisher.says(`34* 't' 0001 {} "x"`, "62* 0001", `34* 't' 0002 {} "y"`, "62* 0002");
  assert.deepEqual([zero.heard().slice(0, 2), one.heard().slice(0, 2)], ["30", "32"]);
});

Deno.test("5.0: a QoS 2 message begun with a member of a shared subscription is completed with that member [5.0: 4.8.2-4]", async () => {
  await using world = new World();
  const properties = "11 0000003c";
  const publisher = await connected(world, 5, "p");
  const first = await connected(world, 5, "first", { flags: "00", properties });
  await first.says("82* 0001 {} '$share/g/t' 02");
  await publisher.says(`34* 't' 0001 {} "x"`, "62* 0001");
  assert.equal(first.heard(), hex(`34* 't' 0001 {} "x"`));
  const second = await connected(world, 5, "second");
  await second.says("82* 0001 {} '$share/g/t' 02");
  await first.drop();
  assert.equal(second.heard(), "");
  const { connack } = await connect(world, 5, "first", { flags: "00", properties });
  assert(connack.endsWith(hex(`3c* 't' 0001 {} "x"`)));
});

Deno.test("5.0: what a member of a shared subscription refuses is sent to no other [5.0: 4.8.2-6]", async () => {
  await using world = new World();
  const publisher = await connected(world, 5, "p");
  const members = [await connected(world, 5, "one"), await connected(world, 5, "two")];
  for (const member of members) await member.says("82* 0001 {} '$share/g/t' 02");
  await publisher.says(`32* 't' 0001 {} "x"`, `34* 't' 0002 {} "y"`, "62* 0002");
  for (const member of members) {
    const heard = member.heard();
    assert.equal(await member.says(heard.startsWith("32") ? "40* 0001 83" : "50* 0001 97"), "");
  }
  assert.deepEqual(members.map((member) => member.heard()), ["", ""]);
  assert.equal(world.lines("message_dropped").length, 2);
});

Deno.test("3.1.1: overlapping subscriptions give one copy with the highest QoS [3.1.1: 3.3.5-1]", async () => {
  await using world = new World();
  const wire = await connected(world, 4, "a");
  await wire.says("82* 0001 't' 00 '#' 01 '+' 00");
  const publisher = await connected(world, 4, "p");
  await publisher.says(`34* 't' 0001 "x"`, "62* 0001");
  assert.equal(wire.heard(), hex(`32* 't' 0001 "x"`));
});
