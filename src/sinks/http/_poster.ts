// Sends events to an HTTP endpoint: one POST for each batch, its answer within the timeout.
import { NEWLINE } from "../../base/bytes.ts";
import type { Clock } from "../../base/clock.ts";
import { errorText } from "../../base/error_text.ts";
import { retryAfter } from "../delivery/back_off.ts";
import type { FarEnd, Outcome } from "../delivery/far_end.ts";
import type { QueuedEvent } from "../spool/backlog.ts";
import { clientFor, type Target } from "./_target.ts";
import { statusPhrase, withMeaning } from "./_meaning.ts";
import type { HttpOptions } from "./options.ts";

/** Bytes of a refusal that are kept. */
const KEPT_BYTES = 200;
/** Bytes of an answer that are read to have the connection back; beyond, it is closed. */
const READ_BYTES = 64 * 1024;
/** An answer is read in pieces of so many bytes. */
const BUFFER_BYTES = 1024;

type PosterOptions = Pick<HttpOptions, "timeout" | "concurrency" | "compression" | "batchMax">;

/** What all requests have in common. */
export interface Connection extends Disposable {
  readonly target: Target;
  readonly options: PosterOptions;
  readonly client: Deno.HttpClient;
  /** Made once: its address need not be parsed again for each request. */
  readonly request: Request;
}

/** Throws SinkError when the certificates are of no use. */
export function connectionTo(target: Target, options: PosterOptions): Connection {
  const client = clientFor(target, options.concurrency);
  // A POST that is redirected would become a GET, or take its secrets to another host.
  const init = { method: "POST", redirect: "manual", client } as const;
  const request = new Request(target.url, init);
  return { target, options, client, request, [Symbol.dispose]: () => client.close() };
}

export class Poster implements FarEnd, Disposable {
  readonly #inFlight = new Set<AbortController>();

  /** @param connection is closed by the poster */
  constructor(private connection: Connection, private readonly clock: Clock) {}

  /** The requests from here on use another connection; those in flight end as they began. */
  use(connection: Connection): void {
    this.connection[Symbol.dispose]();
    this.connection = connection;
  }

  async send(events: readonly QueuedEvent[], key: string): Promise<Outcome> {
    const { target, request, options: { timeout, compression, batchMax } } = this.connection;
    const asLines = batchMax > 1 || events.length > 1;
    const gzipped = compression === "gzip";
    const headers = {
      ...target.headers,
      ...(gzipped && { "content-encoding": "gzip" }),
      "content-type": asLines ? "application/x-ndjson" : "application/json",
      "idempotency-key": key,
    };
    const abort = new AbortController();
    this.#inFlight.add(abort);
    const stopTimer = this.clock.setTimer(timeout, () => abort.abort(`no answer within ${timeout} ms`));
    try {
      const plain = bodyOf(events, asLines);
      const body = gzipped ? await gzip(plain) : plain;
      const response = await fetch(request, { headers, body, signal: abort.signal });
      const start = response.body === null ? "" : await readStart(response.body);
      return response.ok
        ? { kind: "delivered" }
        : refusedBy(response, withoutSecrets(start, target), this.clock);
    } catch (error) {
      const why = abort.signal.aborted ? String(abort.signal.reason) : whyNot(error);
      return { kind: "unanswered", why: withoutSecrets(why, target) };
    } finally {
      stopTimer();
      this.#inFlight.delete(abort);
    }
  }

  abandon(why: string): void {
    for (const abort of this.#inFlight) abort.abort(why);
  }

  [Symbol.dispose](): void {
    this.connection[Symbol.dispose]();
  }
}

/** One event as it is; lines each end in a newline. */
function bodyOf(events: readonly QueuedEvent[], asLines: boolean): Uint8Array<ArrayBuffer> {
  const [first] = events;
  if (first !== undefined && !asLines) return first.bytes;
  const body = new Uint8Array(events.reduce((sum, { bytes }) => sum + bytes.length + 1, 0));
  let at = 0;
  for (const { bytes } of events) {
    body.set(bytes, at);
    at += bytes.length;
    body[at++] = NEWLINE;
  }
  return body;
}

async function gzip(body: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  return await new Response(new Blob([body]).stream().pipeThrough(new CompressionStream("gzip"))).bytes();
}

function refusedBy({ status, headers }: Response, text: string, clock: Clock): Outcome {
  const busy = status === 429;
  const transient = status >= 500 || status === 408 || status === 425;
  const pause = busy || status === 503 ? retryAfter(headers.get("retry-after"), clock.now()) : undefined;
  const blame = busy ? "endpoint" : transient ? "either" : "event";
  return { kind: "refused", blame, status, why: statusPhrase(status), text, pause };
}

/** Why a request got no answer. fetch says little itself; its cause says more, and names the URL. */
function whyNot(error: unknown): string {
  const full = error instanceof Error && error.cause !== undefined ? error.cause : error;
  return withMeaning(
    errorText(full)
      .replace(/^error sending request( for url \(\S*\))?( from \S+ for \S+( \(\S+\))?)?: /, "")
      .replace(/^client error \(\w+\): /, ""),
  );
}

/** An endpoint may well answer with what it was sent. */
function withoutSecrets(text: string, { url, shownUrl, secrets }: Target): string {
  return secrets.reduce((shown, secret) => shown.replaceAll(secret, "***"), text.replaceAll(url, shownUrl));
}

/**
 * Reads the body of an answer to its end where that is near, so that its connection can be used again;
 * returns its start. Into one small buffer of ours: a default reader takes 64 KiB for each read.
 */
async function readStart(body: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<string> {
  const start = new Uint8Array(KEPT_BYTES);
  let [kept, read] = [0, 0];
  const reader = body.getReader({ mode: "byob" });
  let buffer = new ArrayBuffer(BUFFER_BYTES);
  while (read <= READ_BYTES) {
    const { done, value } = await reader.read(new Uint8Array(buffer));
    if (done) return new TextDecoder().decode(start.subarray(0, kept));
    const part = value.subarray(0, KEPT_BYTES - kept);
    start.set(part, kept);
    kept += part.length;
    buffer = value.buffer;
    read += value.length;
  }
  await reader.cancel();
  return new TextDecoder().decode(start.subarray(0, kept));
}
