// How many connections one address may open: a token bucket for each, in a table of bounded size.

/** Addresses remembered; past them the one that was here longest ago is forgotten, and has a full bucket again. */
const MOST_ADDRESSES = 10_000;

export class ConnectRate {
  /** When the bucket of an address is full again, the address that came last at the end. */
  readonly #fullAt = new Map<string, number>();

  /**
   * Whether a connection from `peer` (address and port) is within the rate; if so, it is counted. A burst may be as
   * large as `perSecond`.
   * @param perSecond connections; 0: no limit
   * @param now milliseconds on a clock that never goes back
   */
  take(peer: string, perSecond: number, now: number): boolean {
    if (perSecond === 0) return true;
    const address = addressOf(peer);
    const fullAt = Math.max(this.#fullAt.get(address) ?? 0, now);
    const next = fullAt + 1000 / perSecond;
    if (next - now > 1000.001) return false; // sums of thirds are not exact
    this.#fullAt.delete(address);
    if (this.#fullAt.size >= MOST_ADDRESSES) {
      for (const oldest of this.#fullAt.keys()) {
        this.#fullAt.delete(oldest);
        break;
      }
    }
    this.#fullAt.set(address, next);
    return true;
  }
}

/** Without the port; of an IPv6 address its first half, for the other half is the host's own to choose. */
function addressOf(peer: string): string {
  if (!peer.startsWith("[")) return peer.slice(0, peer.lastIndexOf(":"));
  const [head = "", tail] = peer.slice(1, peer.indexOf("]")).split("::");
  const groups = head.split(":");
  if (tail !== undefined) {
    const missing = 8 - groups.length - tail.split(":").length;
    groups.push(...new Array<string>(Math.max(missing, 0)).fill("0"), ...tail.split(":"));
  }
  return groups.slice(0, 4).join(":");
}
