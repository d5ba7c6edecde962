// Damaged files: the broker starts with what can be read of them, keeps them aside and says so, or refuses with a reason.
import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { openStore } from "../../src/store/open_store.ts";
import { probeStore, putAsideBy } from "../../src/store/probe_store.ts";
import { APPLICATION_ID, VERSION } from "../../src/store/schema.ts";
import { publish, retained } from "../broker/_world.ts";
import { FakeClock } from "../helpers/fake_clock.ts";
import { Random } from "../helpers/random.ts";
import { inTempDir } from "../helpers/temp_dir.ts";
import { Machine } from "./_machine.ts";

const OPTIONS = { fsync: "never", maxBytes: 0 } as const;
const PAGE = 4_096;

/**
 * What comes of it. `whole`: nothing is missing; `aside`: it is kept aside, and the log and check say so; `starts`: what
 * is missing cannot be known; `closed`: what would have to be stored is refused, and the log says why; else a refusal.
 */
type Outcome = "whole" | "aside" | "starts" | "closed" | RegExp;

interface Damage {
  readonly what: string;
  readonly outcome: Outcome;
  /** Of a broker that was killed: most of it is in the log beside the file. Default: of one that was stopped. */
  readonly killed?: true;
  readonly do: (path: string) => void;
}

const size = (path: string): number => Deno.statSync(path).size;
const noise = (length: number): Uint8Array => new Random(7).bytes(length);

function overwrite(path: string, at: number, bytes: Uint8Array): void {
  using file = Deno.openSync(path, { write: true });
  file.seekSync(at, Deno.SeekMode.Start);
  file.writeSync(bytes);
}

function flip(path: string, at: number): void {
  overwrite(path, at, Uint8Array.of((Deno.readFileSync(path)[at] ?? 0) ^ 0x10));
}

