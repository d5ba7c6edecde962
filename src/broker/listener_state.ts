// One listener as the broker knows it: what it allows, and what its connections occupy.
import { ConnectRate } from "./connect_rate.ts";
import { Handshakes } from "./handshakes.ts";
import type { ListenerOptions } from "./options.ts";
import { Traffic } from "./traffic.ts";

export class ListenerState {
  readonly handshakes = new Handshakes();
  /** Accepted clients. */
  clients = 0;
  /**
   * What `allow_anonymous` is when it is asked. One for all clients: a Principal keeps it, and with it
   * nothing of a CONNECT.
   */
  readonly allowAnonymous = (): boolean => this.options.allowAnonymous;
  readonly #rate = new ConnectRate();

  /**
   * @param options may be replaced: connections that come then have the new ones, those that are here keep
   * theirs
   * @param traffic shared by all listeners that ever had this name
   */
  constructor(readonly name: string, public options: ListenerOptions, readonly traffic = new Traffic()) {}

  /**
   * Why a connection from `peer` (address and port) is not taken, or `undefined`.
   * @param now milliseconds on a clock that never goes back
   */
  refusal(peer: string, now: number): string | undefined {
    const refusal = this.handshakes.refusal(peer, this.options);
    if (refusal !== undefined) return refusal;
    return this.#rate.take(peer, this.options.maxConnectsPerSecond, now)
      ? undefined
      : "TooManyConnectsOfAddress";
  }
}
