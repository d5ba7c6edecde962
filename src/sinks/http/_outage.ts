// Whether the endpoint takes requests: when it failed, who may ask again and when, and what the operator hears of it.
import type { Clock } from "../clock.ts";
import type { Tell } from "../file/line_writer.ts";
import { backOff } from "./_back_off.ts";

/** However long an outage lasts, one event asks so often, milliseconds: delivery resumes soon after the end. */
const LONGEST_PROBE_MS = 5_000;

interface Down {
  readonly since: number;
  /** Of the first request and of the probes. */
  failures: number;
  /** The next probe is not sent before. */
  probeAt: number;
  /** The endpoint asked for this pause; a late success does not end it. */
  pausedUntil: number;
  why: string;
  told: boolean;
}

export class Outage {
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #tell: Tell;
  #down: Down | undefined;
  /** Counts the changes between up and down: tells requests of now from those before. */
  #epoch = 0;

  /** @param multiplier between two waits */
  constructor(clock: Clock, public multiplier: number, random: () => number, tell: Tell) {
    this.#clock = clock;
    this.#random = random;
    this.#tell = tell;
  }

  get isDown(): boolean {
    return this.#down !== undefined;
  }

  get epoch(): number {
    return this.#epoch;
  }

  /** When the next probe may go; only while it is down. */
  get probeAt(): number {
    return this.#down?.probeAt ?? 0;
  }

  /** The endpoint asked that nothing be sent before. */
  get pausedUntil(): number {
    return this.#down?.pausedUntil ?? 0;
  }

  /**
   * The endpoint failed a request.
   * @param epoch when the request was sent
   * @param options.atOnce it did answer: another event may ask at once, for this one may be to blame
   * @param options.pause milliseconds the endpoint asked for
   * @param waiting events that wait, for the report
   */
  failed(
    why: string,
    epoch: number,
    options: { readonly atOnce: boolean; readonly pause: number | undefined },
    waiting: number,
  ): void {
    const now = this.#clock.now();
    if (this.#down === undefined) {
      // Sent before the endpoint came back: no news.
      if (epoch !== this.#epoch) return;
      this.#epoch++;
      this.#down = { since: now, failures: 1, probeAt: now, pausedUntil: 0, why, told: false };
      if (!options.atOnce) this.#down.probeAt = now + this.#probeWait(1);
    } else if (epoch === this.#epoch) {
      this.#down.failures++;
      this.#down.probeAt = now + this.#probeWait(this.#down.failures);
    }
    this.#down.why = why;
    if (options.pause !== undefined) {
      this.#down.pausedUntil = Math.max(this.#down.pausedUntil, now + options.pause);
      this.#down.probeAt = this.#down.pausedUntil;
    }
    this.#tellDown(this.#down, waiting);
  }

  /**
   * The endpoint took a request. Returns whether that ended an outage in which a probe had failed: whoever failed in
   * it may try again at once.
   */
  succeeded(epoch: number, waiting: number): boolean {
    const down = this.#down;
    if (down === undefined) return false;
    if (epoch !== this.#epoch && down.pausedUntil > this.#clock.now()) return false;
    this.#down = undefined;
    this.#epoch++;
    if (down.told) {
      const seconds = ((this.#clock.now() - down.since) / 1000).toFixed(1);
      this.#tell("info", `takes events again after ${seconds} s; ${waiting} wait to be sent.`);
    }
    return down.failures > 1;
  }

  #probeWait(failures: number): number {
    return Math.min(LONGEST_PROBE_MS, backOff(failures, this.multiplier, this.#random));
  }

  /** Not of the first failure: one event alone may be to blame for it. */
  #tellDown(down: Down, waiting: number): void {
    if (down.told || down.failures < 2) return;
    down.told = true;
    this.#tell(
      "warn",
      `takes no events: ${down.why}; ${waiting} wait, and one at a time asks until it is back.`,
    );
  }
}
