// What the broker told since the last commit.
import type { DeliveryRecord, MessageRecord, SessionRecord, SubscriptionRecord } from "./journal.ts";

/** A subscription or a Packet Identifier that came or went. */
export type Step =
  | { readonly kind: "subscribed"; readonly row: number; readonly subscription: SubscriptionRecord }
  | { readonly kind: "unsubscribed"; readonly row: number; readonly topicFilter: string }
  | { readonly kind: "received" | "released"; readonly row: number; readonly packetId: number };

/** What a topic has now, and what the store has of it. */
export interface RetainedChange {
  readonly message: MessageRecord | undefined;
  readonly inStore: MessageRecord | undefined;
}

export class Changes {
  readonly sessions = new Set<SessionRecord>();
  readonly over = new Set<SessionRecord>();
  /** In the order they came. */
  readonly steps: Step[] = [];
  readonly deliveries: DeliveryRecord[] = [];
  readonly retained = new Map<string, RetainedChange>();
  /** Messages that a transaction under way gave a number. */
  readonly numbered: MessageRecord[] = [];

  get empty(): boolean {
    return this.deliveries.length === 0 && this.steps.length === 0 && this.sessions.size === 0 &&
      this.retained.size === 0 && this.over.size === 0;
  }

  delivery(delivery: DeliveryRecord): void {
    if (delivery.changed) return;
    delivery.changed = true;
    this.deliveries.push(delivery);
  }

  retain(topic: string, message: MessageRecord | undefined, before: MessageRecord | undefined): void {
    const known = this.retained.get(topic);
    this.retained.set(topic, { message, inStore: known === undefined ? before : known.inStore });
  }

  /** All of it is stored. */
  settle(): void {
    for (const delivery of this.deliveries) {
      delivery.changed = false;
      delivery.inStore = delivery.kept;
    }
    this.deliveries.length = this.steps.length = this.numbered.length = 0;
    if (this.sessions.size > 0) this.sessions.clear();
    if (this.over.size > 0) this.over.clear();
    if (this.retained.size > 0) this.retained.clear();
  }

  /** None of it is. */
  undo(): void {
    for (const message of this.numbered) message.stored = 0;
    this.numbered.length = 0;
  }
}
