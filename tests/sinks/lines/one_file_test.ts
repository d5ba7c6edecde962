// RotatingFile: whole lines on one path, whatever the disk and others do to it.
import assert from "node:assert/strict";
import { RotatingFile, type RotatingOptions } from "../../../src/sinks/lines/rotating_file.ts";
import type { WholeLineOptions } from "../../../src/sinks/lines/whole_line_file.ts";
import { FailingDisk } from "../../helpers/failing_disk.ts";
import { FakeClock } from "../../helpers/fake_clock.ts";
import { line, linesOf, namesIn, numbersOf, textOf, upTo } from "../_lines.ts";
import { inTempDir } from "../../helpers/temp_dir.ts";

type Options = RotatingOptions & WholeLineOptions;

const OPTIONS: Options = {
  maxSize: 0,
  maxFiles: 3,
  compress: false,
  fsync: "never",
  ownStart: '{"action":"',
};

class Bench {
  readonly clock = new FakeClock();
  readonly disk = new FailingDisk();
  readonly notes: string[] = [];
  readonly file: RotatingFile;

  constructor(path: string, options: Partial<Options> = {}) {
    const note = (level: string, text: string): void => void this.notes.push(`${level}: ${text}`);
    this.file = new RotatingFile(path, { ...OPTIONS, ...options }, note, this.clock, this.disk);
  }

  /** Writes lines with these numbers as one batch. Returns how many bytes are in. */
  write(...numbers: number[]): number {
    return this.file.write(bytesOf(...numbers)).bytes;
  }
}

function bytesOf(...numbers: number[]): Uint8Array {
  return new TextEncoder().encode(numbers.map((n) => line(n)).join(""));
}

/** One RotatingFile on `<dir>/hook.log`, closed afterwards, all its timers stopped. */
function withFile(
  what: string,
  options: Partial<Options>,
  run: (it: Bench & { dir: string; path: string }) => Promise<void> | void,
): void {
  Deno.test(`one file: ${what}`, () =>
    inTempDir(async (dir) => {
      const path = `${dir}/hook.log`;
      const it = Object.assign(new Bench(path, options), { dir, path });
      await run(it);
      await it.file.close();
      assert.equal(it.clock.timers, 0, "a timer is left");
    }));
}

withFile("missing folders are made and the file has mode 0640", {}, async ({ dir, clock, disk }) => {
  const file = new RotatingFile(`${dir}/a/b/hook.log`, OPTIONS, () => {}, clock, disk);
  file.open();
  const mode = (path: string): number => (Deno.statSync(path).mode ?? 0) & 0o777;
  assert.equal(mode(`${dir}/a/b/hook.log`), 0o640);
  assert.equal(mode(`${dir}/a`), 0o750);
  await file.close();
});

withFile("what is in the file stays, new lines come behind it", {}, (it) => {
  Deno.writeTextFileSync(it.path, "old\n");
  it.write(0, 1);
  assert.equal(textOf(it.path), `old\n${line(0)}${line(1)}`);
});

withFile("short writes are continued", {}, (it) => {
  it.disk.shortWrite = 7;
  assert.equal(it.write(0, 1, 2), bytesOf(0, 1, 2).length);
  assert.deepEqual(numbersOf(it.path), [0, 1, 2]);
});

withFile(
  "a full disk keeps the whole lines that fit and never a torn one, wherever it fills up",
  {},
  (it) => {
    const batch = bytesOf(0, 1, 2);
    const each = batch.length / 3;
    for (let room = 0; room <= batch.length; room++) {
      it.disk.room = Infinity;
      it.file.reopen();
      Deno.truncateSync(it.path);
      it.disk.room = room;
      const { bytes, error } = it.file.write(batch);
      const whole = Math.floor(room / each);
      assert.equal(bytes, whole * each);
      assert.equal(error === undefined, whole === 3);
      assert.deepEqual(numbersOf(it.path), upTo(whole));
      it.disk.room = Infinity;
      assert.equal(it.file.write(batch.subarray(bytes)).error, undefined);
      assert.deepEqual(numbersOf(it.path), [0, 1, 2]);
    }
  },
);

withFile("a torn line that cannot be cut off at once is healed before the next write", {}, (it) => {
  it.write(0);
  it.disk.room = 10;
  it.disk.fail("truncate", "EIO");
  assert.equal(it.write(1), 0);
  assert.ok(!textOf(it.path).endsWith("\n"));
  it.disk.mend();
  it.write(1);
  assert.deepEqual(numbersOf(it.path), [0, 1]);
});

withFile("a file that may not be cut (append-only) gets the torn line closed off, not merged", {}, (it) => {
  it.write(0);
  it.disk.room = 10;
  it.disk.fail("truncate", "EPERM");
  it.write(1);
  it.disk.room = Infinity;
  it.write(1);
  assert.deepEqual(linesOf(it.path), [line(0).trimEnd(), line(1).slice(0, 10), line(1).trimEnd()]);
});

