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
  readonly contentType: string;
  readonly compression: "none" | "gzip";
}

/** Bytes of a refusal that are kept. */
const KEPT_BYTES = 200;
/** Bytes of an answer that are read to have the connection back; beyond, it is closed. */
const READ_BYTES = 64 * 1024;
/** Timeouts are looked after so many times within one. */
const TICKS = 16;

interface Request {
  readonly abort: AbortController;
  readonly deadline: number;
}

export class Poster implements Disposable {
  readonly #target: Target;
  readonly #options: PosterOptions;
  readonly #clock: Clock;
  readonly #client: Deno.HttpClient;
  readonly #headers: Readonly<Record<string, string>>;
  /** Oldest first: all have the same timeout. One timer serves them all, for a timer a request costs too much. */
  readonly #requests = new Set<Request>();
  #stopTimer: (() => void) | undefined;

  /** Throws what Deno says of the TLS files. */
  constructor(target: Target, options: PosterOptions, clock: Clock) {
    this.#target = target;
    this.#options = options;
    this.#clock = clock;
    this.#client = Deno.createHttpClient({
      ...target.tls as Deno.CreateHttpClientOptions,
      poolMaxIdlePerHost: options.concurrency,
    });
    this.#headers = {
      ...target.headers,
      "content-type": options.contentType,
      ...(options.compression === "gzip" && { "content-encoding": "gzip" }),
    };
  }

  async post(body: Uint8Array<ArrayBuffer>, key: string): Promise<Answer> {
    const request = { abort: new AbortController(), deadline: this.#clock.now() + this.#options.timeout };
    this.#requests.add(request);
    this.#armTimer();
    try {
      const response = await fetch(this.#target.url, {
        method: "POST",
        body: this.#options.compression === "gzip" ? await gzip(body) : body,
        headers: { ...this.#headers, "idempotency-key": key },
        // A POST that is redirected would become a GET, or take its secrets to another host.
        redirect: "manual",
        signal: request.abort.signal,
        client: this.#client,
      });
      const start = await readAnswer(response);
      if (response.ok) return { kind: "delivered" };
      const { status, headers } = response;
      return {
        kind: "refused",
        status,
        text: this.#withoutSecrets(start),
        retryAfter: status === 429 || status === 503
          ? retryAfter(headers.get("retry-after"), Date.now())
          : undefined,
      };
    } catch (error) {
      const { aborted, reason: why } = request.abort.signal;
      return { kind: "unanswered", text: aborted ? String(why) : this.#whyNot(error) };
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
    this.#client.close();
  }

  #armTimer(): void {
    this.#stopTimer ??= this.#clock.setTimer(Math.ceil(this.#options.timeout / TICKS), () => {
      this.#stopTimer = undefined;
      const now = this.#clock.now();
      for (const { abort, deadline } of this.#requests) {
        if (deadline > now) break;
        abort.abort(`no answer within ${this.#options.timeout} ms`);
      }
      if (this.#requests.size > 0) this.#armTimer();
    });
  }

  /** fetch says little itself; its cause says more, and names the URL. */
  #whyNot(error: unknown): string {
    const full = error instanceof Error && error.cause !== undefined ? error.cause : error;
    return this.#withoutSecrets(
      reason(full)
        .replace(/^error sending request( for url \(\S*\))?( from \S+ for \S+( \(\S+\))?)?: /, "")
        .replace(/^client error \(\w+\): /, ""),
    );
  }

  /** An endpoint may well answer with what it was sent. */
  #withoutSecrets(text: string): string {
    let shown = text.replaceAll(this.#target.url, this.#target.shownUrl);
    for (const secret of this.#target.secrets) shown = shown.replaceAll(secret, "***");
    return shown;
  }
}

/** Reads the answer to its end where that is near, so that its connection can be used again; returns its start. */
async function readAnswer(response: Response): Promise<string> {
  if (response.body === null) return "";
  const start = new Uint8Array(KEPT_BYTES);
  let kept = 0;
  let read = 0;
  const reader = response.body.getReader();
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    const part = next.value.subarray(0, KEPT_BYTES - kept);
    start.set(part, kept);
    kept += part.length;
    read += next.value.length;
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
