// An executable of the self-contained form whose runtime is a small shell script: what the head does, without 95 MB.
import { selfContained } from "../../src/build/self_contained.ts";
import { TARGETS } from "../../src/build/targets.ts";
import { tempDir } from "../helpers/temp_dir.ts";

/** Prints its process id, its umask and then each argument on a line of its own, after the $SIGNAL to itself. */
const RUNTIME = `#!/bin/sh
[ "$1" = --version ] && exit 0
[ -z "\${SIGNAL-}" ] || kill -s "$SIGNAL" "$$"
printf '%s\\n' "$$" "$(umask)" "$@"
exit 0
`;

export interface Started {
  readonly code: number;
  readonly pid: number;
  readonly err: string;
  /** Process id, umask and arguments that the runtime was started with. */
  readonly lines: readonly string[];
}

export interface StartOptions {
  readonly env: Readonly<Record<string, string>>;
  readonly args?: readonly string[];
  /** The shell, and what stands before it: `["setpriv", "--reuid=65534", "sh"]`. Default: the file itself. */
  readonly by?: readonly string[];
}

export class Packed implements AsyncDisposable {
  private constructor(readonly dir: AsyncDisposable & { readonly path: string }, readonly file: string) {}

  /** @param padding random bytes in the runtime, so that unpacking takes a while */
  static async make(padding = 0): Promise<Packed> {
    const dir = await tempDir();
    await Deno.chmod(dir.path, 0o755);
    const runtime = new Uint8Array(RUNTIME.length + padding);
    new TextEncoder().encodeInto(RUNTIME, runtime);
    for (let at = RUNTIME.length; at < runtime.length; at += 65_536) {
      crypto.getRandomValues(runtime.subarray(at, at + 65_536));
    }
    await Deno.writeFile(`${dir.path}/runtime`, runtime);
    await Deno.writeTextFile(`${dir.path}/program`, "the program\n");
    const target = TARGETS.find(({ posix }) => posix);
    if (target === undefined) throw new Error("there is no POSIX target");
    const file = `${dir.path}/hookline`;
    await selfContained(target, `${dir.path}/program`, `${dir.path}/runtime`, `${file}.made`);
    // cp writes the file that is run: a child that another test forks meanwhile cannot inherit it open for writing,
    // and Linux starts no file that is.
    const copied = await new Deno.Command("cp", { args: ["-p", `${file}.made`, file] }).output();
    if (!copied.success) throw new Error(new TextDecoder().decode(copied.stderr));
    await Deno.remove(`${file}.made`);
    return new Packed(dir, file);
  }

  /** A new folder beside the executable. */
  async folder(name: string, mode = 0o755): Promise<string> {
    const path = `${this.dir.path}/${name}`;
    await Deno.mkdir(path, { mode });
    await Deno.chmod(path, mode);
    return path;
  }

  spawn({ env, args = [], by = [] }: StartOptions): Deno.ChildProcess {
    const [command = "", ...rest] = [...by, this.file, ...args];
    return new Deno.Command(command, {
      args: rest,
      clearEnv: true,
      env: { PATH: "/usr/bin:/bin", ...env },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
  }

  async start(options: StartOptions): Promise<Started> {
    const process = this.spawn(options);
    const { code, stdout, stderr } = await process.output();
    const lines = new TextDecoder().decode(stdout).split("\n").slice(0, -1);
    return { code, pid: process.pid, err: new TextDecoder().decode(stderr), lines };
  }

  /** The one versioned folder in a cache, and what it holds. */
  cached(cache: string): { path: string; files: string[] } {
    const [version, more] = Array.from(Deno.readDirSync(`${cache}/hookline`), ({ name }) => name);
    if (version === undefined || more !== undefined) throw new Error(`${cache} holds not one version`);
    const path = `${cache}/hookline/${version}`;
    return { path, files: Array.from(Deno.readDirSync(path), ({ name }) => name).sort() };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.dir[Symbol.asyncDispose]();
  }
}
