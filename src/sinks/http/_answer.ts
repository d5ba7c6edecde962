// What became of one request: read from its response or its error, without secrets.
import { reason } from "../file/reason.ts";
import { retryAfter } from "./_back_off.ts";
import { withMeaning } from "./_meaning.ts";
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

/** Told once what became of a request. */
export type Done = (answer: Answer) => void;

/** Bytes of a refusal that are kept. */
const KEPT_BYTES = 200;
/** Bytes of an answer that are read to have the connection back; beyond, it is closed. */
const READ_BYTES = 64 * 1024;
/** An answer is read in pieces of so many bytes. */
const BUFFER_BYTES = 1024;

/** @param start of the response's body */
export function answerOf(response: Response, start: string, target: Target): Answer {
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
}

/** Why a request got no answer. fetch says little itself; its cause says more, and names the URL. */
export function whyNot(error: unknown, target: Target): string {
  const full = error instanceof Error && error.cause !== undefined ? error.cause : error;
  return withoutSecrets(
    withMeaning(
      reason(full)
        .replace(/^error sending request( for url \(\S*\))?( from \S+ for \S+( \(\S+\))?)?: /, "")
        .replace(/^client error \(\w+\): /, ""),
    ),
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
 * Reads the body of an answer to its end where that is near, so that its connection can be used again; returns its start.
 * Into one small buffer of ours: a default reader has Deno take 64 KiB for each read, which at thousands of answers
 * a second was 100 MB of garbage.
 */
export async function readStart(body: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<string> {
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
