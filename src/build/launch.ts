// How Deno is started wherever Hookline runs; a test compares deno.json's tasks, executables and service.
import manifest from "../../deno.json" with { type: "json" };

/**
 * What V8 is told:
 *
 * - `--max-semi-space-size=4`: the semi-spaces of the young generation grow to 4 MB. V8 lets them grow to a
 *   multiple of that in a flood of messages that live for one turn; with less it collects all the time.
 * - `--no-parallel-scavenge`: with so little to collect, a second thread takes more than it gives.
 */
export const V8_FLAGS = "--v8-flags=--max-semi-space-size=4,--no-parallel-scavenge";

/**
 * Variables of the environment, `NAME=value`, that glibc and Deno read before the program's first line:
 *
 * - `MALLOC_ARENA_MAX=2`: each of Deno's threads would keep freed memory in an arena of its own.
 * - `DENO_TOKIO_MAX_IO_EVENTS_PER_TICK=64`: no tick hands out more reads than tokio lets a task do (128).
 *   Past that number of busy sockets the same ones are served again and again, and the others wait.
 */
export const RUN_ENV: readonly string[] = ["MALLOC_ARENA_MAX=2", "DENO_TOKIO_MAX_IO_EVENTS_PER_TICK=64"];

/**
 * What stands before a command so that it never sees SIGUSR1, by which Deno opens V8's inspector to every
 * user of the machine. GNU's env knows it from coreutils 8.31 on; elsewhere src/daemon/signals.ts helps.
 */
export const HOLD_SIGUSR1 = "env --block-signal=USR1";

/** The flags of `deno run` and `deno compile` that fix what the program may do, as in deno.json. */
export function runFlags(): string[] {
  const permissions = Object.entries(manifest.permissions.hookline).map(([name, value]) => {
    return Array.isArray(value) ? `--allow-${name}=${value.join(",")}` : `--allow-${name}`;
  });
  const unstable = manifest.unstable.map((feature) => `--unstable-${feature}`);
  return ["--no-prompt", "--no-config", "--no-lock", V8_FLAGS, ...unstable, ...permissions];
}

/**
 * The lines of shell that become the program: `$dir/hookline` is the runtime, `$dir/hookline.mjs` itself.
 * `$cache` is for V8's compiled code, without which a start takes longer; it need not be writable.
 */
export function launchLines(): string {
  const flags = ["--quiet", "--no-npm", "--no-remote", "--cached-only", ...runFlags()];
  return `  DENO_DIR=$cache DENO_NO_UPDATE_CHECK=1 DENO_NO_PACKAGE_JSON=1
  export DENO_DIR DENO_NO_UPDATE_CHECK DENO_NO_PACKAGE_JSON ${RUN_ENV.join(" ")}
  hold= # SIGUSR1, by which the runtime would open its debugger to every user of the machine
  ${HOLD_SIGUSR1} true 2>/dev/null && hold='${HOLD_SIGUSR1}'
  # shellcheck disable=SC2086 # words of its own
  exec $hold "$dir/hookline" run \\
    ${flags.join(" ")} \\
    "$dir/hookline.mjs" "$@"`;
}
