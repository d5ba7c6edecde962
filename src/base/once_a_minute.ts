// Tells of what happens again and again at most once a minute, and leaves none of it uncounted.
import type { Clock } from "./clock.ts";

const MINUTE_MS = 60_000;

export class OnceAMinute<Detail> implements Disposable {
  readonly #clock: Clock;
  readonly #tell: (count: number, detail: Detail) => void;
  /** How often it happened since it was told, and what was said of the last time. */
  #untold: { count: number; detail: Detail } | undefined;
  #stopTimer: (() => void) | undefined;

  /** @param tell is given how often it happened since it was last told, and the detail of the last time */
  constructor(clock: Clock, tell: (count: number, detail: Detail) => void) {
    this.#clock = clock;
    this.#tell = tell;
  }

  /** It happened: told at once where nothing was told for a minute, else when that minute is over. */
  add(detail: Detail, count = 1): void {
    if (this.#stopTimer === undefined) this.#say(count, detail);
    else this.#untold = { count: count + (this.#untold?.count ?? 0), detail };
  }

  /** Tells what is untold, without waiting for its minute. What comes next is told at once. */
  flush(): void {
    this.#stopTimer?.();
    this.#stopTimer = undefined;
    const untold = this.#untold;
    this.#untold = undefined;
    if (untold !== undefined) this.#tell(untold.count, untold.detail);
  }

  /** The owner's end: tells what is untold, and leaves no timer. */
  [Symbol.dispose](): void {
    this.flush();
  }

  #say(count: number, detail: Detail): void {
    this.#stopTimer = this.#clock.setTimer(MINUTE_MS, () => this.#minuteIsOver());
    this.#tell(count, detail);
  }

  #minuteIsOver(): void {
    this.#stopTimer = undefined;
    const untold = this.#untold;
    this.#untold = undefined;
    if (untold !== undefined) this.#say(untold.count, untold.detail);
  }
}
