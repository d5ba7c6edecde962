// What clients are kept from: counted, and told at most once a minute, so that whoever is locked out is seen
// and a flood of them fills no log.
import type { Log } from "../base/log.ts";
import { addressOf } from "../base/peer_address.ts";

/** Between two entries of the log, milliseconds. */
const MINUTE = 60_000;
/** Addresses counted between two entries; those of a larger flood stand for it. */
const MOST_ADDRESSES = 1_000;

export class Tally {
  readonly #sentence: string;
  readonly #add: (reason: string) => void;
  readonly #log: Log;
  /** Since the last entry. */
  #reasons = new Map<string, number>();
  #addresses = new Map<string, number>();
  #toldAt = -Infinity;

  /**
   * @param sentence what is told
   * @param add counts one for good
   */
  constructor(sentence: string, add: (reason: string) => void, log: Log) {
    this.#sentence = sentence;
    this.#add = add;
    this.#log = log;
  }

  /**
   * Counts one.
   * @param peer its address and port
   */
  count(reason: string, peer: string): void {
    this.#add(reason);
    this.#reasons.set(reason, (this.#reasons.get(reason) ?? 0) + 1);
    const address = addressOf(peer);
    const before = this.#addresses.get(address) ?? 0;
    if (before > 0 || this.#addresses.size < MOST_ADDRESSES) this.#addresses.set(address, before + 1);
  }

  /**
   * To be called each second: logs what was counted since the last entry, unless that was within the last
   * minute.
   * @param now milliseconds on a clock that never goes back
   */
  tell(now: number): void {
    if (this.#reasons.size === 0 || now - this.#toldAt < MINUTE) return;
    const reasons = largestFirst(this.#reasons);
    const [busiest = "", itsCount = 0] = largestFirst(this.#addresses)[0] ?? [];
    this.#log("warn", this.#sentence, {
      count: reasons.reduce((sum, [, count]) => sum + count, 0),
      reasons: reasons.map(([reason, count]) => `${reason}: ${count}`).join("; "),
      busiest_address: busiest,
      count_of_busiest: itsCount,
    });
    this.#toldAt = now;
    this.#reasons = new Map();
    this.#addresses = new Map();
  }
}

function largestFirst(counts: ReadonlyMap<string, number>): [string, number][] {
  return [...counts].sort(([, a], [, b]) => b - a);
}
