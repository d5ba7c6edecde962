// What waits for one session, within its limits and those of all sessions: in memory, and for a session that
// is stored on the disk, too.
import type { ClientIdentity } from "../hooks/client_identity.ts";
import type { DeliveryContext } from "./delivery_context.ts";
import type { Delivery, Message } from "./message.ts";
import { MessageQueue, type Shelf } from "./message_queue.ts";
import type { ListenerOptions } from "./options.ts";
import { type Publisher, PublisherHold } from "./publisher_hold.ts";
import type { Giver } from "./queue_total.ts";
import { type KnownTopics, restoredDelivery } from "./restored.ts";
import type { WaitingCount } from "../store/journal.ts";

/** What a stored session's queue has in memory, messages and bytes; what is beyond is on the disk only. */
const IN_MEMORY = { messages: 1_000, bytes: 1024 ** 2 } as const;

/** Whose queue it is. */
export interface QueueOwner {
  readonly identity: ClientIdentity;
  readonly present: boolean;
  /** The message will not reach the client. */
  drop(delivery: Delivery, reason: string): void;
}

export class SessionQueue implements Giver, Shelf {
  limits: ListenerOptions;
  readonly #context: DeliveryContext;
  readonly #owner: QueueOwner;
  /** The session's in the store; 0: it is not stored. */
  readonly #row: number;
  readonly #queue: MessageQueue;
  readonly #hold: PublisherHold;

  /** @param found what waits in the store */
  constructor(
    context: DeliveryContext,
    owner: QueueOwner,
    limits: ListenerOptions,
    row: number,
    found?: WaitingCount,
  ) {
    this.limits = limits;
    this.#context = context;
    this.#owner = owner;
    this.#row = row;
    this.#queue = new MessageQueue(this, found);
    this.#hold = new PublisherHold(context.clock);
    if (this.#queue.length > 0) this.#watch();
    context.total.shelved += this.#queue.length;
  }

  get length(): number {
    return this.#queue.length;
  }

  /** Whether some of it is on the disk only: what comes must wait there, too. */
  get shelves(): boolean {
    return this.#queue.shelves;
  }

  /** Of all that waits, for {@link QueueTotal}. */
  get queuedBytes(): number {
    return this.#queue.bytes;
  }

  /**
   * Adds one that may not be sent now. False where it was given up at once.
   * @param from who may be held back until the client catches up
   */
  push(delivery: Delivery, from: Publisher | undefined): boolean {
    const { arena, total } = this.#context;
    const { message } = delivery;
    const shelve = delivery.session !== 0 && this.#mustShelve(message);
    if (shelve) message.keep(arena);
    else {
      message.keepLong(arena);
      // Before the queue may give it up again.
      total.hold(message);
    }
    let kept = true;
    this.#queue.push(delivery, this.limits, (given) => {
      if (given === delivery) kept = false;
      if (kept || !shelve) total.release(given.message);
      this.#giveUp(given);
    }, shelve);
    if (kept && shelve) total.shelved++;
    if (this.#queue.length === 1) this.#watch();
    if (this.#owner.present && this.#fullness >= 1) this.#hold.hold(from);
    return kept;
  }

  peek(): Delivery | undefined {
    return this.#queue.peek();
  }

  /** Takes out the oldest. */
  shift(): Delivery | undefined {
    const delivery = this.#queue.shift();
    if (delivery !== undefined) this.#context.total.release(delivery.message);
    return delivery;
  }

  /** One was sent: publishers may go on. */
  easeHold(): void {
    this.#hold.progress();
    if (this.#queue.length === 0) this.#hold.caughtUp();
    this.#releaseWhereShort();
  }

  /** The client is gone. */
  releaseHold(): void {
    this.#hold.release();
  }

  giveUpOldest(): void {
    const oldest = this.#queue.giveUpOldest();
    if (oldest === undefined) return;
    this.#context.total.release(oldest.message);
    this.#giveUp(oldest);
    this.#releaseWhereShort();
  }

  /** Drops what is unwanted. */
  dropWhere(isUnwanted: (message: Message) => boolean, reason: string): void {
    for (const delivery of this.#queue.takeOut(({ message }) => isUnwanted(message))) {
      this.#context.total.release(delivery.message);
      this.#owner.drop(delivery, reason);
    }
    this.#releaseWhereShort();
  }

  /** Drops one that was found on the disk to have expired, where it waits still. */
  dropExpired(found: Delivery): void {
    const delivery = this.#queue.takeOne(found);
    if (delivery === undefined) return;
    this.#context.total.release(delivery.message);
    this.#owner.drop(delivery, "MessageExpiration");
  }

  /** The session is over, and takes all of it along. */
  end(reason: string): void {
    for (let d = this.shift(); d !== undefined; d = this.shift()) this.#owner.drop(d, reason);
    this.#context.total.unwatch(this);
    this.#context.stored.unwatch(this);
  }

  page(sequence: number): Delivery[] | undefined {
    const page = this.#context.journal.page(this.#row, sequence, IN_MEMORY.messages);
    const known: KnownTopics = new Map();
    return page?.flatMap((found) => restoredDelivery(found, this.#owner.identity, known) ?? []);
  }

  oldestQos0(sequence: number): Delivery | undefined {
    const found = this.#context.journal.oldestQos0(this.#row, sequence);
    return found && restoredDelivery(found, this.#owner.identity, new Map());
  }

  loaded({ message }: Delivery): void {
    this.#context.total.hold(message);
    this.#context.total.shelved--;
  }

  lost(messages: number): void {
    this.#context.total.shelved -= messages;
  }

  /** Nothing of an absent client is in memory that need not be. */
  #mustShelve(message: Message): boolean {
    const { inMemory, bytes, shelves } = this.#queue;
    return shelves || !this.#owner.present || inMemory >= IN_MEMORY.messages || bytes >= IN_MEMORY.bytes ||
      !this.#context.total.hasRoom(message);
  }

  #watch(): void {
    const { total, stored } = this.#context;
    (this.#row === 0 ? total : stored).watch(this);
  }

  #giveUp(delivery: Delivery): void {
    const expired = delivery.message.expiresAt <= this.#context.turn.monotonic;
    this.#owner.drop(delivery, expired ? "MessageExpiration" : "MessageQueueFull");
  }

  #releaseWhereShort(): void {
    if (this.#hold.holding && this.#fullness < 0.5) this.#hold.release();
  }

  /** From 1 on publishers are held, at half of that they are released. */
  get #fullness(): number {
    return this.#queue.fullness(this.limits);
  }
}
