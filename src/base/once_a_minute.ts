// Tells of what happens again and again at most once a minute, and leaves none of it uncounted.
import type { Clock } from "./clock.ts";

const MINUTE_MS = 60_000;

/** What was told within the last minute. */
interface Told<Detail> {
  readonly stopTimer: () => void;
  /** How often it happened since, and what was said of the last time. */
  untold: { readonly count: number; readonly detail: Detail } | undefined;
}

export class OnceAMinute<Detail> implements Disposable {
  readonly #told = new Map<unknown, Told<Detail>>();

  /** @param tell is given how often it happened since it was last told, and the detail of the last time */
  constructor(
    private readonly clock: Clock,
    private readonly tell: (count: number, detail: Detail) => void,
  ) {}

  /**
   * It happened: told at once where nothing was told for a minute, else when that minute is over.
   * @param kind each has a minute of its own
   */
  add(detail: Detail, count = 1, kind?: unknown): void {
    const told = this.#told.get(kind);
    if (told === undefined) this.#say(count, detail, kind);
    else told.untold = { count: count + (told.untold?.count ?? 0), detail };
  }

  /** Tells what is untold, without waiting for its minute. What comes next is told at once. */
  flush(): void {
    const all = [...this.#told.values()];
    this.#told.clear();
    for (const { stopTimer, untold } of all) {
      stopTimer();
      if (untold !== undefined) this.tell(untold.count, untold.detail);
    }
  }

  /** The owner's end: tells what is untold, and leaves no timer. */
  [Symbol.dispose](): void {
    this.flush();
  }

  #say(count: number, detail: Detail, kind: unknown): void {
    const stopTimer = this.clock.setTimer(MINUTE_MS, () => this.#minuteIsOver(kind));
    this.#told.set(kind, { stopTimer, untold: undefined });
    this.tell(count, detail);
  }

  #minuteIsOver(kind: unknown): void {
    const untold = this.#told.get(kind)?.untold;
    this.#told.delete(kind);
    if (untold !== undefined) this.#say(untold.count, untold.detail, kind);
  }
}
