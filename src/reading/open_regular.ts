// Opens a file of lines, and nothing else.
import { Failure } from "../base/failure.ts";

/** Throws Failure for a folder or a pipe, and what the system says for anything else. */
export async function openRegular(path: string): Promise<Deno.FsFile> {
  // Looked at first: opening a pipe would wait for a writer.
  const info = await Deno.stat(path);
  if (!info.isFile) throw new Failure(`${path} is ${info.isDirectory ? "a folder" : "not a regular file"}.`);
  return await Deno.open(path);
}
