// Holds back publishers while a healthy subscriber catches up, so that a burst waits in the kernel's buffers and at
// the publisher instead of in the queue, and nothing is dropped that a moment's patience would have delivered.
//
// A subscriber that takes nothing for STALLED, or does not catch up within HOLD_LIMIT, loses that privilege until its
// queue is empty: then it fills its own queue, loses alone, and nobody else notices it. A publisher for whom messages are waiting itself is never
// held, for its acknowledgements come in the same stream: so holds cannot form a circle.

/** How long a subscriber may hold publishers without taking a message, milliseconds. */
const STALLED = 250;
/** How long it may hold them at all, milliseconds: eight times that. */
const HOLD_LIMIT = 8 * STALLED;

/** A connection that can be kept from being read. */
export interface Publisher {
  /** False for one that must go on being read. */
  readonly holdable: boolean;
  hold(): void;
  release(): void;
}

export class Brake {
  readonly #setTimer: (ms: number, fn: () => void) => () => void;
  readonly #held = new Set<Publisher>();
  #slow = false;
  #progressed = false;
  #stopTimer: (() => void) | undefined = undefined;

  constructor(setTimer: (ms: number, fn: () => void) => () => void) {
    this.#setTimer = setTimer;
  }

  /** Whether any publisher waits for this subscriber. */
  get holding(): boolean {
    return this.#held.size > 0;
  }

  /** The queue has become long by a message of `publisher`. */
  hold(publisher: Publisher | undefined): void {
    if (this.#slow || publisher === undefined || !publisher.holdable || this.#held.has(publisher)) return;
    this.#held.add(publisher);
    publisher.hold();
    this.#stopTimer ??= this.#watch(HOLD_LIMIT);
  }

  /** The subscriber took a message from its queue. */
  progress(): void {
    this.#progressed = true;
  }

  /** The queue has become short, or the subscriber is gone. */
  release(): void {
    this.#stopTimer?.();
    this.#stopTimer = undefined;
    for (const publisher of this.#held) publisher.release();
    this.#held.clear();
  }

  /** Looks every STALLED milliseconds whether the subscriber gets on, for `rest` milliseconds at most. */
  #watch(rest: number): () => void {
    this.#progressed = false;
    return this.#setTimer(STALLED, () => {
      if (this.#progressed && rest > STALLED) {
        this.#stopTimer = this.#watch(rest - STALLED);
        return;
      }
      this.#slow = true;
      this.release();
    });
  }

  /** The queue is empty: whatever was slow has caught up. */
  forgive(): void {
    this.#slow = false;
  }
}
