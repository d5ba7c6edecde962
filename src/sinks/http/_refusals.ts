// What the operator hears of an endpoint that works and does not like an event.
import type { Clock } from "../clock.ts";
import type { Tell } from "../file/line_writer.ts";
import { statusPhrase } from "./_meaning.ts";

/** Between two reports of one status, milliseconds. */
const REPORT_MS = 60_000;

export class Refusals {
  readonly #tell: Tell;
  readonly #clock: Clock;
  #last: { readonly status: number; readonly until: number } | undefined;

  constructor(tell: Tell, clock: Clock) {
    this.#tell = tell;
    this.#clock = clock;
  }

  /** Tells at once, for often the address or a token is wrong; the same status again once a minute. */
  add(status: number, text: string): void {
    const now = this.#clock.now();
    if (this.#last?.status === status && now < this.#last.until) return;
    this.#last = { status, until: now + REPORT_MS };
    const quoted = text === "" ? "" : `: ${JSON.stringify(text)}`;
    this.#tell("warn", `refuses events: ${statusPhrase(status)}${quoted}; each is tried again for a while.`);
  }
}
