// A log that lives: generations, gzip, rotation while it is read, lines cut short, and a kept database.
import assert from "node:assert/strict";
import { EventsDatabase } from "../../src/query/events_database.ts";
import { OpenLog } from "../../src/reading/open_log.ts";
import { inProcess, type Outcome } from "../cli/_io.ts";
import { tempDir } from "../helpers/temp_dir.ts";

function lines(from: number, to: number): string {
  let text = "";
  for (let i = from; i < to; i++) text += `{"action":"message_publish","topic":"t/${i}","ts":${i}}\n`;
  return text;
}

async function gzip(path: string): Promise<void> {
  const { readable } = await Deno.open(path);
  await Deno.writeFile(`${path}.gz`, readable.pipeThrough(new CompressionStream("gzip")));
  await Deno.remove(path);
}

async function rotate(log: string, pack: boolean): Promise<void> {
  for (const [from, to] of [[".2.gz", ".3.gz"], [".1.gz", ".2.gz"], [".1", ".2"]]) {
    await Deno.rename(log + from, log + to).catch((error) =>
      assert.ok(error instanceof Deno.errors.NotFound)
    );
  }
  await Deno.rename(log, `${log}.1`);
  if (pack) await gzip(`${log}.1`);
}

const ask = (cwd: string, ...args: string[]): Promise<Outcome> =>
  inProcess(["query", "--csv", ...args], { cwd });
const ALL = "SELECT count(*), count(DISTINCT ts), min(ts), max(ts) FROM events";

async function counts(cwd: string, ...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await ask(cwd, ...args, ALL);
  assert.equal(code, 0, stderr);
  return stdout.split("\n")[1] ?? "";
}

Deno.test("a log is read with its generations, the oldest first; what belongs to others is not", async () => {
  await using dir = await tempDir();
  const log = `${dir.path}/hook.log`;
  await Deno.writeTextFile(`${log}.3`, lines(0, 10));
  await gzip(`${log}.3`);
  await Deno.writeTextFile(`${log}.2`, lines(10, 20));
  await Deno.writeTextFile(`${log}-20261124`, lines(-5, 0));
  await Deno.writeTextFile(log, lines(20, 30));
  for (const name of [".db", ".1.gz.part", ".bak", "2"]) {
    await Deno.writeTextFile(log + name, lines(100, 110));
  }
  assert.equal(await counts(dir.path), "35,35,-5,29");
  const { stdout } = await ask(
    dir.path,
    "SELECT group_concat(ts, ' ') FROM (SELECT ts FROM events ORDER BY id)",
  );
  assert.equal(stdout.split("\n")[1], Array.from({ length: 35 }, (_, i) => i - 5).join(" "));
});

Deno.test("one file by two names is read once, and that is told", async () => {
  await using dir = await tempDir();
  await Deno.writeTextFile(`${dir.path}/a`, lines(0, 10));
  await Deno.copyFile(`${dir.path}/a`, `${dir.path}/b`);
  const { stdout, stderr } = await ask(dir.path, "a", "b", ALL);
  assert.match(stdout, /\n10,10,0,9\n/);
  assert.match(stderr, /a begins as another file does; left out/);
});

Deno.test("a missing file, a folder and a foreign database are refused", async () => {
  await using dir = await tempDir();
  await Deno.writeTextFile(`${dir.path}/hook.log`, lines(0, 1));
  await Deno.writeTextFile(
    `${dir.path}/text`,
    "no database, but text enough to see that it is none\n".repeat(100),
  );
  const failure = async (...args: string[]): Promise<string> => {
    const { code, stderr } = await ask(dir.path, ...args, ALL);
    assert.equal(code, 1);
    return stderr;
  };
  assert.match(await failure("none.log"), /none\.log does not exist\./);
  assert.match(await failure("."), /is a folder/);
  assert.match(await failure("--db", "text"), /text cannot be used as a database: file is not a database\./);
  assert.equal((await Deno.readTextFile(`${dir.path}/text`)).slice(0, 11), "no database");
  assert.match(await failure("--db", "gone/q.db"), /gone\/q\.db cannot be opened/);
});

Deno.test("a kept database reads what is new, through growth, rotation and packing", async () => {
  await using dir = await tempDir();
  const log = `${dir.path}/hook.log`;
  await Deno.writeTextFile(log, lines(0, 1));
  assert.equal(await counts(dir.path, "--db", "q.db"), "1,1,0,0");
  await Deno.writeTextFile(log, lines(1, 100), { append: true });
  assert.equal(await counts(dir.path, "--db", "q.db"), "100,100,0,99");
  await Deno.writeTextFile(log, lines(100, 150), { append: true });
  await rotate(log, true);
  await Deno.writeTextFile(log, lines(150, 160));
  assert.equal(await counts(dir.path, "--db", "q.db"), "160,160,0,159");
  await rotate(log, false);
  assert.equal(await counts(dir.path, "--db", "q.db"), "160,160,0,159");
  // What was read stays, though its file is gone.
  await Deno.remove(`${log}.2.gz`);
  assert.equal(await counts(dir.path, "--db", "q.db"), "160,160,0,159");
});

Deno.test("a kept database is for one choice of events", async () => {
  await using dir = await tempDir();
  await Deno.writeTextFile(`${dir.path}/hook.log`, lines(0, 10));
  assert.equal(await counts(dir.path, "--db", "q.db", "--topic", "t/5"), "1,1,5,5");
  const { code, stderr } = await ask(dir.path, "--db", "q.db", ALL);
  assert.equal(code, 1);
  assert.match(
    stderr,
    /holds the events of --topic t\/5, not all events; give the same options or another --db/,
  );
});

