// `rmqtt-flapping.toml`: a Client Identifier, username or address that connects too often is banned a while.
import type { Clock } from "../base/clock.ts";
import type { Log } from "../base/log.ts";
import { hostOf } from "../base/peer_address.ts";
import type { Peer } from "./access.ts";
import { Remembered } from "../base/remembered.ts";

export interface FlappingPolicy {
  /** `window_time`, milliseconds in which CONNECTs are counted. */
  readonly window: number;
  /** `max_count`: the CONNECT that reaches it within the window is refused, and begins the ban. */
  readonly count: number;
  /** `ban_time`, milliseconds. */
  readonly ban: number;
}

export const DIMENSIONS = ["clientid", "username", "peerhost"] as const;
export type Dimension = (typeof DIMENSIONS)[number];

export interface FlappingOptions {
  /** `by_clientid`, `by_username`, `by_peerhost`; one that is absent is not watched. */
  readonly policies: Readonly<Partial<Record<Dimension, FlappingPolicy>>>;
  /** `allow_clientids` and its like: neither counted nor banned. */
  readonly exempt: Readonly<Record<Dimension, readonly string[]>>;
  /** `max_track`: how many of each kind are remembered. */
  readonly most: number;
}

interface Tracked {
  readonly count: number;
  /** Of the window or, where `banned`, of the ban. */
  readonly endsAt: number;
  readonly banned: boolean;
}

export class Flapping {
  /** Replaced by a reload; bans stay. */
  options: FlappingOptions;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #tracked: Readonly<Record<Dimension, Remembered<Tracked>>>;

  constructor(options: FlappingOptions, clock: Clock, log: Log) {
    this.options = options;
    this.#clock = clock;
    this.#log = log;
    const table = (): Remembered<Tracked> => new Remembered(Infinity); // #count keeps to max_track
    this.#tracked = { clientid: table(), username: table(), peerhost: table() };
  }

  /** Counts a CONNECT. Whether whoever sent it is banned, be it from here on. */
  isBanned(peer: Peer): boolean {
    const keys = { clientid: peer.clientId, username: peer.username, peerhost: hostOf(peer.address) };
    let banned = false;
    for (const dimension of DIMENSIONS) {
      const policy = this.options.policies[dimension];
      const key = keys[dimension];
      if (policy === undefined || key === undefined || this.options.exempt[dimension].includes(key)) continue;
      if (this.#count(dimension, key, policy)) banned = true;
    }
    return banned;
  }

  #count(dimension: Dimension, key: string, { window, count, ban }: FlappingPolicy): boolean {
    const now = this.#clock.monotonic();
    const table = this.#tracked[dimension];
    const found = table.get(key);
    const tracked = found !== undefined && found.endsAt > now ? found : undefined;
    if (tracked?.banned) return true; // and no longer than it was to be
    if (found === undefined && table.size >= this.options.most) {
      table.sweep(({ endsAt }) => endsAt <= now);
      // A flood of new names makes nobody forget a ban, and keeps nobody out.
      if (table.size >= this.options.most) return false;
    }
    const reached = (tracked?.count ?? 0) + 1;
    if (reached < count) {
      table.set(key, { count: reached, endsAt: tracked?.endsAt ?? now + window, banned: false });
      return false;
    }
    table.set(key, { count: reached, endsAt: now + ban, banned: true });
    this.#log("warn", `${dimension} ${JSON.stringify(key)} connects too often and is banned`, {
      connects: reached,
      within_s: window / 1000,
      for_s: ban / 1000,
    });
    return true;
  }
}
