// A clock that stands until a test advances it, and runs the timers that come due on the way.
import type { Clock } from "../../src/base/clock.ts";

interface Timer {
  readonly at: number;
  readonly run: () => void;
}

export class FakeClock implements Clock {
  /** How far the time of day has jumped, as when NTP finds it; the sinks know no time of day, theirs stays 0. */
  jumped = 0;
  #now = 0;
  #timers: Timer[] = [];

  now(): number {
    return this.#now + this.jumped;
  }

  monotonic(): number {
    return this.#now;
  }

  setTimer(ms: number, run: () => void): () => void {
    const timer = { at: this.#now + ms, run };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  /** How many timers wait. */
  get timers(): number {
    return this.#timers.length;
  }

  advance(ms: number): void {
    const end = this.#now + ms;
    for (let next = this.#dueBy(end); next !== undefined; next = this.#dueBy(end)) {
      const due = next;
      this.#timers = this.#timers.filter((other) => other !== due);
      this.#now = due.at;
      due.run();
    }
    this.#now = end;
  }

  #dueBy(end: number): Timer | undefined {
    return this.#timers.filter((timer) => timer.at <= end).sort((a, b) => a.at - b.at)[0];
  }
}
