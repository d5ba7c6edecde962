// A message enters the broker: told to the hooks, retained, routed.
import type { BrokerContext } from "./context.ts";
import type { Message } from "./message.ts";
import type { Publisher } from "./publisher_hold.ts";

/**
 * Returns to how many subscribers the message goes.
 * @param from who published it, and may be held back while they catch up; `undefined` for a Will
 */
export function publish(context: BrokerContext, message: Message, from: Publisher | undefined): number {
  context.counters.countReceived(message.payload.length);
  context.hooks.message_publish?.(message);
  if (message.retain && !context.retained.set(message)) context.counters.countDropped("RetainedLimit");
  return context.router.route(message, from);
}

/** A message that nobody gets. */
export function dropMessage({ counters, hooks }: BrokerContext, message: Message, reason: string): void {
  counters.countDropped(reason);
  const { dup, retain, qos, packetId } = message;
  hooks.message_dropped?.({ message, dup, retain, qos, packetId, reason });
}
