// Sends lines that were written or parked before, one event a request, and tells which could not be sent.
import { createHash } from "node:crypto";
import { setTimeout } from "node:timers/promises";
import { clientOf } from "../spool/client_of.ts";
import { backOff } from "./back_off.ts";
import type { FarEnd, Refused } from "./far_end.ts";

/** Its name is the same in every run, `hook.log:17`: two equal lines are two events. */
export interface NamedLine {
  readonly name: string;
  readonly text: string;
}

interface SendAgainOptions {
  /** Requests in flight. */
  readonly concurrency: number;
  /** Events a second; 0: as fast as the far end takes them. */
  readonly rate: number;
  /** Ends it early. */
  readonly signal: AbortSignal;
  /** It goes on with other events when one could not be sent and the far end is to blame. */
  readonly isPatient: boolean;
  /** Told of each line that was taken and not sent. */
  readonly onUnsent?: (line: NamedLine) => void;
}

export interface Outcome {
  readonly sent: number;
  readonly failed: number;
  /** Lines that hold no event. */
  readonly skipped: number;
  /** Why the last one failed. */
  readonly lastFailure: string | undefined;
}

/** A failure that the endpoint may be to blame for is tried again, so many attempts in all. */
const ATTEMPTS = 4;
/** Between two waits. */
const MULTIPLIER = 2.5;

/** An event to send, with its key where it had one. */
interface Entry {
  readonly event: string;
  readonly key: string | undefined;
}

/** Sends the event of each line. Ends the iteration where it ends early. */
export async function sendAgain(
  lines: AsyncIterable<NamedLine>,
  farEnd: Pick<FarEnd, "send">,
  { concurrency, rate, signal, isPatient, onUnsent }: SendAgainOptions,
): Promise<Outcome> {
  let [sent, failed, skipped] = [0, 0, 0];
  let lastFailure: string | undefined;
  let isDown = false;
  const source = lines[Symbol.asyncIterator]();
  const pace = paced(rate, signal);
  const worker = async (): Promise<void> => {
    while (!signal.aborted && !isDown) {
      const next = await source.next();
      if (next.done === true) return;
      const entry = entryOf(next.value.text);
      if (entry === undefined) {
        skipped++;
        onUnsent?.(next.value);
        continue;
      }
      await pace();
      const failure = await sendOne(farEnd, entry, next.value.name, signal);
      if (failure === undefined) sent++;
      else {
        failed++;
        lastFailure = failure.text;
        isDown ||= !isPatient && failure.blame === "endpoint";
        onUnsent?.(next.value);
      }
    }
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  await source.return?.();
  return { sent, failed, skipped, lastFailure };
}

interface Failure {
  readonly text: string;
  readonly blame: Refused["blame"];
}

/** Undefined when it was delivered, else why not. */
async function sendOne(
  farEnd: Pick<FarEnd, "send">,
  { event, key }: Entry,
  name: string,
  signal: AbortSignal,
): Promise<Failure | undefined> {
  const queued = { bytes: new TextEncoder().encode(event), client: "", offset: 0, index: 0 };
  const ownKey = key ??
    `replay-${createHash("sha256").update(`${name}\n${event}`).digest("hex").slice(0, 24)}`;
  for (let attempt = 1;; attempt++) {
    const outcome = await farEnd.send([queued], ownKey);
    if (outcome.kind === "delivered") return undefined;
    const { blame, pause, why, text } = {
      blame: "endpoint" as const,
      pause: undefined,
      text: "",
      ...outcome,
    };
    if (blame === "event" || attempt === ATTEMPTS || signal.aborted) {
      return { text: text === "" ? why : `${why}: ${JSON.stringify(text)}`, blame };
    }
    await sleep(pause ?? backOff(attempt, MULTIPLIER, Math.random), signal);
  }
}

/** A line of failed.jsonl has its event as `event`; any other object is one. Undefined for anything else. */
function entryOf(line: string): Entry | undefined {
  if (clientOf(line) === undefined) return undefined;
  const value: Record<string, unknown> = JSON.parse(line);
  const { event, key } = value;
  if ("action" in value || typeof event !== "object" || event === null) {
    return { event: line, key: undefined };
  }
  return { event: JSON.stringify(event), key: typeof key === "string" ? key : undefined };
}

/** A function that resolves when the next event may go. */
function paced(rate: number, signal: AbortSignal): () => Promise<void> {
  let next = performance.now();
  return async () => {
    const wait = next - performance.now();
    if (rate > 0) next = Math.max(next, performance.now()) + 1000 / rate;
    if (rate > 0 && wait > 0) await sleep(wait, signal);
  };
}

/** Resolves after `ms` milliseconds, or at once when the signal ends everything. */
async function sleep(ms: number, signal: AbortSignal): Promise<void> {
  // The only rejection is the signal's.
  await setTimeout(ms, undefined, { signal }).catch(() => undefined);
}
