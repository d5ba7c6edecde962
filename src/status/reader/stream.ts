// A stream of the API that is followed until it is closed: opened again when it breaks, or for other filters.
import type { StreamHello, StreamMissed } from "../api_types.ts";
import { type Api, ApiError, type Query } from "./api.ts";

/** How long it waits before it opens a broken stream again, milliseconds. */
const AGAIN_AFTER = 1_000;

export interface StreamEvents {
  /** One line or entry, as JSON. */
  readonly onData: (json: string) => void;
  /** The stream is open. */
  readonly onHello: (hello: StreamHello) => void;
  readonly onMissed: (missed: StreamMissed) => void;
  /** It cannot be followed now; `error` is an ApiError where the API refused. */
  readonly onBroken: (error: unknown) => void;
}

export class Stream {
  readonly #api: Api;
  readonly #path: string;
  readonly #events: StreamEvents;
  #open: AbortController | undefined;

  constructor(api: Api, path: string, events: StreamEvents) {
    this.#api = api;
    this.#path = path;
    this.#events = events;
  }

  /** Follows with these parameters, in place of what was followed before. */
  open(query: Query = {}): void {
    this.close();
    const controller = new AbortController();
    this.#open = controller;
    void this.#follow(query, controller.signal);
  }

  close(): void {
    this.#open?.abort();
    this.#open = undefined;
  }

  async #follow(query: Query, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        for await (const { event, data } of this.#api.follow(this.#path, query, signal)) {
          if (signal.aborted) return;
          if (event === "message") this.#events.onData(data);
          else if (event === "hello") this.#events.onHello(JSON.parse(data));
          else if (event === "missed") this.#events.onMissed(JSON.parse(data));
        }
      } catch (error) {
        if (signal.aborted) return;
        this.#events.onBroken(error);
        if (error instanceof ApiError && error.status < 500) return; // asking again would not help
      }
      await new Promise((resolve) => setTimeout(resolve, AGAIN_AFTER));
    }
  }
}
