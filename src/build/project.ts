// What the build knows of the project: its folder, version, permissions and commit.
import { fileURLToPath } from "node:url";
import manifest from "../../deno.json" with { type: "json" };

export const VERSION: string = manifest.version;

/** The repository's folder, absolute, with a slash at its end. */
export const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/**
 * What V8 is told wherever Hookline runs, as deno.json's tasks have it: a heap that grows late, with a young generation
 * of 1 MB. Measured beside V8's defaults: 39 MB instead of 180 over idle while an HTTP endpoint is away; 92 MB instead
 * of 194 in a QoS 1 flood with all events on, 76 instead of 131 with 8 subscribers, at the same rates but for 7 % of
 * the QoS 1 flood. The price: single events over HTTP go at 13,000 to 16,000/s instead of 20,000.
 *
 * - --no-parallel-scavenge: with so little to collect, a second thread takes more from the others than it gives (on two
 *   processors 15,100 events/s became 17,400, with a heap that may grow).
 */
export const V8_FLAGS = /--v8-flags=\S+/.exec(manifest.tasks.start.command)?.[0] ?? "";

/**
 * Variables of the environment, `NAME=value`, that Deno and glibc are started with; as deno.json's tasks have them.
 *
 * - MALLOC_ARENA_MAX=2: an arena for each of Deno's threads was 10 MB more while an HTTP endpoint is away.
 * - DENO_TOKIO_MAX_IO_EVENTS_PER_TICK=64: no tick hands out more reads than one task may do (tokio's budget, 128).
 *   Past that number of busy sockets the same ones were served again and again: with 1,000 clients that play pingpong
 *   the 99th percentile was 327 ms, and is 51 ms, Mosquitto's; the round trips are 48,000/s and 36,000/s, Mosquitto's.
 */
export const RUN_ENV: readonly string[] = manifest.tasks.start.command.match(/\b[A-Z_]+=\d+(?= )/g) ?? [];

/**
 * What stands before a command so that it never sees SIGUSR1, by which Deno opens V8's inspector to every user of the
 * machine. GNU's env knows it from coreutils 8.31 on; where there is none, src/cli/signals.ts does what it can.
 */
export const HOLD_SIGUSR1 = "env --block-signal=USR1";

/** The flags of `deno run` and `deno compile` that fix what the program may do: the set `hookline` of deno.json. */
export function runFlags(): string[] {
  const permissions = Object.entries(manifest.permissions.hookline).map(([name, value]) => {
    return Array.isArray(value) ? `--allow-${name}=${value.join(",")}` : `--allow-${name}`;
  });
  const unstable = manifest.unstable.map((feature) => `--unstable-${feature}`);
  return ["--no-prompt", "--no-config", "--no-lock", V8_FLAGS, ...unstable, ...permissions];
}

/** The commit that is built, marked when files differ from it; `unknown` outside of a clone. */
export async function commit(): Promise<string> {
  try {
    const hash = (await output("git", ["-C", ROOT, "rev-parse", "--short=12", "HEAD"])).trim();
    const changes = await output("git", ["-C", ROOT, "status", "--porcelain", "--untracked-files=no"]);
    return changes === "" ? hash : `${hash}-dirty`;
  } catch {
    return "unknown"; // no git, or no clone: a build from a tarball is as good
  }
}

/** Runs a command and returns what it prints; throws with its stderr when it fails. */
export async function output(
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<string> {
  const done = await new Deno.Command(command, { args: [...args], stdin: "null", env: { ...env } }).output();
  const decoder = new TextDecoder();
  if (!done.success) throw new Error(`${command} ${args.join(" ")}: ${decoder.decode(done.stderr).trim()}`);
  return decoder.decode(done.stdout);
}
