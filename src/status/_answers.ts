// Answers of the HTTP API: JSON, text, refusals, and long lists in pieces.
import { setImmediate } from "node:timers/promises";
import type { ApiError } from "./api_types.ts";

/** Rows that are looked at, or written, before others have their turn. */
const PIECE = 512;

/** A request that cannot be answered as it is; `message` is a sentence for whoever sent it. */
export class Refused extends Error {
  override readonly name = "Refused";
  constructor(readonly status: 400 | 401 | 403 | 404 | 405 | 409 | 413 | 415 | 421 | 503, message: string) {
    super(message);
  }
}

/** What every answer has: nobody keeps it, frames it, or takes it for something else. */
const HEADERS: Readonly<Record<string, string>> = {
  "Cache-Control": "no-store",
  "X-Content-Type-Options": "nosniff",
  "X-Frame-Options": "DENY",
  "Referrer-Policy": "no-referrer",
  "Cross-Origin-Resource-Policy": "same-origin",
};

export function answer(
  body: string | ReadableStream<Uint8Array> | null,
  type: string,
  status = 200,
  headers: Readonly<Record<string, string>> = {},
): Response {
  return new Response(body, { status, headers: { ...HEADERS, "Content-Type": type, ...headers } });
}

export function json(value: unknown, status = 200): Response {
  return answer(JSON.stringify(value), "application/json", status);
}

export function text(value: string): Response {
  return answer(value, "text/plain; charset=utf-8");
}

export function refusal({ status, message }: Refused): Response {
  const error: ApiError = { error: message };
  const headers = status === 401 ? { "WWW-Authenticate": 'Bearer realm="hookline"' } : undefined;
  return answer(JSON.stringify(error), "application/json", status, headers);
}

/** A JSON array, written in pieces as the reader takes it. @param total of all that there are */
export function list<Row>(rows: readonly Row[], shown: (row: Row) => unknown, total: number): Response {
  const encoder = new TextEncoder();
  let at = 0;
  const body = new ReadableStream<Uint8Array>({
    async pull(controller): Promise<void> {
      if (at > 0) await setImmediate();
      const piece = rows.slice(at, at + PIECE).map((row) => JSON.stringify(shown(row))).join(",");
      controller.enqueue(encoder.encode(`${at === 0 ? "[" : piece === "" ? "" : ","}${piece}`));
      at += PIECE;
      if (at < rows.length) return;
      controller.enqueue(encoder.encode("]"));
      controller.close();
    },
  });
  return answer(body, "application/json", 200, { "X-Total-Count": String(total) });
}

/** What is wanted of many rows. */
export interface Wanted<Row> {
  readonly keep: (row: Row) => boolean;
  readonly offset: number;
  readonly limit: number;
  /** Absent: the order in which they come. */
  readonly compare?: ((a: Row, b: Row) => number) | undefined;
}

export interface Page<Row> {
  readonly rows: readonly Row[];
  /** All that were to be kept. */
  readonly total: number;
}

/** Looks at all rows, a piece at a time; an undefined one is a pause. */
export async function page<Row>(
  all: Iterable<Row | undefined>,
  { keep, offset, limit, compare }: Wanted<Row>,
): Promise<Page<Row>> {
  const kept: Row[] = [];
  let [seen, total] = [0, 0];
  for (const row of all) {
    if (row === undefined || ++seen % PIECE === 0) await setImmediate();
    if (row === undefined || !keep(row)) continue;
    if (compare !== undefined || (total >= offset && kept.length < limit)) kept.push(row);
    total++;
  }
  if (compare === undefined) return { rows: kept, total };
  return { rows: kept.sort(compare).slice(offset, offset + limit), total };
}