function folder(path: string): void {
  try {
    Deno.removeSync(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  Deno.mkdirSync(path);
}

function sql(path: string, text: string): void {
  const db = new DatabaseSync(path, { enableForeignKeyConstraints: false });
  try {
    db.exec(text);
  } finally {
    db.close();
  }
}

function replace(path: string, text: string): void {
  Deno.removeSync(path);
  sql(path, text);
}

const TABLE: readonly Damage[] = [
  { what: "nothing at all", outcome: "whole", do: () => {} },
  { what: "nothing at all", outcome: "whole", killed: true, do: () => {} },
  {
    what: "it is text",
    outcome: "aside",
    do: (path) => Deno.writeTextFileSync(path, "no database ".repeat(900)),
  },
  { what: "it is a short text", outcome: "aside", do: (path) => Deno.writeTextFileSync(path, "no database") },
  {
    what: "it is all zeros",
    outcome: "aside",
    do: (path) => Deno.writeFileSync(path, new Uint8Array(size(path))),
  },
  { what: "it is noise", outcome: "aside", do: (path) => Deno.writeFileSync(path, noise(size(path))) },
  { what: "it ends in its header", outcome: "aside", do: (path) => Deno.truncateSync(path, 50) },
  { what: "it ends after its first page", outcome: "aside", do: (path) => Deno.truncateSync(path, PAGE) },
  {
    what: "its second half is missing",
    outcome: "aside",
    do: (path) => Deno.truncateSync(path, size(path) / 2),
  },
  {
    what: "its end is torn",
    outcome: "aside",
    do: (path) => Deno.truncateSync(path, size(path) - PAGE - 1_000),
  },
  { what: "its magic is another", outcome: "aside", do: (path) => flip(path, 3) },
  {
    what: "its page size is another",
    outcome: "aside",
    do: (path) => overwrite(path, 16, Uint8Array.of(2, 0)),
  },
  {
    what: "its write version is another",
    outcome: "aside",
    do: (path) => overwrite(path, 18, Uint8Array.of(9)),
  },
  { what: "its schema format is another", outcome: "aside", do: (path) => flip(path, 47) },
  { what: "its version is none", outcome: "aside", do: (path) => overwrite(path, 60, new Uint8Array(4)) },
  { what: "its first page is noise", outcome: "aside", do: (path) => overwrite(path, 100, noise(3_000)) },
  {
    what: "a page of it is zeros",
    outcome: "aside",
    do: (path) => overwrite(path, 3 * PAGE, new Uint8Array(PAGE)),
  },
  { what: "a page of it is noise", outcome: "aside", do: (path) => overwrite(path, 3 * PAGE, noise(PAGE)) },
  {
    what: "the definition of a table is another",
    outcome: "aside",
    do: (path) => {
      const at = new TextDecoder("latin1").decode(Deno.readFileSync(path)).indexOf("from_username");
      flip(path, at + 2);
    },
  },
  { what: "a table is missing", outcome: "aside", do: (path) => sql(path, "DROP TABLE subscription") },
  {
    what: "a QoS is 66",
    outcome: "aside",
    do: (path) => sql(path, "PRAGMA ignore_check_constraints = ON; UPDATE delivery SET qos = 66"),
  },
  {
    what: "the options of a subscription are no JSON",
    outcome: "aside",
    do: (path) => sql(path, "PRAGMA ignore_check_constraints = ON; UPDATE subscription SET opts = '{'"),
  },
  { what: "it is missing", outcome: "starts", do: (path) => Deno.removeSync(path) },
  { what: "it is empty", outcome: "starts", do: (path) => Deno.truncateSync(path) },
  { what: "it is a folder", outcome: "aside", do: folder },
  {
    what: "it is a link to itself",
    outcome: "closed",
    do: (path) => {
      Deno.removeSync(path);
      Deno.symlinkSync(path, path);
    },
  },
  {
    what: "it is missing, its log is not",
    outcome: "aside",
    killed: true,
    do: (path) => Deno.removeSync(path),
  },
  {
    what: "it is empty, its log is not",
    outcome: "aside",
    killed: true,
    do: (path) => Deno.truncateSync(path),
  },
  {
    what: "its log is missing",
    outcome: "starts",
    killed: true,
    do: (path) => Deno.removeSync(`${path}-wal`),
  },
  {
    what: "its log is empty",
    outcome: "starts",
    killed: true,
    do: (path) => Deno.truncateSync(`${path}-wal`),
  },
  {
    what: "its log ends in the middle",
    outcome: "starts",
    killed: true,
    do: (path) => Deno.truncateSync(`${path}-wal`, size(`${path}-wal`) / 2),
  },
  {
    what: "a bit of its log is another",
    outcome: "starts",
    killed: true,
    do: (path) => flip(`${path}-wal`, size(`${path}-wal`) / 2),
  },
  {
    what: "its log is zeros",
    outcome: "starts",
    killed: true,
    do: (path) => Deno.writeFileSync(`${path}-wal`, new Uint8Array(size(`${path}-wal`))),
  },
  {
    what: "its log is noise",
    outcome: "whole",
    do: (path) => Deno.writeFileSync(`${path}-wal`, noise(9_000)),
  },
  { what: "its log is a folder", outcome: "closed", do: (path) => folder(`${path}-wal`) },
  {
    what: "its index is noise",
    outcome: "whole",
    do: (path) => Deno.writeFileSync(`${path}-shm`, noise(32_768)),
  },
  {
    what: "its index is noise",
    outcome: "whole",
    killed: true,
    do: (path) => Deno.writeFileSync(`${path}-shm`, noise(32_768)),
  },
  { what: "its index is a folder", outcome: "closed", do: (path) => folder(`${path}-shm`) },
  { what: "the lock beside it is a folder", outcome: "closed", do: (path) => folder(`${path}.lock`) },
  {
    what: "it is of a newer version",
    outcome: /was written by a newer Hookline/,
    do: (path) => sql(path, `PRAGMA user_version = ${VERSION + 1}`),
  },
  {
    what: "it is another program's",
    outcome: /a database of another program/,
    do: (path) => replace(path, "CREATE TABLE a (b)"),
  },
  {
    what: "it is another program's, with its own mark",
    outcome: /a database of another program/,
    do: (path) => replace(path, `PRAGMA application_id = ${APPLICATION_ID + 1}; CREATE TABLE a (b)`),
  },
];

/** A machine with a session that is away, a message for it, and a Retained Message. */
async function furnish(machine: Machine, killed: boolean): Promise<void> {
  await using world = machine.start();
  const away = await world.connect("away", { clean: false });
  await away.subscribe("t", 1);
  await away.leave();
  await (await world.connect("p")).sent(publish("t", "waits", 1), retained("kept", "value", 1, 2));
  await machine[killed ? "kill" : "stop"](world);
}

for (const { what, outcome, killed = false, do: damage } of TABLE) {
  const left = killed ? "after a kill" : "after a stop";
  Deno.test(`${what}, ${left}: ${outcome instanceof RegExp ? "refused" : outcome}`, async () => {
    using machine = new Machine();
    await furnish(machine, killed);
    damage(machine.path);
    const told = probeStore(machine.path);
    if (outcome instanceof RegExp) {
      assert(told?.refused);
      assert.match(told.sentence, outcome);
      assert.throws(() => machine.start(), outcome);
      return;
    }
    assert.notEqual(told?.refused, true);
    if (outcome === "closed") {
      assert.throws(() => machine.start(), /the store .* cannot be opened: /);
      return;
    }
    await using world = machine.start();
    const log = world.log.splice(0);
    if (outcome === "aside") {
      assert.match(told?.sentence ?? "", /is damaged and would be put aside: /);
      assert.match(log.join("\n"), /^error: the store .* is damaged: it was put aside/);
      assert.equal(putAsideBy(machine.path).length, 1);
    } else assert.deepEqual([log, told, putAsideBy(machine.path)], [[], undefined, []]);
    const away = await world.connect("away", { clean: false });
    if (outcome === "whole") assert.deepEqual([away.connack().sessionPresent], [true]);
    await away.subscribe("t", 1);
    await away.leave();
    await (await world.connect("p")).sent(publish("t", "works", 1));
    assert.equal((await world.connect("away", { clean: false })).texts().at(-1), "works");
  });
}

Deno.test("random bits of the file are others: whatever is read of it then is of its kind, and nothing is thrown", async () => {
  using machine = new Machine();
  await furnish(machine, false);
  const whole = Deno.readFileSync(machine.path);
  await inTempDir(async (dir) => {
    for (let seed = 0; seed < 40; seed++) {
      const random = new Random(seed);
      const bytes = whole.slice();
      for (let flips = 1 + random.int(20); flips > 0; flips--) {
        const at = random.int(bytes.length);
        bytes[at] = (bytes[at] ?? 0) ^ 1 << random.int(8);
      }
      const path = `${dir}/${seed}.db`;
      Deno.writeFileSync(path, bytes);
      await using store = openStore(path, OPTIONS, new FakeClock(), () => {});
      for (const { row, subscriptions } of store.sessions()) {
        for (const { topicFilter, qos } of subscriptions) assert(typeof topicFilter === "string" && qos <= 2);
        for (const { message } of store.page(row, 0, 100) ?? []) {
          assert(message.payload instanceof Uint8Array);
        }
      }
      for (const { topic } of store.retainedMessages()) assert(typeof topic === "string");
    }
  });
});
