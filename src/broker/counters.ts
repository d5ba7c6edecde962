// What the broker counts: above all, everything that it did not do, by reason.
import type { MessageData } from "../hooks/events.ts";

export class Counters {
  /** Clients accepted since start. */
  connected = 0;
  /** The most clients that were connected at once. */
  mostClients = 0;
  /** Messages that entered, and their payload bytes. */
  received = 0;
  receivedBytes = 0;
  /** PUBLISH packets that left, repeated ones included, and their payload bytes. */
  sent = 0;
  sentBytes = 0;
  /** Those of them that have a message of the broker itself, of which no event tells. */
  sentOwn = 0;
  /** Messages whose exchange with a client ended well. */
  acknowledged = 0;
  /** Messages that will not reach a client, by reason without its details. */
  readonly dropped = new Map<string, number>();
  /** Connections that did not become clients, by reason. */
  readonly refused = new Map<string, number>();
  /** How often a client was over its rate, by the key of the limit. */
  readonly throttled = new Map<string, number>();

  /** @param bytes of its payload */
  countReceived(bytes: number): void {
    this.received++;
    this.receivedBytes += bytes;
  }

  countSent({ payload, fromType }: Pick<MessageData, "payload" | "fromType">): void {
    this.sent++;
    this.sentBytes += payload.length;
    if (fromType === "system") this.sentOwn++;
  }

  countDropped(reason: string): void {
    count(this.dropped, reason);
  }

  countThrottled(reason: string): void {
    count(this.throttled, reason);
  }

  countRefused(reason: string): void {
    count(this.refused, reason);
  }
}

function count(into: Map<string, number>, reason: string): void {
  // `Error(PUBREC 0x97)` counts as `Error`: the details come from the peer, and names must stay few.
  const parenthesis = reason.indexOf("(");
  const name = parenthesis < 0 ? reason : reason.slice(0, parenthesis);
  into.set(name, (into.get(name) ?? 0) + 1);
}
