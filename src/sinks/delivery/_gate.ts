// How many requests may be with the endpoint: as many as the options allow while it works, one at a time
// while it is down, and what the operator hears of that.
import type { Clock } from "../../base/clock.ts";
import type { Log } from "../../base/log.ts";
import { backOff } from "./back_off.ts";

/** However long an outage lasts, one event asks so often, milliseconds: its end is noticed soon. */
const LONGEST_PROBE_MS = 5_000;
/** The epoch of a request that went before the next probe was due. */
const EARLY = -1;

export interface GateOptions {
  /** Requests in flight. */
  readonly concurrency: number;
  /** Between two waits. */
  readonly retryMultiplier: number;
}

/** A request that was let through. */
export interface Pass {
  /** The outage or the time between two outages in which it was. */
  readonly epoch: number;
  /** It asks whether the endpoint is back. */
  readonly isProbe: boolean;
}

interface Outage {
  readonly since: number;
  /** Of the first request and of the probes. */
  failures: number;
  /** The next probe is not sent before. */
  probeAt: number;
  /** The endpoint asked for this pause; a late success does not end it. */
  pausedUntil: number;
  told: boolean;
}

export class Gate {
  #inFlight = 0;
  #probing = false;
  #outage: Outage | undefined;
  /** Counts the changes between up and down: tells requests of now from those before. */
  #epoch = 0;

  /** @param random gives 0 to 1, for jitter */
  constructor(
    public options: GateOptions,
    private readonly log: Log,
    private readonly clock: Clock,
    private readonly random: () => number,
  ) {}

  get isDown(): boolean {
    return this.#outage !== undefined;
  }

  /** No request may go before another one has ended. */
  get isFull(): boolean {
    return this.#probing || this.#inFlight >= this.options.concurrency;
  }

  /** While it is down: when the next probe may go, monotonic. */
  get probeAt(): number {
    return this.#outage?.probeAt ?? 0;
  }

  /** While it is down: the endpoint asked that nothing be sent before. */
  get pausedUntil(): number {
    return this.#outage?.pausedUntil ?? 0;
  }

  /** A request goes; only when it is not full. One before the next probe is due does not put that off. */
  enter(): Pass {
    this.#inFlight++;
    this.#probing = this.isDown;
    const isEarly = this.probeAt > this.clock.monotonic();
    return { epoch: isEarly ? EARLY : this.#epoch, isProbe: this.isDown };
  }

  /** A request has ended; what became of it is told next. */
  leave({ isProbe }: Pass): void {
    this.#inFlight--;
    if (isProbe) this.#probing = false;
  }

  /**
   * The endpoint took a request. Returns whether that ended an outage in which a probe had failed: whoever
   * failed in it may try again at once.
   * @param waiting events that wait, for the log
   */
  succeeded({ epoch }: Pass, waiting: number): boolean {
    const outage = this.#outage;
    if (outage === undefined) return false;
    const now = this.clock.monotonic();
    if (epoch !== this.#epoch && outage.pausedUntil > now) return false;
    this.#outage = undefined;
    this.#epoch++;
    if (outage.told) {
      const seconds = ((now - outage.since) / 1000).toFixed(1);
      this.log("info", `The endpoint takes events again after ${seconds} s; ${waiting} wait to be sent.`);
    }
    return outage.failures > 1;
  }

  /**
   * The endpoint, as far as one can tell, failed a request.
   * @param failure.atOnce it did answer: another event may ask at once, for this one may be to blame
   * @param failure.pause milliseconds the endpoint asked for
   * @param waiting events that wait, for the log
   */
  failed(
    { epoch }: Pass,
    failure: { readonly why: string; readonly atOnce: boolean; readonly pause: number | undefined },
    waiting: number,
  ): void {
    const now = this.clock.monotonic();
    const { why, atOnce, pause } = failure;
    if (this.#outage === undefined) {
      // Sent before the endpoint came back: no news.
      if (epoch !== this.#epoch) return;
      this.#epoch++;
      const probeAt = atOnce ? now : now + this.#probeWait(1);
      this.#outage = { since: now, failures: 1, probeAt, pausedUntil: 0, told: false };
    } else if (epoch === this.#epoch) {
      this.#outage.failures++;
      this.#outage.probeAt = now + this.#probeWait(this.#outage.failures);
    }
    const outage = this.#outage;
    if (pause !== undefined) {
      outage.probeAt = outage.pausedUntil = Math.max(outage.pausedUntil, now + pause);
    }
    // Not of the first failure: one event alone may be to blame for it.
    if (outage.told || outage.failures < 2) return;
    outage.told = true;
    this.log(
      "warn",
      `The endpoint takes no events: ${why}; ${waiting} wait, and one at a time asks until it is back.`,
    );
  }

  #probeWait(failures: number): number {
    return Math.min(LONGEST_PROBE_MS, backOff(failures, this.options.retryMultiplier, this.random));
  }
}
