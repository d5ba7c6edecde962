// Rotation by size: which files there are afterwards, and that every line is in exactly one of them.
import assert from "node:assert/strict";
import { RotatingFile } from "../../../src/sinks/lines/rotating_file.ts";
import { FILE_DEFAULTS, type FileOptions } from "../../../src/sinks/file/options.ts";
import { FailingDisk } from "../../helpers/failing_disk.ts";
import { FakeClock } from "../../helpers/fake_clock.ts";
import { gunzipped, line, linesOf, namesIn, numbersOf, textOf, upTo } from "../_lines.ts";
import { inTempDir } from "../../helpers/temp_dir.ts";

interface Bench {
  readonly dir: string;
  readonly path: string;
  readonly clock: FakeClock;
  readonly disk: FailingDisk;
  readonly notes: string[];
  /** Another RotatingFile on the same path; the test closes it. */
  make(): RotatingFile;
}

function withRotation(
  what: string,
  options: Partial<FileOptions>,
  run: (file: RotatingFile, it: Bench) => Promise<void> | void,
): void {
  Deno.test(`rotation: ${what}`, () =>
    inTempDir(async (dir) => {
      const [clock, disk, notes, path] = [
        new FakeClock(),
        new FailingDisk(),
        [] as string[],
        `${dir}/hook.log`,
      ];
      const all = { ...FILE_DEFAULTS, ...options, ownStart: '{"action":"' };
      const make = (): RotatingFile =>
        new RotatingFile(path, all, (_level, text) => void notes.push(text), clock, disk);
      const file = make();
      await run(file, { dir, path, clock, disk, notes, make });
      await file.close();
      assert.equal(clock.timers, 0, "a timer is left");
    }));
}

const LINE = line(0).length;

function write(file: RotatingFile, ...numbers: number[]): void {
  const text = numbers.map((n) => line(n)).join("");
  assert.equal(file.write(new TextEncoder().encode(text)).error, undefined);
}

function modeOf(path: string): number {
  return (Deno.statSync(path).mode ?? 0) & 0o777;
}

/** A promise and the function that resolves it. */
function gate(): { opened: Promise<void>; open: () => void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { opened: promise, open: resolve };
}

withRotation(
  "a write that would pass the size goes to a new file",
  { maxSize: 3 * LINE },
  (file, { path, dir }) => {
    write(file, 0, 1, 2);
    assert.deepEqual(namesIn(dir), ["hook.log"]);
    write(file, 3);
    assert.deepEqual(numbersOf(`${path}.1`), [0, 1, 2]);
    assert.deepEqual(numbersOf(path), [3]);
  },
);

withRotation(
  "no line is split: a large batch is spread over the files",
  { maxSize: 3 * LINE + 5 },
  (file, it) => {
    write(file, ...upTo(8));
    assert.deepEqual(numbersOf(`${it.path}.2`), [0, 1, 2]);
    assert.deepEqual(numbersOf(`${it.path}.1`), [3, 4, 5]);
    assert.deepEqual(numbersOf(it.path), [6, 7]);
  },
);

withRotation("a line longer than a file has a file of its own", { maxSize: LINE }, (file, { path }) => {
  const long = line(1, "x".repeat(500));
  file.write(new TextEncoder().encode(line(0) + long + line(2)));
  assert.deepEqual([`${path}.2`, `${path}.1`, path].map(textOf), [line(0), long, line(2)]);
});

withRotation("the oldest files go, max_files stay", { maxSize: LINE, maxFiles: 2 }, (file, { path, dir }) => {
  write(file, ...upTo(6));
  assert.deepEqual(namesIn(dir), ["hook.log", "hook.log.1", "hook.log.2"]);
  assert.deepEqual([`${path}.2`, `${path}.1`, path].flatMap(numbersOf), [3, 4, 5]);
});

withRotation(
  "with max_files 0 nothing stays beside the live file",
  { maxSize: LINE, maxFiles: 0 },
  (file, it) => {
    write(file, 0, 1);
    assert.deepEqual(namesIn(it.dir), ["hook.log"]);
    assert.deepEqual(numbersOf(it.path), [1]);
  },
);

withRotation("the size before the start counts", { maxSize: 2 * LINE }, (file, { path }) => {
  Deno.writeTextFileSync(path, line(0) + line(1));
  write(file, 2);
  assert.deepEqual(numbersOf(`${path}.1`), [0, 1]);
});

