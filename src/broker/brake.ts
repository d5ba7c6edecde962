// Holds back publishers while a healthy subscriber catches up, so that a burst waits in the kernel's buffers and at
// the publisher instead of in the queue, and nothing is dropped that a moment's patience would have delivered.
//
// A subscriber that does not catch up within HOLD_LIMIT loses that privilege until its queue is empty: then it fills
// its own queue, loses alone, and nobody else notices it. A publisher for whom messages are waiting itself is never
// held, for its acknowledgements come in the same stream: so holds cannot form a circle.

/** How long a subscriber may hold publishers before it counts as slow, milliseconds. */
const HOLD_LIMIT = 100;

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
    this.#stopTimer ??= this.#setTimer(HOLD_LIMIT, () => {
      this.#slow = true;
      this.release();
    });
  }

  /** The queue has become short, or the subscriber is gone. */
  release(): void {
    this.#stopTimer?.();
    this.#stopTimer = undefined;
    for (const publisher of this.#held) publisher.release();
    this.#held.clear();
  }

  /** The queue is empty: whatever was slow has caught up. */
  forgive(): void {
    this.#slow = false;
  }
}
