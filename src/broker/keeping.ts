// What is stored of a delivery: told to the journal where its session is, and counted.
import type { DeliveryContext } from "./delivery_context.ts";
import type { Delivery } from "./message.ts";

/** Its session keeps it, as it is at the end of the turn. */
export function keep({ journal, stored }: DeliveryContext, delivery: Delivery): void {
  if (delivery.session === 0) return;
  if (!delivery.kept) {
    delivery.kept = true;
    delivery.sequence ||= journal.next();
    stored.add(delivery.size);
  }
  journal.delivery(delivery);
}

/** It keeps it no longer, where it did. */
export function forget({ journal, stored }: DeliveryContext, delivery: Delivery): void {
  if (!delivery.kept) return;
  delivery.kept = false;
  stored.remove(delivery.size);
  journal.delivery(delivery);
}
