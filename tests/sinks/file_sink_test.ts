// The file sink in trouble: what waits, what is lost, what is counted, what the operator is told, and how it ends.
import assert from "node:assert/strict";
import { FileSink } from "../../src/sinks/file/file_sink.ts";
import { FILE_DEFAULTS, type FileOptions } from "../../src/sinks/file/options.ts";
import { FailingDisk } from "../helpers/failing_disk.ts";
import { FakeClock } from "../helpers/fake_clock.ts";
import { type Entry, logInto } from "../helpers/told.ts";
import { line, linesOf, numbersOf, textOf, upTo } from "./_lines.ts";
import { inTempDir } from "../helpers/temp_dir.ts";

const LINE = line(0).length;

class Bench {
  readonly clock = new FakeClock();
  readonly disk = new FailingDisk();
  readonly reports: Entry[] = [];
  #sink: FileSink | undefined;

  constructor(readonly path: string, private readonly options: Partial<FileOptions>) {}

  /** Made when first asked for, so that a test can first say what the disk refuses. */
  get sink(): FileSink {
    const options = { ...FILE_DEFAULTS, ...this.options };
    return this.#sink ??= new FileSink(
      "file:hook.log",
      this.path,
      options,
      logInto(this.reports),
      this.clock,
      this.disk,
    );
  }

  /** One turn that makes these lines. */
  turn(...numbers: number[]): void {
    for (const n of numbers) this.sink.append(line(n));
    this.sink.flush();
  }

  get told(): string[] {
    return this.reports.map(({ level, text }) => `${level}: ${text}`);
  }

  get droppedTold(): number {
    return this.reports.reduce((sum, { dropped }) => sum + (dropped ?? 0), 0);
  }
}

function withSink(
  what: string,
  options: Partial<FileOptions>,
  run: (it: Bench) => Promise<void> | void,
): void {
  Deno.test(`file sink: ${what}`, () =>
    inTempDir(async (dir) => {
      const it = new Bench(`${dir}/hook.log`, options);
      await run(it);
      await it.sink[Symbol.asyncDispose]();
      assert.equal(it.clock.timers, 0, "a timer is left");
    }));
}

withSink("the file is there from the start, before any line", {}, (it) => {
  assert.equal(it.sink.status().state, "ok");
  assert.equal(Deno.statSync(it.path).size, 0);
});

withSink("nothing is written before the turn ends, and then with one write", {}, (it) => {
  let writes = 0;
  const enter = it.disk.enter.bind(it.disk);
  it.disk.enter = (call) => {
    if (call === "write") writes++;
    enter(call);
  };
  for (const n of upTo(500)) it.sink.append(line(n));
  assert.equal(textOf(it.path), "");
  it.sink.flush();
  assert.equal(writes, 1);
  assert.deepEqual(numbersOf(it.path), upTo(500));
});

withSink("a turn of any size holds no more than a piece in memory", {}, (it) => {
  const count = 5000;
  for (const n of upTo(count)) it.sink.append(line(n, "x".repeat(500)));
  const { linesWaiting, linesWritten } = it.sink.status();
  assert.ok(linesWaiting < 300, `${linesWaiting} lines wait`);
  assert.equal(linesWritten + linesWaiting, count);
  it.sink.flush();
  assert.deepEqual(numbersOf(it.path), upTo(count));
});

withSink("fsync always: a turn of many pieces is synced once, and so are lines that waited", {
  fsync: "always",
}, (it) => {
  it.turn(...upTo(20_000));
  assert.equal(it.disk.syncs, 1);
  it.disk.fail("write", "EIO");
  it.turn(20_000);
  it.disk.mend();
  it.clock.advance(100);
  assert.equal(it.disk.syncs, 2);
});

