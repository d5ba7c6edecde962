// Writes a file as a whole or not at all, in the place of the one that is there.
import { basename, dirname, join } from "node:path";
import { errorText } from "../base/error_text.ts";
import { Failure } from "../base/failure.ts";

export interface Mode {
  /** Of a new file. */
  readonly new: number;
  /** What others than the owner keep of an old file's: the rest is lost. */
  readonly kept: number;
}

/**
 * An old file keeps its owner and its group. Throws Failure.
 * @param shown what the file is called in messages
 */
export function replaceFile(path: string, shown: string, text: string, mode: Mode): void {
  const beside = join(dirname(path), `.${basename(path)}.${crypto.randomUUID()}`);
  try {
    using file = Deno.openSync(beside, { write: true, createNew: true, mode: mode.new });
    const bytes = new TextEncoder().encode(text);
    for (let at = 0; at < bytes.length;) at += file.writeSync(bytes.subarray(at));
    keepOwner(path, beside, mode.kept);
    file.syncSync();
    Deno.renameSync(beside, path);
  } catch (error) {
    removeIfThere(beside);
    throw new Failure(`${shown} cannot be written: ${errorText(error)}.`, { cause: error });
  }
}

function keepOwner(path: string, beside: string, kept: number): void {
  let before: Deno.FileInfo;
  try {
    before = Deno.statSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return;
    throw error;
  }
  const { uid, gid } = Deno.statSync(beside);
  if (before.uid !== uid || before.gid !== gid) Deno.chownSync(beside, before.uid, before.gid);
  Deno.chmodSync(beside, (before.mode ?? 0) & kept | 0o600);
}

function removeIfThere(path: string): void {
  try {
    Deno.removeSync(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