withRotation("a file emptied by others is not rotated", { maxSize: 2 * LINE }, (file, { path, dir }) => {
  write(file, 0, 1);
  Deno.truncateSync(path);
  write(file, 2);
  assert.deepEqual(namesIn(dir), ["hook.log"]);
  assert.deepEqual(numbersOf(path), [2]);
});

withRotation(
  "names that are not a rotated file's are left alone",
  { maxSize: LINE, maxFiles: 1 },
  (file, it) => {
    for (const name of ["hook.log.20261124", "hook.log.7", "hook.log.old"]) {
      Deno.writeTextFileSync(
        `${it.dir}/${name}`,
        "",
      );
    }
    write(file, 0, 1, 2);
    assert.deepEqual(namesIn(it.dir), [
      "hook.log",
      "hook.log.1",
      "hook.log.20261124",
      "hook.log.7",
      "hook.log.old",
    ]);
  },
);

withRotation("where renaming fails the file grows on, is told once a minute, and rotates later", {
  maxSize: LINE,
}, (file, { path, disk, clock, notes }) => {
  disk.fail("rename", "EPERM");
  for (const n of upTo(4)) write(file, n);
  assert.deepEqual(numbersOf(path), [0, 1, 2, 3]);
  assert.equal(notes.length, 1);
  assert.match(notes[0] ?? "", /cannot be rotated.*Operation not permitted/);
  disk.mend();
  clock.advance(60_000);
  write(file, 4);
  assert.deepEqual(numbersOf(`${path}.1`), [0, 1, 2, 3]);
  assert.deepEqual(numbersOf(path), [4]);
});

withRotation(
  "a new file that cannot be opened keeps what is written countable",
  { maxSize: LINE },
  (file, it) => {
    write(file, 0);
    it.disk.fail("open", "ENOSPC");
    const batch = new TextEncoder().encode(line(1));
    assert.equal(file.write(batch).bytes, 0);
    it.disk.mend();
    write(file, 1);
    assert.deepEqual([`${it.path}.1`, it.path].flatMap(numbersOf), [0, 1]);
  },
);

const GZIP = { maxSize: 2 * LINE, compress: true, maxFiles: 4 };

withRotation(
  "a rotated file is gzipped with the same content, mode 0640",
  GZIP,
  async (file, { path, dir }) => {
    write(file, 0, 1, 2);
    await file.close();
    assert.deepEqual(namesIn(dir), ["hook.log", "hook.log.1.gz"]);
    assert.equal(await gunzipped(`${path}.1.gz`), line(0) + line(1));
    assert.equal(modeOf(`${path}.1.gz`), 0o640);
  },
);

const WHATEVER_THE_UMASK =
  "every new file has file_mode whatever the umask, gzipped ones too; a file that is there keeps its own";

/** Set in the process that has a umask of 077: a umask is a whole process's, and other tests run in this one. */
const STRICT = "HOOKLINE_TEST_UMASK";

if (Deno.env.has(STRICT)) {
  withRotation(WHATEVER_THE_UMASK, { ...GZIP, mode: 0o644 }, async (file, { path, make }) => {
    Deno.writeTextFileSync(path, line(0), { mode: 0o600 });
    write(file, 1);
    assert.equal(modeOf(path), 0o600);
    write(file, 2);
    await file.close();
    assert.deepEqual([path, `${path}.1.gz`].map(modeOf), [0o644, 0o644]);
    const next = make();
    next.reconfigure({ ...FILE_DEFAULTS, ...GZIP, mode: 0o666 });
    write(next, 3, 4);
    await next.close();
    assert.deepEqual([path, `${path}.1.gz`, `${path}.2.gz`].map(modeOf), [0o666, 0o666, 0o644]);
    const last = make();
    last.reconfigure({ ...FILE_DEFAULTS, ...GZIP });
    write(last, 5, 6);
    await last.close();
    assert.equal(modeOf(path), 0o600);
  });
} else {
  Deno.test(`rotation: ${WHATEVER_THE_UMASK}`, async () => {
    const filter = `--filter=${WHATEVER_THE_UMASK}`;
    const { code, stdout, stderr } = await new Deno.Command("sh", {
      args: [
        "-c",
        `umask 077 && exec "$@"`,
        "sh",
        Deno.execPath(),
        "test",
        "--no-check",
        "-A",
        filter,
        import.meta.filename ?? "",
      ],
      env: { [STRICT]: "1", NO_COLOR: "1" },
    }).output();
    const said = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
    assert.match(said, /ok \| 1 passed/, `exit code ${code}`);
  });
}

