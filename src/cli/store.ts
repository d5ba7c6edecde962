// `hookline store`: what is in the store of a Hookline that does not run, as lines of JSON, and back.
import { resolve } from "node:path";
import { errorText } from "../base/error_text.ts";
import { Failure } from "../base/failure.ts";
import type { Log } from "../base/log.ts";
import { loadConfigured } from "../daemon/configured.ts";
import { lineBlocks } from "../reading/line_blocks.ts";
import { openRegular } from "../reading/open_regular.ts";
import { StoreFile } from "../store/transfer.ts";
import { tableText } from "../terminal/table.ts";
import { visible } from "../terminal/visible.ts";
import { EXIT } from "./exit_code.ts";
import type { Io } from "./io.ts";
import { configPlace, flagOf, UsageError, type Values, type Verb } from "./verb.ts";

/** Characters that are written at once. */
const CHUNK = 64 * 1024;
/** Bytes: a message of the largest packet there is, in base64. */
const LONGEST_LINE = 512 * 1024 ** 2;
const NEWLINE = 10;

export const store: Verb = async (values, [word, file], io) => {
  if (word === "check" && file === undefined) return check(storePath(values, io), io);
  if (file === undefined || (word !== "export" && word !== "import")) {
    throw new UsageError("What of the store? As in: hookline store check, or hookline store export FILE");
  }
  const path = storePath(values, io);
  if (word === "export") return exportTo(file, path, io);
  return await importFrom(file, path, flagOf(values, "force"), io);
};

function storePath(values: Values, io: Io): string {
  const { path } = loadConfigured(configPlace(values, io)).store;
  if (path === undefined) throw new Failure('There is no store: store.path is "memory".');
  return path;
}

function check(path: string, io: Io): number {
  using found = new StoreFile(path, false, logTo(io));
  const problem = found.problem();
  if (problem !== undefined) throw new Failure(`the store ${path} is damaged: ${problem}`);
  const { clock: _clock, ...counts } = found.counts;
  const rows = Object.entries(counts).map(([table, count]) => [table, String(count)]);
  io.out(`${visible(path)}\n${tableText([["TABLE", "ROWS"], ...rows])}\nAll good.\n`);
  return EXIT.done;
}

function exportTo(file: string, path: string, io: Io): number {
  using found = new StoreFile(path, false, logTo(io));
  if (file === "-") {
    for (const chunk of chunks(found.lines())) io.out(chunk);
    return EXIT.done;
  }
  const to = resolve(io.cwd, file);
  let made = false;
  try {
    using out = Deno.openSync(to, { write: true, createNew: true, mode: 0o600 });
    made = true;
    for (const chunk of chunks(found.lines())) {
      const bytes = new TextEncoder().encode(chunk);
      for (let at = 0; at < bytes.length;) at += out.writeSync(bytes.subarray(at));
    }
    out.syncSync();
  } catch (error) {
    if (made) Deno.removeSync(to);
    throw new Failure(`${file} cannot be written: ${errorText(error)}.`, { cause: error });
  }
  io.out(`${visible(file)} has what is in ${visible(path)}\n`);
  return EXIT.done;
}

async function importFrom(file: string, path: string, force: boolean, io: Io): Promise<number> {
  using source = file === "-" ? undefined : await openSource(resolve(io.cwd, file), file);
  const from = source ?? Deno.stdin;
  using found = new StoreFile(path, true, logTo(io));
  const into = found.import(force);
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let number = 0;
  try {
    for await (const { bytes, tooLong } of lineBlocks(async (to) => await from.read(to) ?? 0, LONGEST_LINE)) {
      for (let at = 0; at < bytes.length;) {
        const newline = bytes.indexOf(NEWLINE, at);
        const end = newline < 0 ? bytes.length : newline;
        number++;
        if (tooLong > 0) throw new Failure(`is longer than ${LONGEST_LINE} bytes`);
        into.line(decoder.decode(bytes.subarray(at, end)));
        at = end + 1;
      }
    }
    into.finish();
  } catch (error) {
    const what = error instanceof TypeError ? "is no UTF-8" : errorText(error);
    throw new Failure(`${file}, line ${Math.max(number, 1)}: ${what}. Nothing was imported.`, {
      cause: error,
    });
  }
  const { session, message, retained } = found.counts;
  io.out(`${visible(path)} has ${session} sessions, ${retained} Retained Messages and ${message} messages\n`);
  return EXIT.done;
}

async function openSource(path: string, shown: string): Promise<Deno.FsFile> {
  try {
    return await openRegular(path);
  } catch (error) {
    throw new Failure(`${shown} cannot be read: ${errorText(error)}.`, { cause: error });
  }
}

function* chunks(lines: Iterable<string>): Generator<string> {
  let chunk = "";
  for (const line of lines) {
    chunk += line;
    if (chunk.length < CHUNK) continue;
    yield chunk;
    chunk = "";
  }
  yield chunk;
}

function logTo(io: Io): Log {
  return (_level, text) => io.err(`${visible(text)}\n`);
}
