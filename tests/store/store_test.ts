// The file of the store: what is in it, who may have it, what becomes of an older, a newer, a foreign, a damaged one.
import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { openStore } from "../../src/store/open_store.ts";
import { holderOf } from "../../src/store/lock.ts";
import { APPLICATION_ID, VERSION } from "../../src/store/schema.ts";
import { StoreClock } from "../../src/store/store_clock.ts";
import { FakeClock } from "../helpers/fake_clock.ts";
import { inTempDir } from "../helpers/temp_dir.ts";
import { publish, retained, type World } from "../broker/_world.ts";
import { Machine, opened } from "./_machine.ts";

const OPTIONS = { fsync: "never", maxBytes: 0 } as const;

function rows(path: string, sql: string): unknown[] {
  const db = new DatabaseSync(path);
  try {
    return db.prepare(sql).all().map((row) => Object.values(row).join(" "));
  } finally {
    db.close();
  }
}

/** Stored sessions that are away, subscribed to `t`. */
async function away(world: World, ...names: readonly string[]): Promise<void> {
  for (const name of names) {
    const client = await world.connect(name, { clean: false });
    await client.subscribe("t", 1);
    await client.leave();
  }
}

Deno.test("a body is stored once however many sessions wait for it, and goes with the last", async () => {
  using machine = new Machine();
  await using world = machine.start();
  await away(world, "a", "b");
  const publisher = await world.connect("p");
  await publisher.sent(retained("t", "x", 1));
  const kept = (): unknown[] => rows(machine.path, "SELECT keepers FROM message");
  assert.deepEqual(kept(), ["3"]);
  for (const [name, left] of [["a", ["2"]], ["b", ["1"]]] as const) {
    const client = await world.connect(name, { clean: false });
    await client.sent({ cmd: "puback", messageId: 1 });
    assert.deepEqual(kept(), left);
  }
  await publisher.sent(retained("t", "", 0));
  assert.deepEqual(kept(), []);
});

Deno.test("of bodies that one client acknowledges together, those stay that another waits for", async () => {
  using machine = new Machine();
  await using world = machine.start();
  await away(world, "a", "b");
  const client = await world.connect("a", { clean: false });
  await client.subscribe("u", 1);
  const publisher = await world.connect("p");
  await publisher.sent(publish("t", "1", 1), publish("u", "2", 1, 2), publish("t", "3", 1, 3));
  await publisher.sent(publish("t", "4", 1, 4));
  const kept = (): unknown[] => rows(machine.path, "SELECT CAST(payload AS TEXT), keepers FROM message");
  assert.deepEqual(kept(), ["1 2", "2 1", "3 2", "4 2"]);
  await client.sent(...[1, 2, 3].map((messageId) => ({ cmd: "puback", messageId } as const)));
  assert.deepEqual(kept(), ["1 1", "3 1", "4 2"]);
  assert.deepEqual(rows(machine.path, "SELECT count(*) FROM delivery"), ["4"]);
});

Deno.test("what begins and ends in one turn, clean sessions and QoS 0 for who is here touch no disk", async () => {
  using machine = new Machine();
  await using world = machine.start();
  const [stored, clean] = [await world.connect("s", { clean: false }), await world.connect("c")];
  await stored.subscribe("t", 0);
  await clean.subscribe("t", 1);
  const before = Deno.readFileSync(`${machine.path}-wal`);
  const publisher = await world.connect("p");
  await publisher.sent(publish("t", "x", 0), publish("t", "y", 1));
  await publisher.sent(retained("r", "x", 1), retained("r", "", 1, 2));
  await clean.sent({ cmd: "puback", messageId: 1 });
  assert.deepEqual(Deno.readFileSync(`${machine.path}-wal`), before);
});

