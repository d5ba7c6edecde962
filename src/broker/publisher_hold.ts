// Holds back publishers while a healthy subscriber catches up, so that a burst waits in the kernel's buffers
// and at the publisher instead of in the queue, and nothing is dropped that a moment's patience would have
// delivered.
//
// A subscriber that takes nothing for STALLED_MS, or does not catch up within LONGEST_MS, loses that
// privilege until its queue is empty: then it fills its own queue, loses alone, and nobody else notices it. A
// publisher for whom messages wait itself is never held, for its acknowledgements come in the same stream: so
// holds cannot form a circle.
import type { Clock } from "../base/clock.ts";
import { LazySet } from "../base/lazy.ts";

/** How long a subscriber may hold publishers without taking a message. */
const STALLED_MS = 250;
/** How long it may hold them at all. */
const LONGEST_MS = 8 * STALLED_MS;

/** A client that can be kept from being read. */
export interface Publisher {
  /** False for one that must go on being read. */
  readonly holdable: boolean;
  hold(): void;
  release(): void;
}

export class PublisherHold {
  readonly #clock: Clock;
  readonly #held = new LazySet<Publisher>();
  /** It held publishers for too long, and must empty its queue before it may again. */
  #slow = false;
  #progressed = false;
  #stopTimer: (() => void) | undefined = undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
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
    this.#stopTimer ??= this.#watch(LONGEST_MS);
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

  /** The queue is empty: whatever was slow has caught up. */
  caughtUp(): void {
    this.#slow = false;
  }

  /** Looks every STALLED_MS whether the subscriber gets on, for `rest` milliseconds at most. */
  #watch(rest: number): () => void {
    this.#progressed = false;
    return this.#clock.setTimer(STALLED_MS, () => {
      if (this.#progressed && rest > STALLED_MS) {
        this.#stopTimer = this.#watch(rest - STALLED_MS);
        return;
      }
      this.#slow = true;
      this.release();
    });
  }
}