withRotation("rotations during a compression do not wait and mix nothing up", GZIP, async (file, it) => {
  const { opened, open } = gate();
  it.disk.gzipGate = opened;
  write(file, 0, 1, 2, 3);
  // The compression of 0 and 1 begins now, and is held up.
  await Promise.resolve();
  write(file, 4, 5, 6);
  assert.deepEqual([3, 2, 1].map((n) => numbersOf(`${it.path}.${n}`)), [[0, 1], [2, 3], [4, 5]]);
  assert.deepEqual(numbersOf(it.path), [6]);
  open();
  await file.close();
  await gzipRest(it);
  const contents = await Promise.all([3, 2, 1].map((n) => gunzipped(`${it.path}.${n}.gz`)));
  assert.deepEqual(contents, [line(0) + line(1), line(2) + line(3), line(4) + line(5)]);
  assert.deepEqual(namesIn(it.dir), ["hook.log", "hook.log.1.gz", "hook.log.2.gz", "hook.log.3.gz"]);
});

withRotation(
  "a file that is rotated away while it is gzipped leaves nothing",
  { ...GZIP, maxFiles: 1 },
  async (file, it) => {
    const { opened, open } = gate();
    it.disk.gzipGate = opened;
    write(file, 0, 1, 2);
    await Promise.resolve();
    write(file, 3, 4);
    open();
    await file.close();
    assert.deepEqual(linesOf(`${it.path}.1`).length, 2);
    assert.deepEqual(namesIn(it.dir), ["hook.log", "hook.log.1"]);
  },
);

withRotation(
  "a gzip that fails is told and the plain file stays",
  GZIP,
  async (file, { path, dir, disk, notes }) => {
    disk.fail("gzip", "ENOSPC");
    write(file, 0, 1, 2);
    await file.close();
    assert.deepEqual(namesIn(dir), ["hook.log", "hook.log.1"]);
    assert.deepEqual(numbersOf(`${path}.1`), [0, 1]);
    assert.match(notes.join(), /gzip failed: No space left/);
  },
);

withRotation(
  "close stops a compression after five seconds, the next start does it anew",
  GZIP,
  async (file, it) => {
    it.disk.gzipGate = gate().opened;
    write(file, 0, 1, 2);
    await Promise.resolve();
    const closed = file.close();
    it.clock.advance(5_000);
    await closed;
    assert.deepEqual(namesIn(it.dir), ["hook.log", "hook.log.1"]);
    assert.deepEqual(it.notes, []);
    it.disk.gzipGate = Promise.resolve();
    await gzipRest(it);
    assert.equal(await gunzipped(`${it.path}.1.gz`), line(0) + line(1));
  },
);

withRotation("what a killed compression left is cleaned and done again at open", GZIP, async (_file, it) => {
  Deno.writeTextFileSync(`${it.path}.1`, line(0));
  Deno.writeTextFileSync(`${it.path}.1.gz`, "killed before the plain file was removed");
  Deno.writeTextFileSync(`${it.path}.gz.part`, "half");
  await gzipRest(it);
  assert.deepEqual(namesIn(it.dir), ["hook.log", "hook.log.1.gz"]);
  assert.equal(await gunzipped(`${it.path}.1.gz`), line(0));
});

withRotation("half a gzip file goes at open though compression is off now", { maxSize: LINE }, (file, it) => {
  Deno.writeTextFileSync(`${it.path}.gz.part`, "half");
  file.open();
  assert.deepEqual(namesIn(it.dir), ["hook.log"]);
});

withRotation("a large compression that is stopped leaves the plain file alone", GZIP, async (file, it) => {
  Deno.writeTextFileSync(`${it.path}.1`, line(0, "x".repeat(50_000_000)));
  file.open();
  await Promise.resolve();
  const closed = file.close();
  it.clock.advance(5_000);
  await closed;
  assert.deepEqual(namesIn(it.dir), ["hook.log", "hook.log.1"]);
  assert.deepEqual(it.notes, []);
});

/** What the next starts do: each opens, and gzips at least one plain file before it is closed. */
async function gzipRest({ dir, make }: Bench): Promise<void> {
  const plain = namesIn(dir).filter((name) => /\.\d+$/.test(name));
  for (let n = 0; n < plain.length; n++) {
    const file = make();
    file.open();
    await file.close();
  }
}
