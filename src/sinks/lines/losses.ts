// Counts lost lines by reason, and tells of them at most once a minute for each reason.
import type { Clock } from "../../base/clock.ts";
import type { Log } from "../../base/log.ts";
import { OnceAMinute } from "../../base/once_a_minute.ts";

export class Losses implements Disposable {
  readonly #counts: Record<string, number> = {};
  readonly #news: OnceAMinute<string>;

  /** @param what is lost, in the singular: `line` */
  constructor(what: string, log: Log, clock: Clock) {
    this.#news = new OnceAMinute(
      clock,
      (dropped, text) => log("error", `${dropped} ${what}${dropped === 1 ? "" : "s"} ${text}`, { dropped }),
    );
  }

  /** Since start, by reason. */
  get counts(): Readonly<Record<string, number>> {
    return this.#counts;
  }

  /** @param what happened to so many: `were lost: ….` */
  add(reason: string, count: number, what: string): void {
    if (count <= 0) return;
    this.#counts[reason] = (this.#counts[reason] ?? 0) + count;
    this.#news.add(what, count, reason);
  }

  /** Tells what is untold. */
  flush(): void {
    this.#news.flush();
  }

  [Symbol.dispose](): void {
    this.flush();
  }
}
