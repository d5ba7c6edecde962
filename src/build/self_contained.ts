// The self-contained form: head.sh, then the bundled program and the Deno executable, both gzipped.
import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import { launchLines } from "./launch.ts";
import { output, VERSION } from "./project.ts";
import { filled } from "./template.ts";
import type { Target } from "./targets.ts";

/** head.sh is filled up to this, bytes, so that what follows stands where the head says whatever it says. */
export const HEAD_SIZE = 12_288;

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
  const head = new TextEncoder().encode(await filled("head.sh", words));
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