withSink("a disk that is full keeps what fits, the rest waits and follows when there is space", {}, (it) => {
  it.turn(0);
  it.disk.room = LINE * 2 + 5;
  it.turn(1, 2, 3, 4);
  assert.deepEqual(numbersOf(it.path), [0, 1, 2]);
  const { state, linesWritten, linesWaiting, lastError } = it.sink.status();
  assert.deepEqual([state, linesWritten, linesWaiting], ["degraded", 3, 2]);
  assert.match(lastError ?? "", /takes no lines: No space left on device/);
  it.turn(5);
  it.disk.mend();
  it.turn(6);
  it.clock.advance(100);
  assert.deepEqual(numbersOf(it.path), upTo(7));
  assert.deepEqual(it.sink.status(), { state: "ok", linesWritten: 7, linesWaiting: 0, linesDropped: {} });
});

withSink("writing resumes by itself, without a new line", {}, (it) => {
  it.disk.fail("write", "EIO");
  it.turn(0);
  it.clock.advance(5000);
  assert.equal(it.sink.status().linesWaiting, 1);
  it.disk.mend();
  it.clock.advance(100);
  assert.deepEqual(numbersOf(it.path), [0]);
  assert.equal(it.clock.timers, 0);
});

withSink("a failing disk is tried ten times a second, whatever the traffic", {}, (it) => {
  it.disk.fail("write", "EIO");
  it.turn(0);
  let tries = 0;
  it.disk.enter = (call) => {
    if (call === "write") tries++;
    throw new Error("Input/output error (os error 5)");
  };
  for (const n of upTo(1000)) {
    it.turn(n + 1);
    it.clock.advance(1);
  }
  assert.ok(tries <= 10, `${tries} tries`);
});

withSink("past file_buffer new lines are lost, counted by reason, and the old ones kept", {
  bufferBytes: 3 * LINE + 1,
}, (it) => {
  it.disk.room = 0;
  it.turn(0, 1);
  it.turn(2, 3, 4);
  assert.deepEqual(it.sink.status().linesDropped, { DiskFull: 2 });
  assert.equal(it.sink.status().linesWaiting, 3);
  it.disk.fail("write", "EIO");
  it.clock.advance(100);
  it.turn(5);
  assert.deepEqual(it.sink.status().linesDropped, { DiskFull: 2, WriteFailed: 1 });
  it.disk.mend();
  it.clock.advance(100);
  it.turn(6);
  assert.deepEqual(numbersOf(it.path), [0, 1, 2, 6]);
  assert.equal(it.droppedTold, 3);
});

withSink("file_buffer counts bytes, not characters", { bufferBytes: 100 }, (it) => {
  it.disk.fail("write", "EIO");
  it.sink.append(line(0, "温".repeat(20)));
  it.sink.flush();
  assert.deepEqual(it.sink.status().linesDropped, { WriteFailed: 1 });
});

withSink("the operator is told once that lines wait and once that it works again, with totals", {}, (it) => {
  it.disk.fail("write", "EROFS");
  for (const n of upTo(5)) {
    it.turn(n);
    it.clock.advance(1000);
  }
  assert.equal(it.reports.length, 1);
  assert.match(it.told[0] ?? "", /^error: .*hook\.log takes no lines: Read-only file system.*Lines wait/);
  it.disk.mend();
  it.clock.advance(100);
  assert.equal(it.reports.length, 2);
  assert.match(it.told[1] ?? "", /^info: .*takes lines again after 5\.\d s: 5 lines.*0 were lost/);
});

withSink(
  "lost lines are told at once and then once a minute, and the counts add up",
  { bufferBytes: LINE },
  (it) => {
    it.disk.fail("write", "EIO");
    it.turn(0);
    const before = it.reports.length;
    for (const n of upTo(180)) {
      it.turn(n + 1);
      it.clock.advance(1000);
    }
    const drops = it.reports.slice(before);
    assert.deepEqual(drops.map(({ dropped }) => dropped), [1, 59, 60, 60]);
    it.disk.mend();
    it.clock.advance(100);
    assert.equal(it.droppedTold, 180);
    assert.match(it.told.at(-1) ?? "", /info: .* 1 lines that waited are in it, 180 were lost/);
  },
);

