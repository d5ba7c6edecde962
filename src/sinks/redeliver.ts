// Sends lines of files to the far end of a URL again: parked events of failed.jsonl, recorded ones of any
// other file.
import { systemClock } from "../base/clock.ts";
import type { FarEnd } from "./delivery/far_end.ts";
import { type NamedLine, type Outcome, sendAgain } from "./delivery/send_again.ts";
import type { UrlOptions } from "./options.ts";
import { schemeOf, SCHEMES } from "./schemes.ts";
import { SinkError } from "./sink.ts";

interface RedeliverOptions {
  readonly url: string;
  /** Headers, PEM files, and how many requests are in flight. */
  readonly endpoint: UrlOptions & { readonly concurrency: number };
  /** Events a second; 0: as fast as the endpoint takes them. */
  readonly rate: number;
  /** Ends it early: what is in flight is given up. */
  readonly signal: AbortSignal;
}

/** Sends every event of `lines`. Throws SinkError when the URL is not usable. */
export async function redeliver(
  lines: AsyncIterable<NamedLine>,
  { url, endpoint, rate, signal }: RedeliverOptions,
): Promise<Outcome> {
  using farEnd = farEndOf(url, endpoint);
  signal.addEventListener("abort", () => farEnd.abandon("stopped by a signal"), { once: true });
  return await sendAgain(lines, farEnd, { concurrency: endpoint.concurrency, rate, signal, isPatient: true });
}

function farEndOf(url: string, endpoint: UrlOptions): FarEnd & Disposable {
  const farEnd = schemeOf(url).farEnd?.(url, endpoint, systemClock);
  if (farEnd !== undefined) return farEnd;
  const able = SCHEMES.filter((scheme) => scheme.farEnd !== undefined).map(({ example }) => example);
  throw new SinkError(url, `events cannot be sent there again; write a URL such as ${able.join(" or ")}.`);
}
