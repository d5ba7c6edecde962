// `hookline redeliver`: sends parked or recorded events to an HTTP endpoint again, and reports.
import { basename, dirname, join, resolve } from "node:path";
import { errorText } from "../base/error_text.ts";
import { Failure } from "../base/failure.ts";
import { linesOfFile } from "../sinks/lines/lines_of_file.ts";
import { maskUrl } from "../sinks/mask_url.ts";
import { redeliver as redeliverLines } from "../sinks/redeliver.ts";
import { EXIT } from "./exit_code.ts";
import { pemFilesOf } from "./pem_files.ts";
import { Stopping } from "./stopping.ts";
import { countOf, listOf, textOf, UsageError, type Values, type Verb } from "./verb.ts";
import { visible } from "../terminal/visible.ts";

export const redeliver: Verb = async (values, files, io) => {
  if (files.length === 0) throw new UsageError("Missing FILE. Usage: hookline redeliver FILE... [options]");
  const paths = files.map((file) => resolve(io.cwd, file));
  const url = textOf(values, "url") ?? urlOf(paths);
  const options = {
    url,
    endpoint: {
      headers: headersOf(values),
      ...pemFilesOf(values, io.cwd),
      concurrency: Math.max(1, countOf(values, "concurrency") ?? 16),
    },
    rate: countOf(values, "rate") ?? 0,
  };
  using stopping = new Stopping();
  const { signal } = stopping;
  const outcome = await redeliverLines(linesOf(paths), { ...options, signal });
  const { sent, failed, skipped, lastFailure } = outcome;
  const stopped = signal.aborted ? ", stopped by a signal" : "";
  io.out(`sent ${sent}, failed ${failed}, skipped ${skipped} (no event)${stopped}\n`);
  if (lastFailure !== undefined) {
    io.err(`hookline redeliver: the last failure at ${maskUrl(url)}: ${visible(lastFailure)}.\n`);
  }
  return failed === 0 && !signal.aborted ? EXIT.done : EXIT.failed;
};

/** `Name: value` */
function headersOf(values: Values): Record<string, string> {
  return Object.fromEntries(
    listOf(values, "header").map((text) => {
      const [, name, value] = /^([A-Za-z0-9!#$%&'*+.^_`|~-]+):[ \t]*([\t\x20-\x7e\x80-\xff]*)$/.exec(text) ??
        [];
      // Not shown: it may hold a secret.
      if (name === undefined || value === undefined) {
        throw new UsageError(
          '--header is given a text that is no header; write it as --header "Name: value".',
        );
      }
      return [name, value];
    }),
  );
}

/** The spool's folder names its URL, without secrets. */
function urlOf(paths: readonly string[]): string {
  const urls = new Set(paths.map((path) => urlBeside(path)));
  const [url] = urls;
  if (urls.size !== 1 || url === undefined) {
    throw new UsageError(
      "Which endpoint? The files are not all of one spool folder; name it with --url URL.",
    );
  }
  if (url.includes("***")) {
    throw new UsageError(`The URL of this spool, ${url}, has secrets; give it in full with --url URL.`);
  }
  return url;
}

function urlBeside(path: string): string | undefined {
  try {
    return Deno.readTextFileSync(join(dirname(path), "url")).trim();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return undefined;
    throw new Failure(`${path}: the URL beside it cannot be read: ${errorText(error)}.`, { cause: error });
  }
}

/** The lines of all files, one file after the other; `.gz` files are unpacked. */
async function* linesOf(paths: readonly string[]): AsyncGenerator<{ name: string; text: string }> {
  for (const path of paths) {
    let number = 0;
    try {
      for await (const text of linesOfFile(path)) yield { name: `${basename(path)}:${++number}`, text };
    } catch (error) {
      throw new Failure(`${path} cannot be read: ${errorText(error)}.`, { cause: error });
    }
  }
}
