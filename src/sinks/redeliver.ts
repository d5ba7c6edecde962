// Sends lines of files to a far end again: parked events of failed.jsonl, recorded ones of any other file.
import { createHash } from "node:crypto";
import { setTimeout } from "node:timers/promises";
import { systemClock } from "../base/clock.ts";
import { backOff } from "./delivery/back_off.ts";
import type { FarEnd } from "./delivery/far_end.ts";
import type { UrlOptions } from "./options.ts";
import { schemeOf, SCHEMES } from "./schemes.ts";
import { SinkError } from "./sink.ts";
import { clientOf } from "./spool/client_of.ts";

export interface RedeliverOptions {
  readonly url: string;
  /** Headers, PEM files, and how many requests are in flight. */
  readonly endpoint: UrlOptions & { readonly concurrency: number };
  /** Events a second; 0: as fast as the endpoint takes them. */
  readonly rate: number;
  /** Ends it early: what is in flight is given up. */
  readonly signal: AbortSignal;
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

/**
 * Sends every event of `lines`. Throws SinkError when the URL is not usable.
 * @param lines each with a name that is the same in every run, `hook.log:17`: two equal lines are two events
 */
export async function redeliver(
  lines: AsyncIterable<{ readonly name: string; readonly text: string }>,
  { url, endpoint, rate, signal }: RedeliverOptions,
): Promise<Outcome> {
  using farEnd = farEndOf(url, endpoint);
  signal.addEventListener("abort", () => farEnd.abandon("stopped by a signal"), { once: true });
  let [sent, failed, skipped] = [0, 0, 0];
  let lastFailure: string | undefined;
  const source = lines[Symbol.asyncIterator]();
  const pace = paced(rate, signal);
  const worker = async (): Promise<void> => {
    while (!signal.aborted) {
      const next = await source.next();
      if (next.done === true) return;
      const entry = entryOf(next.value.text);
      if (entry === undefined) {
        skipped++;
        continue;
      }
      await pace();
      const failure = await sendOne(farEnd, entry, next.value.name, signal);
      if (failure === undefined) sent++;
      else {
        failed++;
        lastFailure = failure;
      }
    }
  };
  await Promise.all(Array.from({ length: endpoint.concurrency }, worker));
  await source.return?.();
  return { sent, failed, skipped, lastFailure };
}

function farEndOf(url: string, endpoint: UrlOptions): FarEnd & Disposable {
  const farEnd = schemeOf(url).farEnd?.(url, endpoint, systemClock);
  if (farEnd !== undefined) return farEnd;
  const able = SCHEMES.filter((scheme) => scheme.farEnd !== undefined).map(({ example }) => example);
  throw new SinkError(url, `events cannot be sent there again; write a URL such as ${able.join(" or ")}.`);
}

/** Undefined when it was delivered, else why not. */
async function sendOne(
  farEnd: FarEnd,
  { event, key }: Entry,
  name: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const queued = { bytes: new TextEncoder().encode(event), client: "", offset: 0, index: 0 };
  const ownKey = key ??
    `replay-${createHash("sha256").update(`${name}\n${event}`).digest("hex").slice(0, 24)}`;
  for (let attempt = 1;; attempt++) {
    const outcome = await farEnd.send([queued], ownKey);
    if (outcome.kind === "delivered") return undefined;
    const { blame, pause, why, text } = { blame: "endpoint", pause: undefined, text: "", ...outcome };
    const failure = text === "" ? why : `${why}: ${JSON.stringify(text)}`;
    if (blame === "event" || attempt === ATTEMPTS || signal.aborted) return failure;
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
