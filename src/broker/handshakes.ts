// Connections of one listener without a CONNECT: how many there may be, in all and of one address.
import type { ListenerOptions } from "./options.ts";
import { addressOf } from "../base/peer_address.ts";

export class Handshakes {
  /** Never more addresses than connections. */
  readonly #byAddress = new Map<string, number>();
  #count = 0;

  /** Connections that have not sent their CONNECT yet. */
  get count(): number {
    return this.#count;
  }

  /** Why one more from `peer` (address and port) may not begin, or `undefined`. */
  refusal(
    peer: string,
    limits: ListenerOptions,
  ): "TooManyHandshakes" | "TooManyHandshakesOfAddress" | undefined {
    if (this.#count >= limits.maxHandshaking) return "TooManyHandshakes";
    const most = limits.maxHandshakingPerAddress;
    if (most > 0 && this.#of(addressOf(peer)) >= most) return "TooManyHandshakesOfAddress";
    return undefined;
  }

  begin(peer: string): void {
    const address = addressOf(peer);
    this.#count++;
    this.#byAddress.set(address, this.#of(address) + 1);
  }

  /** The connection has sent its CONNECT, or is gone. */
  end(peer: string): void {
    const address = addressOf(peer);
    const left = this.#of(address) - 1;
    this.#count--;
    if (left > 0) this.#byAddress.set(address, left);
    else this.#byAddress.delete(address);
  }

  #of(address: string): number {
    return this.#byAddress.get(address) ?? 0;
  }
}
