// Whether a file could be written, asked without leaving a trace (`hookline check`).
import { existsSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { errorText } from "../../base/error_text.ts";
import { standardStreamOf } from "./standard_stream.ts";

/** A sentence why no lines could be appended to `path` now; undefined when they could. Makes nothing. */
export function probeFile(path: string): string | undefined {
  if (standardStreamOf(path) !== undefined) return undefined;
  try {
    const there = statOrNothing(path);
    if (there === undefined) return probeLink(path) ?? probeFolder(path);
    if (!there.isFile) return `${path} cannot be written: it is not a regular file.`;
    Deno.openSync(path, { read: true, append: true }).close();
    return undefined;
  } catch (error) {
    return `${path} cannot be written: ${errorText(error)}.`;
  }
}

/** What `check` shows of a file that can be written. */
export function fileNews(path: string): string {
  if (standardStreamOf(path) !== undefined) return `ok, writes to ${path}`;
  if (existsSync(path)) return `ok, appends to ${path}`;
  const target = danglingTarget(path);
  return target === undefined
    ? `ok, will make ${path}`
    : `ok, will make ${target}, where the link ${path} leads`;
}

/** Where a link to nothing leads, absolute; undefined when `path` is none. The file would be made there. */
function danglingTarget(path: string): string | undefined {
  try {
    return resolve(dirname(path), Deno.readLinkSync(path));
  } catch {
    // There is no link.
    return undefined;
  }
}

/** No folders are made for what a link leads to. */
function probeLink(path: string): string | undefined {
  const target = danglingTarget(path);
  if (target === undefined) return undefined;
  if (statOrNothing(dirname(target))?.isDirectory === true) return probeFolder(target);
  return `${path} cannot be made: it is a link to ${target}, and there is no folder ${dirname(target)}.`;
}

/** The file, and perhaps folders, would be made: tried with a temporary file in the nearest folder. */
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
