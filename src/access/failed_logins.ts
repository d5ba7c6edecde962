// Logins that failed: after a few of one address its next ones wait, each longer than the one before.
import type { Clock } from "../base/clock.ts";
import { addressOf } from "../base/peer_address.ts";
import { Remembered } from "../base/remembered.ts";

/** Addresses remembered. */
const MOST_ADDRESSES = 10_000;
/** Failures that cost nothing: whoever mistypes a password is not an attacker. */
const FREE = 3;
/** The first wait, and the longest, milliseconds. */
const FIRST_WAIT = 250;
const LONGEST_WAIT = 4_000;
/** Waiting logins of one address may be this far in the future, milliseconds; one more is turned away. */
const LONGEST_QUEUE = 12_000;
/** How long an address is remembered after its last failure, milliseconds. */
const MEMORY = 10 * 60_000;

interface Failures {
  readonly count: number;
  readonly lastAt: number;
  /** When its next login may be looked at. */
  readonly nextAt: number;
}

export class FailedLogins implements Disposable {
  readonly #clock: Clock;
  readonly #byAddress = new Remembered<Failures>(MOST_ADDRESSES);
  /** What stops a wait and ends it. */
  readonly #waits = new Set<() => void>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** A login from `peer` (address and port) failed. */
  add(peer: string): void {
    const now = this.#clock.monotonic();
    const before = this.#of(peer, now);
    const count = (before?.count ?? 0) + 1;
    const nextAt = Math.max(before?.nextAt ?? now, now + waitAfter(count));
    this.#byAddress.set(addressOf(peer), { count, lastAt: now, nextAt });
  }

  /** Whether logins from `peer` wait for their turn. */
  slows(peer: string): boolean {
    return (this.#of(peer, this.#clock.monotonic())?.count ?? 0) >= FREE;
  }

  /**
   * When the next login from `peer` may be looked at: now (`undefined`), or when the promise resolves; to
   * false where it never may: too many wait already, or all is over.
   */
  turn(peer: string): Promise<boolean> | undefined {
    const now = this.#clock.monotonic();
    const failures = this.#of(peer, now);
    if (failures === undefined || failures.count < FREE) return undefined;
    const wait = failures.nextAt - now;
    if (wait > LONGEST_QUEUE) return Promise.resolve(false);
    const nextAt = Math.max(failures.nextAt, now) + waitAfter(failures.count);
    this.#byAddress.set(addressOf(peer), { ...failures, nextAt });
    return wait <= 0 ? undefined : this.#wait(wait);
  }

  /** Ends all waits. */
  [Symbol.dispose](): void {
    for (const end of [...this.#waits]) end();
  }

  #of(peer: string, now: number): Failures | undefined {
    const failures = this.#byAddress.get(addressOf(peer));
    return failures !== undefined && now - failures.lastAt < MEMORY ? failures : undefined;
  }

  #wait(ms: number): Promise<boolean> {
    return new Promise((resolve) => {
      const stopTimer = this.#clock.setTimer(ms, () => {
        this.#waits.delete(end);
        resolve(true);
      });
      const end = (): void => {
        stopTimer();
        this.#waits.delete(end);
        resolve(false);
      };
      this.#waits.add(end);
    });
  }
}

/** Milliseconds after so many failures. */
function waitAfter(count: number): number {
  return count < FREE ? 0 : Math.min(FIRST_WAIT * 2 ** (count - FREE), LONGEST_WAIT);
}
