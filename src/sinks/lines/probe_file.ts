// Whether a file could be written, asked without leaving a trace (`hookline check`).
import { dirname } from "node:path";
import { errorText } from "../../base/error_text.ts";
import { standardStreamOf } from "./standard_stream.ts";

/** A sentence why lines could not be appended to `path` now; undefined when they could. Makes no file or folder. */
export function probeFile(path: string): string | undefined {
  if (standardStreamOf(path) !== undefined) return undefined;
  try {
    const there = statOrNothing(path);
    if (there === undefined) return probeFolder(path);
    if (!there.isFile) return `${path} cannot be written: it is not a regular file.`;
    Deno.openSync(path, { read: true, append: true }).close();
    return undefined;
  } catch (error) {
    return `${path} cannot be written: ${errorText(error)}.`;
  }
}

/** The file, and perhaps folders above it, would be made: tried with a temporary file in the nearest folder there is. */
function probeFolder(path: string): string | undefined {
  let folder = dirname(path);
  let there = statOrNothing(folder);
  while (there === undefined && folder !== dirname(folder)) {
    folder = dirname(folder);
    there = statOrNothing(folder);
  }
  if (there?.isDirectory !== true) return `${path} cannot be made: ${folder} is not a folder.`;
  try {
    Deno.removeSync(Deno.makeTempFileSync({ dir: folder, prefix: ".hookline-check-" }));
    return undefined;
  } catch (error) {
    return `${path} cannot be made in ${folder}: ${errorText(error)}.`;
  }
}

function statOrNothing(path: string): Deno.FileInfo | undefined {
  try {
    return Deno.statSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    // A file stands where a folder should: the walk upwards finds it and names it.
    if (error instanceof Deno.errors.NotADirectory) return undefined;
    throw error;
  }
}
