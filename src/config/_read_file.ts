// A configuration file as text: bounded, UTF-8, and with a sentence for whatever keeps it from being read.
import { ConfigError } from "./config_error.ts";

/** A configuration is never near this; /dev/zero and a hook.log given by mistake are. */
const MAX_FILE_BYTES = 1024 * 1024;

/** The whole file, or the first {@link MAX_FILE_BYTES} + 1 bytes of a larger one; throws Deno's errors. */
export type ReadFile = (path: string) => Uint8Array;

/**
 * The text of `path`, or `undefined` when there is no such file.
 *
 * @param shown the file as the operator named it, for messages
 * @throws {ConfigError} when it is there and cannot be used
 */
export function readText(path: string, shown: string, readFile: ReadFile): string | undefined {
  let bytes: Uint8Array;
  try {
    bytes = readFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw new ConfigError({ file: shown }, "", `cannot be read: ${reason(error)}`);
  }
  if (bytes.length > MAX_FILE_BYTES) {
    throw new ConfigError({ file: shown }, "", "is larger than 1 MiB, which no configuration file is");
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    // The decoder's own error says no more than this.
    throw new ConfigError({ file: shown }, "", "is not valid UTF-8, as TOML must be");
  }
}

/** The default {@link ReadFile}. */
export function readBounded(path: string): Uint8Array {
  using file = Deno.openSync(path);
  const buffer = new Uint8Array(MAX_FILE_BYTES + 1);
  let length = 0;
  while (length < buffer.length) {
    const count = file.readSync(buffer.subarray(length));
    if (count === null) break;
    length += count;
  }
  return buffer.subarray(0, length);
}

function reason(error: unknown): string {
  if (error instanceof Deno.errors.PermissionDenied) return "permission denied";
  if (error instanceof Deno.errors.IsADirectory) return "it is a directory";
  if (error instanceof Deno.errors.NotCapable) return "devices and /proc are closed to Hookline";
  return error instanceof Error ? error.message : String(error);
}

/** Why a file that decides on clients is not used, or what the operator should know of it. */
interface Guarded {
  readonly refusal?: string;
  readonly warning?: string;
}

/** By who may read and write what `path` leads to, links followed. Nothing of one that is not there. */
export function guarded(path: string): Guarded {
  const mode = modeOf(path);
  if ((mode & 0o002) !== 0) {
    return {
      refusal: "may be written by every user of this machine, so anyone could let himself in: chmod o-w",
    };
  }
  return (mode & 0o004) === 0 ? {} : { warning: "may be read by every user of this machine: chmod o-r" };
}

function modeOf(path: string): number {
  try {
    return Deno.statSync(path).mode ?? 0;
  } catch {
    // Whoever reads it tells why it cannot be had.
    return 0;
  }
}
