// The self-contained form: head.sh, then the bundled program and the Deno executable, both gzipped.
import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import { HOLD_SIGUSR1, output, RUN_ENV, runFlags, VERSION } from "./project.ts";
import type { Target } from "./targets.ts";

/** head.sh is filled up to this, bytes, so that what follows stands where the head says whatever it says. */
export const HEAD_SIZE = 8192;

/**
 * The lines of shell that become the program: `$dir/hookline` is the runtime, `$dir/hookline.mjs` the program.
 * `$cache` is for V8's compiled code, without which a start takes twice as long and 13 MB more; it need not be writable.
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

/** Writes the executable for `target` to `file`. */
export async function selfContained(
  target: Target,
  program: string,
  runtime: string,
  file: string,
): Promise<void> {
  const programBytes = await Deno.readFile(program);
  const runtimeBytes = await Deno.readFile(runtime);
  const programPacked = gzipSync(programBytes, { level: 9 });
  const runtimePacked = gzipSync(runtimeBytes, { level: 9 });
  const runtimeSha = sha256(runtimeBytes);
  const programSha = sha256(programBytes);
  const words: Readonly<Record<string, string | number>> = {
    VERSION,
    TARGET: target.triple,
    KEY: `${VERSION}-${sha256(new TextEncoder().encode(programSha + runtimeSha)).slice(0, 16)}`,
    HEAD_SIZE,
    PROGRAM_PACKED: programPacked.length,
    PROGRAM_SHA256: programSha,
    PROGRAM_CKSUM: await cksum(program),
    RUNTIME_SHA256: runtimeSha,
    RUNTIME_CKSUM: await cksum(runtime),
    SPACE_NEEDED: Math.ceil((programBytes.length + runtimeBytes.length) / 1e6),
    LAUNCH: launchLines(),
  };
  const template = await Deno.readTextFile(new URL("./head.sh", import.meta.url));
  const head = new TextEncoder().encode(
    template.replaceAll(/@([A-Z0-9_]+)@/g, (mark, word) => {
      if (!Object.hasOwn(words, word)) throw new Error(`head.sh: nothing is known for ${mark}`);
      return String(words[word]);
    }),
  );
  if (head.length > HEAD_SIZE) throw new Error(`head.sh fills ${head.length} bytes, more than ${HEAD_SIZE}`);
  using out = await Deno.open(file, { write: true, create: true, truncate: true, mode: 0o755 });
  const filler = new Uint8Array(HEAD_SIZE - head.length).fill(10); // empty lines
  for (const part of [head, filler, programPacked, runtimePacked]) {
    for (let at = 0; at < part.length;) at += await out.write(part.subarray(at));
  }
}

export function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** CRC and size as cksum(1) prints them: the one checksum that POSIX has, and fast enough for every start. */
async function cksum(file: string): Promise<string> {
  return (await output("cksum", [file])).split(" ").slice(0, 2).join(" ");
}
