// Asks Hookline's HTTP API: answers as JSON, streams as server-sent events, refusals as errors with a status.
import type { ApiError as Refusal } from "../api_types.ts";
import { type ServerSentEvent, serverSentEvents } from "./sse.ts";

/** How long an answer may take, milliseconds. */
const PATIENCE = 10_000;

/** The API answered, but not with what was asked for. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  constructor(readonly status: number, message: string) {
    super(message);
  }
}

/** Parameters of a URL; `undefined` and `""` are left out. */
export type Query = Readonly<Record<string, string | number | boolean | undefined>>;

/** Asks, as `fetch` does. */
export type Fetch = (url: URL, init: RequestInit) => Promise<Response>;

export class Api {
  /**
   * @param base what paths are relative to, ended by `/`: `http://127.0.0.1:6060/`
   * @param token sent as `Authorization: Bearer …` where there is one
   */
  constructor(
    readonly base: string,
    readonly token: () => string | undefined,
    readonly fetch: Fetch = (url, init) => globalThis.fetch(url, init),
  ) {}

  /** Rejects with ApiError, or with a TypeError where nobody answers. */
  async get<T>(path: string, query: Query = {}): Promise<T> {
    return await (await this.#ask("GET", path, query, AbortSignal.timeout(PATIENCE))).json() as T;
  }

  /**
   * Asks for a list of which the answer may have a part only: `total` is of the whole. Rejects as `get` does.
   */
  async list<T>(path: string, query: Query = {}): Promise<{ readonly rows: T[]; readonly total: number }> {
    const response = await this.#ask("GET", path, query, AbortSignal.timeout(PATIENCE));
    const rows = await response.json() as T[];
    return { rows, total: Number(response.headers.get("X-Total-Count") ?? rows.length) };
  }

  /**
   * Changes something; resolves to the answer's text. Rejects as `get` does.
   * @param patience how long that may take, milliseconds
   */
  async send(
    method: "POST" | "DELETE",
    path: string,
    body?: unknown,
    patience: number = PATIENCE,
  ): Promise<string> {
    const signal = AbortSignal.timeout(patience);
    return await (await this.#ask(method, path, {}, signal, body)).text();
  }

  /** Gives the events of a stream until it ends or `signal` is aborted. Rejects as `get` does. */
  async *follow(path: string, query: Query, signal: AbortSignal): AsyncGenerator<ServerSentEvent> {
    const { body } = await this.#ask("GET", path, query, signal);
    if (body !== null) yield* serverSentEvents(body);
  }

  async #ask(
    method: string,
    path: string,
    query: Query,
    signal: AbortSignal,
    body?: unknown,
  ): Promise<Response> {
    const url = new URL(path, this.base);
    for (const [name, value] of Object.entries(query)) {
      if (value !== undefined && value !== "") url.searchParams.set(name, String(value));
    }
    const headers = new Headers();
    const token = this.token();
    if (token !== undefined) headers.set("Authorization", `Bearer ${token}`);
    if (body !== undefined) headers.set("Content-Type", "application/json");
    const response = await this.fetch(url, {
      method,
      headers,
      signal,
      cache: "no-store",
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (response.ok) return response;
    throw new ApiError(response.status, problemIn(await response.text()) ?? `status ${response.status}`);
  }
}

/** The sentence of a refusal. */
function problemIn(text: string): string | undefined {
  try {
    return (JSON.parse(text) as Partial<Refusal> | null)?.error;
  } catch {
    return undefined; // not of this API: a proxy's page, perhaps
  }
}
