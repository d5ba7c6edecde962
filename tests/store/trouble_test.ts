// While the disk takes nothing: what would have to be stored is refused or waits, everything else goes on.
import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { publish, retained, type TestClient, type World } from "../broker/_world.ts";
import type { Packet } from "../helpers/mqtt_packet.ts";
import { Machine } from "./_machine.ts";

const STORED = { protocolVersion: 5, clean: false, properties: { sessionExpiryInterval: 3_600 } } as const;

/** Somebody else writes into the file and does not come to an end: SQLite refuses each transaction meanwhile. */
class Trouble implements Disposable {
  readonly #db: DatabaseSync;

  constructor(path: string) {
    this.#db = new DatabaseSync(path);
    this.#db.exec("BEGIN IMMEDIATE");
  }

  [Symbol.dispose](): void {
    this.#db.close();
  }
}

/** A stored session that is away and subscribed to `t`, and one in memory, here, subscribed to `m`. */
async function subscribers(world: World): Promise<{ here: TestClient }> {
  const stored = await world.connect("stored", STORED);
  await stored.subscribe("t", 2);
  await stored.leave();
  const here = await world.connect("here", { protocolVersion: 5 });
  await here.subscribe("m", 2);
  here.take();
  return { here };
}

/** The Reason Codes of what came. */
function answers(packets: readonly Packet[]): string[] {
  return packets.map((p) => `${p.cmd} ${"reasonCode" in p ? (p.reasonCode ?? 0) : 0}`);
}

/** Takes out what the log says of the trouble, for a world must end without an error. */
function told(world: World): string[] {
  return world.log.splice(0).map((entry) => entry.split(" {")[0] ?? "");
}

const TAKES_NOTHING = "error: the store takes nothing: what would have to be stored is refused";
const TAKES_ALL = "info: the store takes everything again";

Deno.test("what the failed transaction stands for is acknowledged once it is stored", async () => {
  using machine = new Machine();
  await using world = machine.start();
  const { here } = await subscribers(world);
  const publisher = await world.connect("p", { protocolVersion: 5 });
  publisher.take();
  {
    using _ = new Trouble(machine.path);
    await publisher.sent(publish("t", "one", 1));
    await publisher.sent(publish("m", "memory", 1, 2));
    assert.deepEqual(publisher.heard(), "");
    assert.deepEqual(here.texts(), ["memory"]);
    await world.pass(2_000);
    assert.deepEqual(publisher.heard(), "");
  }
  await world.pass(1_000);
  assert.deepEqual(answers(publisher.take()), ["puback 0", "puback 0"]);
  assert.deepEqual(told(world), [TAKES_NOTHING, TAKES_ALL]);
  assert.deepEqual((await world.connect("stored", STORED)).texts(), ["one"]);
});

Deno.test("a file that was removed is told, nothing more is acknowledged, and the end writes it anew", async () => {
  using machine = new Machine();
  {
    await using world = machine.start();
    await subscribers(world);
    const publisher = await world.connect("p", { protocolVersion: 5 });
    await publisher.sent(publish("t", "before", 1));
    Deno.removeSync(machine.path);
    await world.pass(2_000);
    assert.deepEqual(answers(await publisher.sent(publish("t", "after", 1, 2))), ["puback 151"]);
    assert.deepEqual(told(world), [TAKES_NOTHING]);
    await machine.stop(world);
    assert.deepEqual(told(world), ["info: the store's file was removed or replaced: it was written anew"]);
  }
  await using world = machine.start();
  assert.deepEqual((await world.connect("stored", STORED)).texts(), ["before"]);
});

Deno.test("a file that is put back is taken again; one that another stands for is saved beside it", async () => {
  using machine = new Machine();
  await using world = machine.start();
  await subscribers(world);
  Deno.renameSync(machine.path, `${machine.path}.moved`);
  await world.pass(2_000);
  Deno.renameSync(`${machine.path}.moved`, machine.path);
  await world.pass(2_000);
  assert.deepEqual(told(world), [TAKES_NOTHING, TAKES_ALL]);
  Deno.renameSync(machine.path, `${machine.path}.moved`);
  Deno.writeTextFileSync(machine.path, "another");
  await machine.stop(world);
  assert.equal(told(world).length, 1);
  assert.equal(Deno.readTextFileSync(machine.path), "another");
  const saved = Array.from(Deno.readDirSync(machine.folder), ({ name }) => name).filter((n) =>
    n.includes("saved")
  );
  assert.equal(saved.length, 1);
});

