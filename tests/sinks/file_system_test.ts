// The file sink against real trouble: SIGKILL, renames by another process, a full and a read-only file system.
import assert from "node:assert/strict";
import { systemClock } from "../../src/base/clock.ts";
import { FileSink } from "../../src/sinks/file/file_sink.ts";
import { FILE_DEFAULTS } from "../../src/sinks/file/options.ts";
import { probeFile } from "../../src/sinks/lines/probe_file.ts";
import { FakeClock } from "../helpers/fake_clock.ts";
import { canMount, sh } from "../helpers/mount.ts";
import { line, numbersOf, upTo } from "./_lines.ts";
import { inTempDir } from "../helpers/temp_dir.ts";

const HERE = new URL(".", import.meta.url);

/** Starts a heavy writer; `progress` yields the number of lines it says are in the file. */
function startWriter(
  path: string,
  count = 0,
): { child: Deno.ChildProcess; progress: AsyncIterable<number> } {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-config", "-A", new URL("_heavy_writer.ts", HERE).pathname, path, String(count)],
    stdout: "piped",
  }).spawn();
  return { child, progress: numbersIn(child.stdout) };
}

async function* numbersIn(stream: ReadableStream<Uint8Array<ArrayBuffer>>): AsyncGenerator<number> {
  let rest = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    yield* lines.map(Number);
  }
}

Deno.test("a writer killed with SIGKILL in full flight leaves every flushed line, and none is torn after the start", () =>
  inTempDir(async (dir) => {
    for (const killAfter of [100, 20_000, 50_000]) {
      const path = `${dir}/${killAfter}.log`;
      const { child, progress } = startWriter(path);
      let flushed = 0;
      for await (const n of progress) {
        if (flushed < killAfter && n >= killAfter) child.kill("SIGKILL");
        flushed = n;
      }
      assert.equal((await child.status).signal, "SIGKILL");
      const sink = new FileSink("file:x", path, FILE_DEFAULTS, () => {}, systemClock);
      await sink[Symbol.asyncDispose]();
      const numbers = numbersOf(path);
      assert.ok(numbers.length >= flushed, `${numbers.length} lines of ${flushed} flushed`);
      assert.deepEqual(numbers, upTo(numbers.length));
    }
  }));

Deno.test("a file renamed again and again under load by another process loses and doubles no line", () =>
  inTempDir(async (dir) => {
    const path = `${dir}/hook.log`;
    const count = 60_000;
    const { child, progress } = startWriter(path, count);
    const renamed: string[] = [];
    for await (const n of progress) {
      // Like logrotate: the next rename comes after the writer has noticed the last one and made a new file.
      if (n === count || !isThere(path)) continue;
      const name = `${path}.old${renamed.length}`;
      Deno.renameSync(path, name);
      renamed.push(name);
    }
    assert.equal((await child.status).code, 0);
    assert.ok(renamed.length >= 2, `only ${renamed.length} renames`);
    assert.deepEqual([...renamed, path].flatMap(numbersOf), upTo(count));
  }));

Deno.test("logrotate's create with a signal: rename, new file, reopen, under load in one process", () =>
  inTempDir(async (dir) => {
    const path = `${dir}/hook.log`;
    const sink = new FileSink("file:x", path, FILE_DEFAULTS, () => {}, new FakeClock());
    const parts: string[] = [];
    for (const n of upTo(5000)) {
      sink.append(line(n));
      if (n % 3 === 0) sink.flush();
      if (n % 500 !== 499) continue;
      parts.push(`${path}.${parts.length}`);
      Deno.renameSync(path, parts.at(-1) ?? "");
      Deno.writeTextFileSync(path, "");
      sink.reopen();
    }
    await sink[Symbol.asyncDispose]();
    assert.deepEqual([...parts, path].flatMap(numbersOf), upTo(5000));
  }));

