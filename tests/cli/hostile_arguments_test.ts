// Every verb with arguments that do not fit: one clear line on stderr that names the file, and no stack trace.
import assert from "node:assert/strict";
import { join } from "node:path";
import { main } from "../../src/cli/cli.ts";
import { hooklineCommand } from "../helpers/hookline.ts";
import { inProcess, memoryIo, outsideProcess } from "./_io.ts";
import { inTempDir } from "../helpers/temp_dir.ts";

const URL_OPTION = ["--url", "http://127.0.0.1:9/"];

for (
  const [args, code, why] of [
    [["tail", "folder"], 1, /folder is a folder/],
    [["tail", "--no-follow", "none"], 1, /none/],
    [["tail", "--no-follow", "file/none"], 1, /file\/none/],
    [
      ["tail", "/proc/self/environ"],
      1,
      /\/proc\/self\/environ cannot be used: Hookline runs without the permission/,
    ],
    [["redeliver", "folder", ...URL_OPTION], 1, /folder cannot be read: .*directory/],
    [["redeliver", "none", ...URL_OPTION], 1, /none cannot be read: No such file/],
    [["redeliver", "file/none", ...URL_OPTION], 1, /file\/none cannot be read/],
    [["redeliver", "bad.gz", ...URL_OPTION], 1, /bad\.gz cannot be read: /],
    [
      ["redeliver", "/proc/self/environ", ...URL_OPTION],
      1,
      /environ cannot be read: Hookline runs without the permission/,
    ],
    [["redeliver", "file/none"], 64, /Which endpoint/],
    [["init", "file"], 1, /file/],
    [["init", "file/none"], 1, /file\/none/],
    [["init", "/proc/none"], 1, /\/proc\/none.* cannot be used/],
    [["check", "--config", "folder"], 78, /^folder: cannot be read: it is a directory/],
    [["check", "--config", "binary"], 78, /^binary: is not valid UTF-8/],
    [
      ["check", "--config", "/proc/self/environ"],
      78,
      /environ: cannot be read: devices and \/proc are closed/,
    ],
    [["run", "--hooks", "folder"], 78, /^folder: cannot be read: it is a directory/],
    [["run", "--config", "file/none"], 78, /^file\/none: cannot be read: /],
    [["run", "--config", "json"], 78, /^json:1/],
  ] as const
) {
  Deno.test(`hookline ${args.join(" ")} ends with ${code} and one line that says why`, () =>
    inTempDir(async (cwd) => {
      Deno.mkdirSync(join(cwd, "folder"));
      Deno.writeTextFileSync(join(cwd, "file"), "no event\n");
      Deno.writeTextFileSync(join(cwd, "json"), '{"listener": 1}\n');
      for (const name of ["binary", "bad.gz"]) {
        Deno.writeFileSync(join(cwd, name), new Uint8Array([255, 0, 200, 10]));
      }
      const outcome = await outsideProcess(args, cwd);
      assert.match(outcome.stderr, why);
      assert.equal(outcome.code, code);
      assert.doesNotMatch(outcome.stderr, /^ +at |--allow-|os error.*os error/m);
      assert.ok(outcome.stderr.trimEnd().split("\n").length <= 2, outcome.stderr);
    }));
}

Deno.test("tail and redeliver take what is no event, and binary, as it comes", () =>
  inTempDir(async (cwd) => {
    Deno.writeFileSync(join(cwd, "binary"), new Uint8Array([27, 91, 255, 10, 0, 200]));
    const shown = await outsideProcess(["tail", "--no-follow", "binary"], cwd);
    assert.deepEqual([shown.code, shown.stderr], [0, ""]);
    assert.ok(!shown.stdout.includes("\x1b"));
    const sent = await outsideProcess(["redeliver", "binary", ...URL_OPTION], cwd);
    assert.deepEqual([sent.code, sent.stdout], [0, "sent 0, failed 0, skipped 2 (no event)\n"]);
  }));

Deno.test({
  name: "a verb whose output cannot be written says so and ends with 1",
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    for (const verb of ["--help", "man", "check --offline"]) {
      const { code, stderr } = await shell(`"$@" > /dev/full`, verb);
      assert.equal(code, 1, verb);
      assert.match(stderr, /^hookline: the output cannot be written: No space left on device/m);
      assert.doesNotMatch(stderr, /^ +at /m);
      // Whoever closes it does not want it.
      const closed = await shell(`"$@" >&-`, verb);
      assert.ok(closed.code === 0 || /the output cannot be written/.test(closed.stderr), closed.stderr);
      assert.doesNotMatch(closed.stderr, /^ +at /m);
    }
  },
});

Deno.test("an older Deno is told to be too old, whatever the verb; this one and later ones are not", async () => {
  for (const old of ["2.8.3", "2.8.99", "1.46.3"]) {
    const io = memoryIo();
    assert.equal(await main(["run"], io, old), 1);
    assert.match(
      io.stderr,
      new RegExp(`^hookline: Hookline needs Deno \\d+\\.\\d+\\.\\d+ or later, and this is Deno ${old}`),
    );
  }
  for (const good of [Deno.version.deno, "2.10.0", "3.0.0", "3.0.0-rc.1+1234abc"]) {
    const io = memoryIo();
    assert.equal(await main(["--help"], io, good), 0, good);
  }
});

Deno.test("init makes the file that may hold tokens readable by its owner alone, and says so", () =>
  inTempDir(async (cwd) => {
    const { stdout } = await inProcess(["init"], { cwd });
    const mode = (name: string): number => (Deno.statSync(join(cwd, "etc", name)).mode ?? 0) & 0o777;
    assert.equal(mode("plugins/rmqtt-web-hook.toml"), 0o600);
    assert.match(stdout, /wrote etc\/plugins\/rmqtt-web-hook\.toml, readable by you alone/);
  }));

/** The real program, started by a line of shell as `"$@"`. */
async function shell(line: string, verb: string): Promise<{ code: number; stderr: string }> {
  const { args, command } = hooklineCommand(verb.split(" "));
  const { code, stderr } = await new Deno.Command("sh", { args: ["-c", line, "sh", command, ...args] })
    .output();
  return { code, stderr: new TextDecoder().decode(stderr) };
}
