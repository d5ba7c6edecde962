// The compiled form: it becomes itself once more with the environment it needs, and a build that made a dead file fails.
import { deepEqual, equal, match } from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { RUN_ENV } from "../../src/build/launch.ts";
import { versionLine } from "../../src/cli/version.ts";
import { tempDir } from "../helpers/temp_dir.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const NAMES = RUN_ENV.map((variable) => variable.split("=")[0] ?? "");

interface Ended {
  readonly pid: number;
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

async function deno(args: readonly string[], env: Readonly<Record<string, string>>): Promise<Ended> {
  const process = new Deno.Command(Deno.execPath(), {
    args: [...args],
    cwd: ROOT,
    clearEnv: true,
    env: { ...without(NAMES), NO_COLOR: "1", ...env },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const { code, stdout, stderr } = await process.output();
  const decoder = new TextDecoder();
  return { pid: process.pid, code, out: decoder.decode(stdout), err: decoder.decode(stderr) };
}

/** This process's environment, but for some. */
function without(names: readonly string[]): Record<string, string> {
  return Object.fromEntries(Object.entries(Deno.env.toObject()).filter(([name]) => !names.includes(name)));
}

/** What the compiled form packs, run by Deno: so `Deno.execPath()`, which it becomes, is Deno itself. */
function compiled(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  ffi = "--allow-ffi",
): Promise<Ended> {
  const flags = ["run", "--quiet", "--cached-only", "--no-prompt", "-P=hookline", ffi];
  return deno([...flags, "src/build/compiled.ts", ...args], env);
}

const TELL = "console.log(JSON.stringify([Deno.pid, Deno.args, Deno.env.toObject()]))";

Deno.test({
  name: "the same process becomes the executable again, with its arguments and the environment it needs",
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    const args = ["two words", "", "ä*$HOME"];
    const { pid, code, out, err } = await compiled(["eval", "--no-config", TELL, ...args], { KEPT: "1" });
    deepEqual({ code, err }, { code: 0, err: "" });
    const [own, given, env] = JSON.parse(out);
    deepEqual([own, given, env.KEPT], [pid, args, "1"]);
    deepEqual(
      RUN_ENV.filter((variable) => !Object.entries(env).some((pair) => pair.join("=") === variable)),
      [],
    );
  },
});

// glibc takes the first away from an executable with capabilities of its own: it must not become itself for ever.
for (const name of NAMES) {
  Deno.test(`it is the program at once where ${name} is set, whatever to`, async () => {
    const { code, out, err } = await compiled(["--version"], { [name]: "7" });
    deepEqual({ code, out, err }, { code: 0, out: versionLine(), err: "" });
  });
}

Deno.test({
  name: "where it cannot become itself it says so and goes on",
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    const { code, out, err } = await compiled(["--version"], {}, "--deny-ffi");
    deepEqual({ code, out }, { code: 0, out: versionLine() });
    match(err, /cannot start itself with MALLOC_ARENA_MAX=2 .*, and goes on without\n$/);
  },
});

for (
  const [what, denort, message] of [
    [
      "names a program that is none",
      "/bin/true",
      /what was made does not run: .* "hookline .*DENORT_BIN must name/,
    ],
    ["names nothing", "/nonexistent", /\/nonexistent/],
  ] as const
) {
  Deno.test({
    name: `a build whose DENORT_BIN ${what} fails, and leaves what an earlier one made`,
    ignore: Deno.build.os !== "linux",
    fn: async () => {
      await using dir = await tempDir();
      const file = `${dir.path}/hookline`;
      await Deno.writeTextFile(file, "the one before");
      const build = ["run", "--quiet", "--cached-only", "-P=build", "src/build/compile.ts", "--out", file];
      const { code, out, err } = await deno(build, { DENORT_BIN: denort });
      deepEqual({ code, out }, { code: 1, out: "" });
      match(err, message);
      equal(await Deno.readTextFile(file), "the one before");
      deepEqual(Array.from(Deno.readDirSync(dir.path), ({ name }) => name), ["hookline"]);
    },
  });
}