Deno.test({
  name: "a file system that is really full: whole lines only, and all follow when there is space",
  ignore: !canMount(),
  fn: () =>
    inTempDir(async (dir) => {
      mount(dir, "size=64k");
      try {
        const path = `${dir}/hook.log`;
        Deno.writeFileSync(`${dir}/ballast`, new Uint8Array(32 * 1024));
        const clock = new FakeClock();
        const sink = new FileSink("file:x", path, FILE_DEFAULTS, () => {}, clock);
        const count = 100;
        for (const n of upTo(count)) {
          sink.append(line(n, "x".repeat(400)));
          sink.flush();
        }
        const { state, linesWritten, linesWaiting } = sink.status();
        assert.equal(state, "degraded");
        assert.ok(linesWaiting > 0);
        assert.equal(linesWritten + linesWaiting, count);
        assert.deepEqual(numbersOf(path), upTo(linesWritten));
        assert.match(sink.status().lastError ?? "", /No space left on device/);
        Deno.removeSync(`${dir}/ballast`);
        clock.advance(100);
        assert.deepEqual(numbersOf(path), upTo(count));
        await sink[Symbol.asyncDispose]();
      } finally {
        unmount(dir);
      }
    }),
});

Deno.test({
  name: "a file system that is read-only when the sink starts: lines wait, and are written once it is not",
  ignore: !canMount(),
  fn: () =>
    inTempDir(async (dir) => {
      mount(dir, "size=64k,ro");
      try {
        const path = `${dir}/logs/hook.log`;
        const clock = new FakeClock();
        const sink = new FileSink("file:x", path, FILE_DEFAULTS, () => {}, clock);
        sink.append(line(0));
        sink.flush();
        assert.match(sink.status().lastError ?? "", /Read-only file system/);
        sh("mount", "-o", "remount,rw", dir);
        clock.advance(100);
        assert.deepEqual(numbersOf(path), [0]);
        await sink[Symbol.asyncDispose]();
      } finally {
        unmount(dir);
      }
    }),
});

Deno.test({
  name: "probe says why a file on a read-only file system, there or not, cannot be written",
  ignore: !canMount(),
  fn: () =>
    inTempDir((dir) => {
      mount(dir, "size=64k");
      try {
        Deno.writeTextFileSync(`${dir}/there.log`, "");
        sh("mount", "-o", "remount,ro", dir);
        assert.match(
          probeFile(`${dir}/there.log`) ?? "",
          /there\.log cannot be written: Read-only file system/,
        );
        assert.match(
          probeFile(`${dir}/a/new.log`) ?? "",
          /new\.log cannot be made in .*: Read-only file system/,
        );
      } finally {
        unmount(dir);
      }
    }),
});

Deno.test("a folder that becomes a file: nothing goes into the file that was removed, and all follow later", () =>
  inTempDir(async (dir) => {
    const path = `${dir}/logs/hook.log`;
    const clock = new FakeClock();
    const sink = new FileSink("file:x", path, FILE_DEFAULTS, () => {}, clock);
    const write = (n: number): void => {
      sink.append(line(n));
      sink.flush();
    };
    write(0);
    Deno.removeSync(`${dir}/logs`, { recursive: true });
    Deno.writeTextFileSync(`${dir}/logs`, "");
    clock.advance(1_000);
    write(1);
    for (let i = 0; i < 20; i++) {
      clock.advance(100);
      assert.equal(sink.status().state, "degraded");
    }
    write(2);
    Deno.removeSync(`${dir}/logs`);
    clock.advance(1_000);
    assert.deepEqual(numbersOf(path), [1, 2]);
    await sink[Symbol.asyncDispose]();
  }));

function isThere(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

function mount(dir: string, options: string): void {
  sh("mount", "-t", "tmpfs", "-o", options, "none", dir);
}

function unmount(dir: string): void {
  // Lazy: a test that failed may have left a file open, and its failure is the one to show.
  sh("umount", "-l", dir);
}
