// How many connections one address may open: a token bucket for each, in a table of bounded size.
import { addressOf } from "../base/peer_address.ts";
import { Remembered } from "../base/remembered.ts";
import { afterTaking, isOverdrawn } from "./bucket.ts";

/** Addresses remembered; past them the one longest away is forgotten, and has a full bucket. */
const MOST_ADDRESSES = 10_000;

export class ConnectRate {
  /** When the bucket of an address is full again, the address that came last at the end. */
  readonly #fullAt = new Remembered<number>(MOST_ADDRESSES);

  /**
   * Whether a connection from `peer` (address and port) is within the rate; if so, it is counted. A burst may
   * be as large as `perSecond`.
   * @param perSecond connections; 0: no limit
   * @param now milliseconds on a clock that never goes back
   */
  take(peer: string, perSecond: number, now: number): boolean {
    if (perSecond === 0) return true;
    const address = addressOf(peer);
    const fullAt = afterTaking(1, this.#fullAt.get(address) ?? now, perSecond, now);
    if (isOverdrawn(fullAt, now)) return false;
    this.#fullAt.set(address, fullAt);
    return true;
  }
}
