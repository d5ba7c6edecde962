// Sends lines of files to an endpoint again: parked events of failed.jsonl, and recorded ones of hook.log or a segment.
import { createHash } from "node:crypto";
import type { Clock } from "../clock.ts";
import type { Answer } from "./_answer.ts";
import { backOff } from "./_back_off.ts";
import { clientOf } from "./_client_of.ts";
import { connectionTo } from "./_connection.ts";
import { Poster } from "./_post.ts";
import { targetOf } from "./_target.ts";
import type { HttpEndpoint } from "./options.ts";

export interface ReplayOptions {
  readonly url: string;
  /** Headers and PEM files. */
  readonly endpoint: Partial<HttpEndpoint>;
  /** Requests in flight. */
  readonly concurrency: number;
  /** Events a second; 0: as fast as the endpoint takes them. */
  readonly rate: number;
  /** Milliseconds for one request, its answer included. */
  readonly timeout: number;
  /** Ends it early: what is in flight is given up. */
  readonly signal: AbortSignal;
  readonly clock: Clock;
}

export interface ReplayOutcome {
  readonly sent: number;
  readonly failed: number;
  /** Lines that hold no event. */
  readonly skipped: number;
  /** Why the last one failed. */
  readonly lastFailure: string | undefined;
}

/** A failure that the endpoint is to blame for is tried again, so many attempts in all. */
const ATTEMPTS = 4;

/** An event to send, with its key where it had one. */
interface Entry {
  readonly event: string;
  readonly key: string | undefined;
}

/**
 * Sends every event of `lines`. Throws SinkError when the URL is not usable.
 * @param lines each with a name that is the same in every run, `hook.log:17`: two equal lines are two events
 */
export async function replay(
  lines: AsyncIterable<{ readonly name: string; readonly text: string }>,
  options: ReplayOptions,
): Promise<ReplayOutcome> {
  const { url, endpoint, concurrency, timeout, signal, clock } = options;
  using poster = new Poster(
    connectionTo(targetOf(url, endpoint), { timeout, concurrency, compression: "none" }),
    clock,
  );
  signal.addEventListener("abort", () => poster.abortAll("stopped by a signal"), { once: true });
  let [sent, failed, skipped] = [0, 0, 0];
  let lastFailure: string | undefined;
  const source = lines[Symbol.asyncIterator]();
  const pace = paced(options);
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
      const failure = await sendOne(poster, entry, next.value.name, options);
      if (failure === undefined) sent++;
      else {
        failed++;
        lastFailure = failure;
      }
    }
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  await source.return?.();
  return { sent, failed, skipped, lastFailure };
}

/** Undefined when it was delivered, else why not. */
async function sendOne(
  poster: Poster,
  { event, key }: Entry,
  name: string,
  { signal, clock }: ReplayOptions,
): Promise<string | undefined> {
  const body = new TextEncoder().encode(event);
  const ownKey = key ??
    `replay-${createHash("sha256").update(`${name}\n${event}`).digest("hex").slice(0, 24)}`;
  for (let attempt = 1;; attempt++) {
    const answer = await new Promise<Answer>((done) => poster.post(body, ownKey, false, done));
    if (answer.kind === "delivered") return undefined;
    const failure = answer.kind === "refused"
      ? `it answers with status ${answer.status} ${JSON.stringify(answer.text)}`
      : answer.text;
    const hopeless = answer.kind === "refused" && answer.status < 500 && answer.status !== 429;
    if (hopeless || attempt === ATTEMPTS || signal.aborted) return failure;
    const asked = answer.kind === "refused" ? answer.retryAfter : undefined;
    await wait(asked ?? backOff(attempt, 2.5, Math.random), clock, signal);
  }
}

/** A line of failed.jsonl has its event as `event`; any other object is an event. Undefined for anything else. */
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
function paced({ rate, clock, signal }: ReplayOptions): () => Promise<void> {
  if (rate === 0) return () => Promise.resolve();
  let next = clock.now();
  return async () => {
    const at = Math.max(next, clock.now());
    next = at + 1000 / rate;
    if (at > clock.now()) await wait(at - clock.now(), clock, signal);
  };
}

/** Resolves after `ms` milliseconds, or at once when the signal ends everything. */
function wait(ms: number, clock: Clock, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const stop = clock.setTimer(ms, done);
    function done(): void {
      stop();
      signal.removeEventListener("abort", done);
      resolve();
    }
    signal.addEventListener("abort", done);
    if (signal.aborted) done();
  });
}
