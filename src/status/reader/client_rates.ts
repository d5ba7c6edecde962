// Messages a second of each client, from two answers of the API.
import type { ClientInfo } from "../api_types.ts";

export interface ClientRates {
  /** Messages it publishes, a second. */
  readonly in: number;
  /** PUBLISH packets to it, a second. */
  readonly out: number;
}

interface Known extends ClientRates {
  readonly at: number;
  readonly received: number;
  readonly sent: number;
}

/** Two answers closer than this tell no rate, milliseconds. */
const CLOSEST = 500;
const NONE: ClientRates = { in: 0, out: 0 };

/** Remembers what the clients of the last answers had counted. */
export class RatesOfClients {
  readonly #known = new Map<string, Known>();

  /**
   * Takes the counters of these clients.
   * @param at milliseconds on a clock that never goes back
   */
  take(clients: readonly ClientInfo[], at: number): void {
    for (const { clientid, received, sent } of clients) {
      const before = this.#known.get(clientid);
      if (before !== undefined && at - before.at < CLOSEST) continue;
      const rate = (now: number, then: number | undefined): number =>
        before === undefined || then === undefined || now < then
          ? 0
          : (now - then) * 1_000 / (at - before.at);
      this.#known.set(clientid, {
        at,
        received,
        sent,
        in: rate(received, before?.received),
        out: rate(sent, before?.sent),
      });
    }
  }

  of(clientid: string): ClientRates {
    return this.#known.get(clientid) ?? NONE;
  }

  /** Forgets clients that no answer had since `at`. */
  forgetBefore(at: number): void {
    for (const [clientid, known] of this.#known) if (known.at < at) this.#known.delete(clientid);
  }
}
