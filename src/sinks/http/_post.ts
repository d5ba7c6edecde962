// One POST: sends a body, waits for the answer within the timeout, and says what became of it. Never rejects.
import type { Clock } from "../clock.ts";
import { reason } from "../file/reason.ts";
import { retryAfter } from "./_back_off.ts";
import type { Target } from "./_target.ts";

export type Answer =
  | { readonly kind: "delivered" }
  | {
    readonly kind: "refused";
    readonly status: number;
    /** The first 200 bytes. */
    readonly text: string;
    /** Milliseconds the endpoint asks to wait. */
    readonly retryAfter: number | undefined;
  }
  | {
    readonly kind: "unanswered";
    /** Why, without secrets. */
    readonly text: string;
  };

export interface PosterOptions {
  /** Milliseconds for one request, its answer included. */
  readonly timeout: number;
  /** Connections kept open while idle. */
  readonly concurrency: number;
  readonly compression: "none" | "gzip";
}

/** Bytes of a refusal that are kept. */
const KEPT_BYTES = 200;
/** Bytes of an answer that are read to have the connection back; beyond, it is closed. */
const READ_BYTES = 64 * 1024;
/** An answer is read in pieces of so many bytes. */
const BUFFER_BYTES = 1024;
/** Timeouts are looked after so many times within one. */
const TICKS = 16;

interface Request {
  readonly abort: AbortController;
  /** On the sink's clock. */
  readonly deadline: number;
  readonly timeout: number;
}

/** Everything that requests have in common. */
export interface Connection {
  readonly target: Target;
  readonly options: PosterOptions;
  readonly headers: Readonly<Record<string, string>>;
  readonly client: Deno.HttpClient;
}

/** Makes ready for requests, and sends none. Throws what Deno says of the TLS files. */
export function connectionTo(target: Target, options: PosterOptions): Connection {
  return {
    target,
    options,
    headers: {
      ...target.headers,
      ...(options.compression === "gzip" && { "content-encoding": "gzip" }),
    },
    client: Deno.createHttpClient({
      ...target.tls as Deno.CreateHttpClientOptions,
      poolMaxIdlePerHost: options.concurrency,
    }),
  };
}

export class Poster implements Disposable {
  readonly #clock: Clock;
  #connection: Connection;
  /** One timer serves them all, for a timer a request costs too much. */
  readonly #requests = new Set<Request>();
  #stopTimer: (() => void) | undefined;

  /** @param connection is closed by the poster */
  constructor(connection: Connection, clock: Clock) {
    this.#connection = connection;
    this.#clock = clock;
  }

  /** The requests from here on use another connection; those in flight end as they began. */
  use(connection: Connection): void {
    this.#connection.client.close();
    this.#connection = connection;
    this.#stopTimer?.();
    this.#stopTimer = undefined;
    if (this.#requests.size > 0) this.#armTimer();
  }

  /** @param lines whether the body is newline-delimited JSON rather than one event */
  async post(body: Uint8Array<ArrayBuffer>, key: string, lines: boolean): Promise<Answer> {
    const { target, options: { compression, timeout }, headers: common, client } = this.#connection;
    const request = { abort: new AbortController(), deadline: this.#clock.now() + timeout, timeout };
    this.#requests.add(request);
    this.#armTimer();
    try {
      const response = await fetch(target.url, {
        method: "POST",
        body: compression === "gzip" ? await gzip(body) : body,
        headers: {
          ...common,
          "content-type": lines ? "application/x-ndjson" : "application/json",
          "idempotency-key": key,
        },
        // A POST that is redirected would become a GET, or take its secrets to another host.
        redirect: "manual",
        signal: request.abort.signal,
        client,
      });
      const start = response.body === null ? "" : await readAnswer(response.body);
      if (response.ok) return { kind: "delivered" };
      const { status, headers } = response;
      return {
        kind: "refused",
        status,
        text: withoutSecrets(start, target),
        retryAfter: status === 429 || status === 503
          ? retryAfter(headers.get("retry-after"), Date.now())
          : undefined,
      };
    } catch (error) {
      const { aborted, reason: why } = request.abort.signal;
      return { kind: "unanswered", text: aborted ? String(why) : whyNot(error, target) };
    } finally {
      this.#requests.delete(request);
    }
  }

  /** Ends all requests now. */
  abortAll(why: string): void {
    for (const { abort } of this.#requests) abort.abort(why);
  }

  [Symbol.dispose](): void {
    this.#stopTimer?.();
    this.#stopTimer = undefined;
    this.#connection.client.close();
  }

  #armTimer(): void {
    this.#stopTimer ??= this.#clock.setTimer(Math.ceil(this.#connection.options.timeout / TICKS), () => {
      this.#stopTimer = undefined;
      const now = this.#clock.now();
      for (const { abort, deadline, timeout } of this.#requests) {
        if (deadline <= now) abort.abort(`no answer within ${timeout} ms`);
      }
      if (this.#requests.size > 0) this.#armTimer();
    });
  }
}

/** fetch says little itself; its cause says more, and names the URL. */
function whyNot(error: unknown, target: Target): string {
  const full = error instanceof Error && error.cause !== undefined ? error.cause : error;
  return withoutSecrets(
    reason(full)
      .replace(/^error sending request( for url \(\S*\))?( from \S+ for \S+( \(\S+\))?)?: /, "")
      .replace(/^client error \(\w+\): /, ""),
    target,
  );
}

/** An endpoint may well answer with what it was sent. */
function withoutSecrets(text: string, { url, shownUrl, secrets }: Target): string {
  let shown = text.replaceAll(url, shownUrl);
  for (const secret of secrets) shown = shown.replaceAll(secret, "***");
  return shown;
}

/**
 * Reads the answer to its end where that is near, so that its connection can be used again; returns its start.
 * Into one small buffer of ours: a default reader has Deno take 64 KiB for each read, which at thousands of answers
 * a second was 100 MB of garbage.
 */
async function readAnswer(body: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<string> {
  const start = new Uint8Array(KEPT_BYTES);
  let kept = 0;
  let read = 0;
  const reader = body.getReader({ mode: "byob" });
  let buffer = new ArrayBuffer(BUFFER_BYTES);
  for (;;) {
    const { done, value } = await reader.read(new Uint8Array(buffer));
    if (done) break;
    const part = value.subarray(0, KEPT_BYTES - kept);
    start.set(part, kept);
    kept += part.length;
    buffer = value.buffer;
    read += value.length;
    if (read > READ_BYTES) {
      await reader.cancel();
      break;
    }
  }
  return new TextDecoder().decode(start.subarray(0, kept));
}

async function gzip(body: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  return await new Response(new Blob([body]).stream().pipeThrough(new CompressionStream("gzip"))).bytes();
}
