// `hookline replay`: plays the messages of a log to a broker, and tells what was sent and acknowledged.
import { resolve } from "node:path";
import { errorText } from "../base/error_text.ts";
import { Failure } from "../base/failure.ts";
import { topicNameProblem } from "../mqtt/topics.ts";
import { OpenLog } from "../reading/open_log.ts";
import { type Outcome, type Progress, replay as replayLines, type ReplayOptions } from "../replay/replay.ts";
import { FileSource, type Source, StreamSource } from "../replay/source.ts";
import { dialer, parseTarget, type Target } from "../replay/target.ts";
import { bar, ProgressLine } from "../terminal/progress.ts";
import { visible } from "../terminal/visible.ts";
import { EXIT } from "./exit_code.ts";
import type { Io } from "./io.ts";
import { pemFilesOf } from "./pem_files.ts";
import { filterOf } from "./selecting.ts";
import { Stopping } from "./stopping.ts";
import { countOf, flagOf, textOf, UsageError, type Values, type Verb } from "./verb.ts";

const USAGE = "Usage: hookline replay FILE... --to mqtt://HOST[:PORT]";

export const replay: Verb = async (values, files, io) => {
  if (files.length === 0) throw new UsageError(`Missing FILE. ${USAGE}`);
  const target = targetOf(values, io.cwd);
  const loops = countOf(values, "loop") ?? 1;
  using stopping = new Stopping();
  const { signal } = stopping;
  const filter = filterOf(values, io, "replay");
  const options = {
    dial: dialer(target, pemFilesOf(values, io.cwd)),
    version: textOf(values, "protocol") === "3.1.1" ? 4 : 5,
    username: target.username,
    password: target.password,
    filter: filter.actions.length > 0 ? filter : { ...filter, actions: ["message_publish"] },
    prefix: prefixOf(values),
    speed: speedOf(values),
    inflight: Math.min(65_535, Math.max(1, countOf(values, "inflight") ?? 1)),
    clients: flagOf(values, "clients") ? Math.max(1, countOf(values, "connections") ?? 1) : undefined,
    signal,
  } as const;
  const outcome = files.includes("-")
    ? await play(streamSource(files, loops), options, io)
    : await playFiles(files, loops === 0 ? Infinity : loops, options, io);
  io.out(`${summary(outcome)}${signal.aborted ? ", stopped by a signal" : ""}\n`);
  tellTroubles(outcome, io);
  const done = outcome.failure === undefined && outcome.tally.isComplete && !signal.aborted;
  return done ? EXIT.done : EXIT.failed;
};

type PlayOptions = Omit<ReplayOptions, "onStart">;

async function playFiles(
  files: readonly string[],
  rounds: number,
  options: PlayOptions,
  io: Io,
): Promise<Outcome> {
  using log = await OpenLog.open(files.map((file) => resolve(io.cwd, file)));
  for (const copy of log.copies) {
    io.err(`hookline replay: ${visible(copy)} begins as another file does; left out.\n`);
  }
  const outcome = await play(new FileSource(log.files, rounds), options, io);
  for (const { path, problem } of log.files) {
    if (problem === undefined) continue;
    io.err(`hookline replay: ${visible(path)} cannot be read to its end: ${visible(problem)}.\n`);
  }
  return outcome;
}

function streamSource(files: readonly string[], loops: number): Source {
  if (files.length > 1) throw new UsageError("- is standard input, and stands alone.");
  if (loops !== 1) throw new UsageError("--loop is for files: standard input is there only once.");
  return new StreamSource(Deno.stdin);
}

async function play(source: Source, options: PlayOptions, io: Io): Promise<Outcome> {
  using stack = new DisposableStack();
  const onStart = (progress: Progress): void => {
    if (!io.errIsTerminal) return;
    stack.use(new ProgressLine(io.err, progressText(source, progress, options.speed < Infinity)));
  };
  return await replayLines(source, { ...options, onStart });
}

/** `[████░░░░]  45 %  123456 sent, 98765/s, 0.2 s late` */
function progressText(source: Source, { tally, lag }: Progress, isTimed: boolean): () => string {
  let [sent, at] = [0, performance.now()];
  return () => {
    const now = performance.now();
    const rate = Math.round((tally.sent - sent) * 1000 / Math.max(1, now - at));
    [sent, at] = [tally.sent, now];
    const done = source.size === undefined ? "" : `${bar(source.read / Math.max(1, source.size))}  `;
    const late = isTimed ? `, ${(lag() / 1000).toFixed(1)} s late` : "";
    return `${done}${sent} sent, ${rate}/s${late}`;
  };
}

function summary({ tally, skipped, connections, milliseconds }: Outcome): string {
  const seconds = milliseconds / 1000;
  const rate = Math.round(tally.sent / Math.max(seconds, 0.001));
  const on = connections === 1 ? "1 connection" : `${connections} connections`;
  const refused = [...tally.refused.values()].reduce((a, b) => a + b, 0);
  return `sent ${tally.sent} in ${seconds.toFixed(1)} s (${rate}/s) on ${on}, ` +
    `acknowledged ${tally.acknowledged} of ${tally.wanted} with QoS 1 or 2, ` +
    `refused ${refused}, skipped ${skipped} (no message)`;
}

function tellTroubles({ tally, failure }: Outcome, io: Io): void {
  for (const [reason, count] of tally.lowered) {
    io.err(`hookline replay: ${count === 1 ? "1 message" : `${count} messages`}: ${reason}.\n`);
  }
  for (const [reason, count] of tally.refused) {
    io.err(`hookline replay: ${count} refused: ${visible(reason)}.\n`);
  }
  if (failure !== undefined) io.err(`hookline replay: ${visible(failure.message)}\n`);
}

function targetOf(values: Values, cwd: string): Target {
  const text = textOf(values, "to");
  if (text === undefined) throw new UsageError(`Where to? ${USAGE}`);
  const target = parseTarget(text);
  // Not shown: it may hold a password.
  if (target === undefined) {
    throw new UsageError("--to is no URL of a broker; write it as mqtt://HOST[:PORT] or mqtts://USER@HOST.");
  }
  const file = textOf(values, "password-file");
  if (file === undefined) return target;
  if (target.username === undefined) throw new UsageError("--password-file needs a user: mqtt://USER@HOST.");
  const path = resolve(cwd, file);
  try {
    return { ...target, password: Deno.readTextFileSync(path).split(/\r?\n/, 1)[0] ?? "" };
  } catch (error) {
    throw new Failure(`${path} cannot be read: ${errorText(error)}.`, { cause: error });
  }
}

function prefixOf(values: Values): string {
  const prefix = textOf(values, "prefix") ?? "";
  const problem = prefix === "" ? undefined : topicNameProblem(prefix);
  if (problem !== undefined) {
    throw new UsageError(`--prefix cannot be ${JSON.stringify(prefix)}: ${problem}.`);
  }
  return prefix;
}

function speedOf(values: Values): number {
  const text = textOf(values, "speed") ?? "1";
  if (text === "max") return Infinity;
  const speed = /^\d+(\.\d+)?$/.test(text) ? Number(text) : 0;
  if (speed > 0) return speed;
  throw new UsageError(
    `--speed cannot be ${JSON.stringify(text)}; allowed: a number above 0, such as 10 or 0.5, or max.`,
  );
}