withFile("a failure in mid-line after others emptied the file adds no zeros", {}, (it) => {
  it.write(0, 1, 2);
  Deno.truncateSync(it.path);
  it.disk.room = 10;
  it.write(3);
  assert.equal(textOf(it.path), "");
});

for (const code of ["EIO", "EROFS", "EDQUOT"] as const) {
  withFile(`${code} is returned, not thrown, and the next write works`, {}, (it) => {
    it.disk.fail("write", code);
    const { bytes, error } = it.file.write(bytesOf(0));
    assert.equal(bytes, 0);
    assert.equal((error as { code: string }).code, code);
    it.disk.mend();
    it.write(0);
    assert.deepEqual(numbersOf(it.path), [0]);
  });
}

for (const call of ["open", "makeFolders", "stat"] as const) {
  withFile(`a failing ${call} is returned by write and tried again by the next`, {}, (it) => {
    it.disk.fail(call, "EROFS");
    assert.equal(it.write(0), 0);
    it.disk.mend();
    it.write(0);
    assert.deepEqual(numbersOf(it.path), [0]);
  });
}

withFile("a folder in the place of the file is refused with a reason", {}, (it) => {
  Deno.mkdirSync(it.path);
  assert.match(String(it.file.write(bytesOf(0)).error), /not a regular file/);
});

withFile("a renamed file is left after half a second, nothing lost or doubled", {}, (it) => {
  it.write(0);
  Deno.renameSync(it.path, `${it.path}.old`);
  it.clock.advance(499);
  it.write(1);
  it.clock.advance(1);
  it.write(2);
  assert.deepEqual(numbersOf(`${it.path}.old`), [0, 1]);
  assert.deepEqual(numbersOf(it.path), [2]);
  assert.match(it.notes.join(), /info: .*renamed or removed/);
});

withFile("a file that logrotate made anew (create) is the one written to", {}, (it) => {
  it.write(0);
  Deno.renameSync(it.path, `${it.path}.1`);
  Deno.writeTextFileSync(it.path, "");
  it.clock.advance(500);
  it.write(1);
  assert.deepEqual(numbersOf(it.path), [1]);
});

withFile("a removed file, and a removed folder, are made anew", {}, (it) => {
  it.write(0);
  Deno.removeSync(it.path);
  it.clock.advance(500);
  it.write(1);
  assert.deepEqual(numbersOf(it.path), [1]);
  Deno.removeSync(it.dir, { recursive: true });
  it.clock.advance(500);
  it.write(2);
  assert.deepEqual(numbersOf(it.path), [2]);
});

withFile("reopen writes to what the path names now, at once", {}, (it) => {
  it.write(0);
  Deno.renameSync(it.path, `${it.path}.old`);
  it.file.reopen();
  it.write(1);
  assert.deepEqual(numbersOf(it.path), [1]);
});

withFile("fsync never asks nothing of the device", { fsync: "never" }, (it) => {
  it.write(0);
  it.file.endTurn();
  it.clock.advance(5000);
  assert.equal(it.disk.syncs, 0);
});

withFile("fsync always syncs once at the end of each turn that wrote", { fsync: "always" }, (it) => {
  it.write(0);
  it.write(1);
  it.file.endTurn();
  it.file.endTurn();
  assert.equal(it.disk.syncs, 1);
});

withFile("fsync always syncs a file before a rotation leaves it", { fsync: "always", maxSize: 60 }, (it) => {
  it.write(0, 1);
  it.file.endTurn();
  assert.deepEqual(namesIn(it.dir), ["hook.log", "hook.log.1"]);
  assert.equal(it.disk.syncs, 2);
});

withFile(
  "fsync 1s syncs a second after a write, once, and not while nothing is written",
  { fsync: "1s" },
  (it) => {
    it.write(0);
    it.write(1);
    it.clock.advance(999);
    assert.equal(it.disk.syncs, 0);
    it.clock.advance(5000);
    assert.equal(it.disk.syncs, 1);
  },
);

withFile("fsync 1s syncs at close what a timer would have", { fsync: "1s" }, async (it) => {
  it.write(0);
  await it.file.close();
  assert.equal(it.disk.syncs, 1);
});

withFile("a sync that fails is told once a minute and loses no line", { fsync: "always" }, (it) => {
  it.disk.fail("sync", "EIO");
  for (let n = 0; n < 3; n++) {
    it.write(n);
    it.file.endTurn();
  }
  assert.equal(it.notes.length, 1);
  assert.match(it.notes[0] ?? "", /error: .*power cut.*Input\/output error/);
  it.clock.advance(60_000);
  it.write(3);
  it.file.endTurn();
  assert.equal(it.notes.length, 2);
  assert.deepEqual(numbersOf(it.path), [0, 1, 2, 3]);
});