Deno.test("a second process is refused, and told the first one's number", () =>
  inTempDir(async (dir) => {
    const path = `${dir}/hookline.db`;
    const code = `const { openStore } = await import(${
      JSON.stringify(import.meta.resolve("../../src/store/open_store.ts"))
    });
      const { systemClock } = await import(${JSON.stringify(import.meta.resolve("../../src/base/clock.ts"))});
      try { openStore(${JSON.stringify(path)}, { fsync: "never", maxBytes: 0 }, systemClock, () => {}); }
      catch (error) { console.log(error.name, error.message); Deno.exit(3); }`;
    await using _store = opened(openStore(path, OPTIONS, new FakeClock(), () => {}));
    assert.match(holderOf(path) ?? "", new RegExp(`in use by another process, ${Deno.pid}$`));
    const { code: status, stdout } = await new Deno.Command(Deno.execPath(), {
      args: ["eval", "--no-config", code],
    }).output();
    assert.equal(status, 3);
    assert.equal(
      new TextDecoder().decode(stdout).trim(),
      `Failure the store ${path} is in use by another process, ${Deno.pid}`,
    );
  }));

Deno.test("a newer file and another program's are refused, and left as they are", () =>
  inTempDir((dir) => {
    for (
      const [name, sql, says] of [
        [
          "newer",
          `PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${VERSION + 1}`,
          /written by a newer Hookline/,
        ],
        ["foreign", "CREATE TABLE a (b)", /a database of another program/],
      ] as const
    ) {
      const path = `${dir}/${name}.db`;
      const db = new DatabaseSync(path);
      db.exec(sql);
      db.close();
      const before = Deno.readFileSync(path);
      assert.throws(() => openStore(path, OPTIONS, new FakeClock(), () => {}), says);
      assert.deepEqual(Deno.readFileSync(path), before);
    }
    return Promise.resolve();
  }));

Deno.test("one that cannot be opened refuses what would have to be stored, and says so each minute", () => {
  const log: string[] = [];
  const clock = new FakeClock();
  const store = openStore(
    "/proc/none/hookline.db",
    OPTIONS,
    clock,
    (level, text) => log.push(`${level} ${text}`),
  );
  assert(store.troubled && store.keeps);
  for (let second = 0; second < 90; second++) {
    store.tick();
    clock.advance(1_000);
  }
  assert.equal(log.length, 2);
  assert.match(
    log[0] ?? "",
    /^error the store \/proc\/none\/hookline.db cannot be opened: .+; until it can be/,
  );
});

function overwrite(path: string, at: number, bytes: Uint8Array): void {
  using file = Deno.openSync(path, { write: true });
  file.seekSync(at, Deno.SeekMode.Start);
  file.writeSync(bytes);
}

Deno.test("of a damaged file, what can be read is taken over", async () => {
  using machine = new Machine();
  {
    await using world = machine.start();
    await away(world, "a");
    await (await world.connect("p")).sent(retained("t", "x", 1));
    await machine.stop(world);
  }
  const [root] = rows(machine.path, "SELECT rootpage FROM sqlite_schema WHERE name = 'subscription'");
  overwrite(machine.path, (Number(root) - 1) * 4_096, new Uint8Array(4_096).fill(0xff));
  await using world = machine.start();
  assert.match(world.log.splice(0).join(), /damaged.*"session":1.*"subscription":0.*"message":1/);
  const client = await world.connect("a", { clean: false });
  const [connack, message] = client.take();
  assert(connack?.cmd === "connack" && connack.sessionPresent && message?.cmd === "publish");
});

Deno.test("the store's clock goes on over a stop, and believes no time of day that went back or was not set", () => {
  const noon = Date.UTC(2026, 10, 24, 12);
  const last = { now: 5_000, timeOfDay: noon };
  const now = (timeOfDay: number, before?: typeof last): number | null =>
    new StoreClock(before, 100, timeOfDay).of(100);
  assert.equal(now(noon + 60_000, last), 65_000);
  assert.equal(now(noon - 60_000, last), 5_000);
  assert.equal(now(noon, { now: 5_000, timeOfDay: 30_000 }), 5_000);
  assert.equal(now(noon), 0);
  const clock = new StoreClock(last, 100, noon);
  assert.equal(clock.monotonic(clock.of(777)), 777);
  assert.equal(clock.monotonic(clock.of(Infinity)), Infinity);
});