withSink("a disk that comes and goes does not flood the log", {}, (it) => {
  for (const n of upTo(100)) {
    it.disk.fail("write", "EIO");
    it.turn(n);
    it.disk.mend();
    it.clock.advance(100);
  }
  assert.deepEqual(numbersOf(it.path), upTo(100));
  assert.ok(it.reports.length <= 20, `${it.reports.length} reports in ten seconds`);
});

withSink("each failure is told with its end, also the third within a minute", {}, (it) => {
  for (const n of upTo(3)) {
    it.disk.fail("write", "EIO");
    it.turn(n);
    it.clock.advance(2_000);
    it.disk.mend();
    it.clock.advance(2_000);
  }
  assert.deepEqual(it.reports.map(({ level }) => level), upTo(3).flatMap(() => ["error", "info"]));
});

withSink("a failure that begins right after the last one's end is told when it lasts", {}, (it) => {
  it.disk.fail("write", "EIO");
  it.turn(0);
  it.disk.mend();
  it.clock.advance(100);
  it.disk.fail("write", "EIO");
  it.turn(1);
  assert.equal(it.reports.length, 2);
  it.clock.advance(1_000);
  assert.deepEqual(it.reports.map(({ level }) => level), ["error", "info", "error"]);
});

withSink("a file that is removed and cannot be made again is not said to be opened", {}, (it) => {
  it.turn(0);
  Deno.removeSync(it.path);
  it.disk.fail("open", "EIO");
  it.clock.advance(1_000);
  it.turn(1);
  assert.equal(it.reports.length, 1);
  assert.match(it.told[0] ?? "", /^error: .*takes no lines/);
  it.disk.mend();
  it.clock.advance(100);
  assert.match(it.told[1] ?? "", /^info: .*was renamed or removed by someone else; it is opened anew\.$/);
  assert.match(it.told[2] ?? "", /^info: .*takes lines again/);
  assert.deepEqual(numbersOf(it.path), [1]);
});

withSink("a path that cannot be opened at the start makes a degraded sink that catches up", {}, (it) => {
  it.disk.fail("makeFolders", "EROFS");
  assert.equal(it.sink.status().state, "degraded");
  it.turn(0);
  it.disk.mend();
  it.clock.advance(100);
  assert.deepEqual(numbersOf(it.path), [0]);
  assert.equal(it.sink.status().state, "ok");
});

withSink("reopen tries at once when the disk took no lines", {}, (it) => {
  it.disk.fail("write", "EIO");
  it.turn(0);
  it.disk.mend();
  it.sink.reopen();
  assert.deepEqual(numbersOf(it.path), [0]);
});

withSink("a reopen that fails keeps the lines for later", {}, (it) => {
  it.disk.fail("open", "EIO");
  it.sink.reopen();
  it.turn(0);
  assert.equal(it.sink.status().linesWaiting, 1);
  it.disk.mend();
  it.clock.advance(100);
  assert.deepEqual(numbersOf(it.path), [0]);
});

withSink("what the disk does not take at the end is counted and told", {}, async (it) => {
  it.disk.room = LINE + 3;
  it.turn(0, 1);
  it.sink.append(line(2));
  await it.sink[Symbol.asyncDispose]();
  assert.deepEqual(linesOf(it.path), [line(0).trimEnd()]);
  const { linesWritten, linesWaiting, linesDropped } = it.sink.status();
  assert.deepEqual([linesWritten, linesWaiting, linesDropped], [1, 0, { DiskFull: 2 }]);
  assert.equal(it.droppedTold, 2);
});

withSink("a torn last line is healed at the start and told", {}, (it) => {
  Deno.writeTextFileSync(it.path, line(0) + '{"action":"mess');
  it.turn(1);
  assert.deepEqual(numbersOf(it.path), [0, 1]);
  assert.match(it.told.join(), /warn: .*torn by a crash, 15 bytes, was cut off/);
});