Deno.test("5.0: what would have to be stored is refused, and everything else goes on", async () => {
  using machine = new Machine();
  await using world = machine.start();
  const { here } = await subscribers(world);
  const publisher = await world.connect("p", { protocolVersion: 5 });
  const owner = await world.connect("owner", STORED);
  for (const client of [publisher, owner]) client.take();
  {
    using _ = new Trouble(machine.path);
    (await world.connect("first", STORED)).take(); // finds it out
    const refusals = await publisher.sent(
      publish("t", "a", 1),
      publish("t", "b", 2, 2),
      retained("m", "c", 1, 3),
    );
    assert.deepEqual(answers(refusals), ["puback 151", "pubrec 151", "puback 151"]);
    const [d, e, zero] = [publish("m", "d", 1, 4), publish("m", "e"), publish("t", "zero")];
    const accepted = await publisher.sent(d, e, zero, publish("nobody", "f", 1, 5));
    assert.deepEqual(answers(accepted), ["puback 0", "puback 16"]);
    assert.deepEqual(here.texts(), ["d", "e"]);
    const [refused] = (await world.connect("late", STORED)).take();
    assert(refused?.cmd === "connack" && refused.reasonCode === 0x88);
    const [again] = (await world.connect("stored", { protocolVersion: 5, clean: true })).take();
    assert(again?.cmd === "connack" && again.reasonCode === 0x88);
    const [suback] = await owner.subscribe("x", 1);
    assert(suback?.cmd === "suback" && suback.granted[0] === 0x97);
    const drops = world.lines("message_dropped").map(({ reason, payload }) =>
      `${reason} ${atob(String(payload))}`
    );
    assert.deepEqual(drops, ["StoreUnavailable a", "StoreUnavailable b", "StoreUnavailable c"]);
  }
  await world.pass(1_000);
  assert.deepEqual(told(world).slice(0, 2), [TAKES_NOTHING, TAKES_ALL]);
  await publisher.sent(publish("t", "later", 1, 6));
  assert.deepEqual((await world.connect("stored", STORED)).texts(), ["zero", "later"]);
});

Deno.test("3.1.1: it is not acknowledged, and the client is closed after a while", async () => {
  using machine = new Machine();
  await using world = machine.start();
  await subscribers(world);
  const publisher = await world.connect("p");
  publisher.take();
  {
    using _ = new Trouble(machine.path);
    (await world.connect("first", STORED)).take();
    await publisher.sent(publish("t", "one", 1));
    await world.pass(9_000);
    assert(!publisher.ended);
    await world.pass(2_000);
    assert(publisher.peer.closed);
    assert.equal(publisher.heard(), "");
  }
  await world.pass(1_000);
  assert.equal(world.story("reason", "client_disconnected").at(-1), "client_disconnected:StoreUnavailable");
  told(world);
});

Deno.test("an answer that nothing is stored for waits, and its client is closed after a while", async () => {
  using machine = new Machine();
  await using world = machine.start();
  const owners = await Promise.all(["a", "b"].map((name) => world.connect(name, STORED)));
  for (const owner of owners) {
    await owner.sent(publish("nobody", "x", 2));
    owner.take();
  }
  const [a, b] = owners;
  assert(a !== undefined && b !== undefined);
  {
    using _ = new Trouble(machine.path);
    await a.sent({ cmd: "pubrel", messageId: 1 });
    await world.pass(8_000);
    await b.sent({ cmd: "pubrel", messageId: 1 });
    await world.pass(3_000);
    assert(a.peer.closed && !b.peer.closed);
  }
  await world.pass(1_000);
  assert.equal(a.heard(), "");
  assert.deepEqual(answers(b.take()), ["pubcomp 0"]);
  told(world);
});

Deno.test("the log tells of it once a minute", async () => {
  using machine = new Machine();
  await using world = machine.start();
  {
    using _ = new Trouble(machine.path);
    (await world.connect("first", STORED)).take();
    await world.pass(125_000);
  }
  await world.pass(1_000);
  assert.deepEqual(told(world), [TAKES_NOTHING, TAKES_NOTHING, TAKES_NOTHING, TAKES_ALL]);
});
