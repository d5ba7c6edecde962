// One POST: sends a body, waits for the answer within the timeout, and says what became of it. Never rejects.
import type { Clock } from "../clock.ts";
import { reason } from "../file/reason.ts";
import { retryAfter } from "./_back_off.ts";
import type { Target } from "./_target.ts";
import { Wave } from "./_wave.ts";

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
  /** The one that takes the next request, unless its time is over. */
  #wave: Wave | undefined;
  /** That one, and those before it with requests in flight. */
  readonly #waves = new Set<Wave>();

  /** @param connection is closed by the poster */
  constructor(connection: Connection, clock: Clock) {
    this.#connection = connection;
    this.#clock = clock;
  }

  /** The requests from here on use another connection; those in flight end as they began. */
  use(connection: Connection): void {
    this.#connection.client.close();
    this.#connection = connection;
    this.#retire();
  }

  /** @param lines whether the body is newline-delimited JSON rather than one event */
  async post(body: Uint8Array<ArrayBuffer>, key: string, lines: boolean): Promise<Answer> {
    const { target, options: { compression } } = this.#connection;
    const wave = this.#beginInWave();
    try {
      const response = await wave.fetch(
        compression === "gzip" ? await gzip(body) : body,
        lines ? "application/x-ndjson" : "application/json",
        key,
      );
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
      return { kind: "unanswered", text: wave.endedWhy ?? whyNot(error, target) };
    } finally {
      this.#endInWave(wave);
    }
  }

  /** Ends all requests now. */
  abortAll(why: string): void {
    for (const wave of this.#waves) wave.abort(why);
  }

  [Symbol.dispose](): void {
    for (const wave of this.#waves) wave[Symbol.dispose]();
    this.#connection.client.close();
  }

  #beginInWave(): Wave {
    if (this.#wave?.isOpen !== true) {
      this.#retire();
      this.#wave = new Wave(this.#connection, this.#clock);
      this.#waves.add(this.#wave);
    }
    this.#wave.begin();
    return this.#wave;
  }

  #endInWave(wave: Wave): void {
    wave.end();
    if (wave !== this.#wave && wave.inFlight === 0) this.#forget(wave);
  }

  /** The next request begins a new wave. */
  #retire(): void {
    const wave = this.#wave;
    this.#wave = undefined;
    if (wave?.inFlight === 0) this.#forget(wave);
  }

  #forget(wave: Wave): void {
    wave[Symbol.dispose]();
    this.#waves.delete(wave);
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
