// Where a deliverer carries events to: whatever is behind it, one request has one of three outcomes.
import type { QueuedEvent } from "../spool/backlog.ts";

export interface FarEnd {
  /**
   * Sends events in one request. Never rejects, and ends within a time of its own.
   * @param key the same on every attempt of these events
   */
  send(events: readonly QueuedEvent[], key: string): Promise<Outcome>;
  /** Waits for no request any more: each is unanswered, for this reason. */
  abandon(why: string): void;
}

export type Outcome = { readonly kind: "delivered" } | Refused | Unanswered;

/** The endpoint answered, and took nothing. */
export interface Refused {
  readonly kind: "refused";
  /**
   * `event`: the endpoint works and does not like this event; `endpoint`: it takes nothing now, whatever it
   * is sent;
   * `either`: one answer cannot tell, another event may.
   */
  readonly blame: "event" | "endpoint" | "either";
  readonly status: number;
  /** A phrase with the status: `it answers with status 422`. */
  readonly why: string;
  /** The beginning of the answer, without secrets. */
  readonly text: string;
  /** Milliseconds the endpoint asks to wait. */
  readonly pause: number | undefined;
}

export interface Unanswered {
  readonly kind: "unanswered";
  /** A phrase without secrets. */
  readonly why: string;
}
