// How fast one client may publish, in messages and in bytes.
import { afterTaking, isOverdrawn } from "./bucket.ts";
import type { ListenerOptions } from "./options.ts";

type Limits = Pick<ListenerOptions, "maxMessagesPerSecond" | "maxMessageBytesPerSecond">;

/** `undefined` where the listener sets no limit. */
export function messageRate(limits: Limits): MessageRate | undefined {
  const { maxMessagesPerSecond: messages, maxMessageBytesPerSecond: bytes } = limits;
  return messages === 0 && bytes === 0 ? undefined : new MessageRate(messages, bytes);
}

export class MessageRate {
  readonly #messages: number;
  readonly #bytes: number;
  #messagesFullAt = -Infinity;
  #bytesFullAt = -Infinity;
  #isOver = false;

  /** Both for each second; 0: no limit. */
  constructor(messages: number, bytes: number) {
    this.#messages = messages || Infinity;
    this.#bytes = bytes || Infinity;
  }

  /** Counts a PUBLISH, whatever it comes to. The key of the limit that it passes, or `undefined`. */
  count(size: number, now: number): string | undefined {
    this.#messagesFullAt = afterTaking(1, this.#messagesFullAt, this.#messages, now);
    this.#bytesFullAt = afterTaking(size, this.#bytesFullAt, this.#bytes, now);
    this.#isOver = true;
    if (isOverdrawn(this.#messagesFullAt, now)) return "max_messages_per_second";
    if (isOverdrawn(this.#bytesFullAt, now)) return "max_message_bytes_per_second";
    this.#isOver = false;
    return undefined;
  }

  /** Whether there is room again: true once after {@link count} had none. */
  mayGoOn(now: number): boolean {
    if (!this.#isOver || isOverdrawn(Math.max(this.#messagesFullAt, this.#bytesFullAt), now)) return false;
    this.#isOver = false;
    return true;
  }
}