Deno.test("an unfinished line is left for the next time; one that is cut is told", async () => {
  await using dir = await tempDir();
  const log = `${dir.path}/hook.log`;
  const text = lines(0, 3);
  await Deno.writeTextFile(log, text.slice(0, -20));
  const first = await ask(dir.path, "--db", "q.db", ALL);
  assert.match(first.stdout, /\n2,2,0,1\n/);
  assert.match(first.stderr, /hook\.log: the last line is unfinished; left out\./);
  await Deno.writeTextFile(log, text.slice(-20), { append: true });
  const second = await ask(dir.path, "--db", "q.db", ALL);
  assert.match(second.stdout, /\n3,3,0,2\n/);
  assert.equal(second.stderr, "");
  // A last line that lacks nothing but its newline is whole.
  await Deno.writeTextFile(log, lines(3, 4).trimEnd(), { append: true });
  assert.equal(await counts(dir.path, "--db", "q.db"), "4,4,0,3");
  await Deno.writeTextFile(log, `\n${lines(4, 5)}`, { append: true });
  assert.equal(await counts(dir.path, "--db", "q.db"), "5,5,0,4");
  await Deno.writeTextFile(log, `{"action":"cut\n${lines(5, 6)}`, { append: true });
  const third = await ask(dir.path, "--db", "q.db", ALL);
  assert.match(third.stdout, /\n6,6,0,5\n/);
  assert.match(third.stderr, /1 line is no event \(at byte \d+\); left out\./);
});

Deno.test("a generation that is packed while it is read counts once", async () => {
  await using dir = await tempDir();
  const path = `${dir.path}/hook.log`;
  await Deno.writeTextFile(path, lines(10, 20));
  await Deno.writeTextFile(`${path}.1`, lines(0, 10));
  await Deno.writeTextFile(`${path}.1.gz`, "");
  using log = await OpenLog.open([path]);
  await gzip(`${path}.1`);
  using database = EventsDatabase.open(undefined, "all events");
  assert.equal((await database.load(log.files, undefined)).rows, 20);
});

Deno.test("a gzip file that ends too early gives what can be unpacked, and says so", async () => {
  await using dir = await tempDir();
  const log = `${dir.path}/hook.log`;
  await Deno.writeTextFile(`${log}.1`, lines(0, 50_000));
  await gzip(`${log}.1`);
  await Deno.truncate(`${log}.1.gz`, (await Deno.stat(`${log}.1.gz`)).size >> 1);
  await Deno.writeTextFile(log, lines(50_000, 50_001));
  const { stdout, stderr } = await ask(dir.path, ALL);
  assert.match(stdout, /,50000\n$/);
  assert.ok(Number(stdout.split("\n")[1]?.split(",")[0]) > 10_000, stdout);
  assert.match(stderr, /hook\.log\.1\.gz: .*cannot be read to its end/);
});

Deno.test("a load that was cut off is undone, and read again", async () => {
  await using dir = await tempDir();
  await Deno.writeTextFile(`${dir.path}/hook.log`, lines(0, 100));
  const cutOff = async (at: string): Promise<void> => {
    using log = await OpenLog.open([`${dir.path}/hook.log`]);
    using database = EventsDatabase.open(`${dir.path}/q.db`, "all events");
    await assert.rejects(database.load(log.files, ({ text }) => {
      if (text("topic") === at) throw new Error("the power is gone");
      return true;
    }));
  };
  for (const rounds of [1, 2]) {
    await cutOff(`t/${rounds * 100 - 1}`);
    assert.equal(
      await counts(dir.path, "--db", "q.db"),
      `${rounds * 100},${rounds * 100},0,${rounds * 100 - 1}`,
    );
    await Deno.writeTextFile(`${dir.path}/hook.log`, lines(rounds * 100, rounds * 100 + 100), {
      append: true,
    });
  }
});

Deno.test("while a log is written and rotated, each question has the lines up to some moment, each once", async () => {
  await using dir = await tempDir();
  const log = `${dir.path}/hook.log`;
  let written = 0;
  let writing = true;
  let stopped = false;
  const writer = (async () => {
    for (let round = 1; written < 60_000 && !stopped; round++) {
      const text = lines(written, written + 500);
      await Deno.writeTextFile(log, text.slice(0, 1_000), { append: true });
      await Deno.writeTextFile(log, text.slice(1_000), { append: true });
      written += 500;
      if (round % 30 === 0) await rotate(log, round % 60 === 0);
      if (round % 30 === 0) await Deno.writeTextFile(log, lines(written, ++written));
    }
    writing = false;
  })();
  try {
    for (let asked = 0; writing || asked < 3; asked++) {
      if (written === 0) {
        await new Promise((resolve) => setImmediate(resolve));
        continue;
      }
      const before = written;
      const [count = 0, distinct, , last = 0] = (await counts(dir.path, "--db", "q.db")).split(",").map(
        Number,
      );
      assert.equal(count, distinct);
      assert.equal(count, last + 1, "none is missing");
      assert.ok(count >= before - 501, `${count} of ${before}`);
    }
  } finally {
    // It needs the folder, whatever the questions came to.
    stopped = true;
    await writer;
  }
  assert.equal(await counts(dir.path, "--db", "q.db"), `${written},${written},0,${written - 1}`);
});
