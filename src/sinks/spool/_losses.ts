// Counts lost events by reason, and tells of them at most once a minute for each reason.
import type { Clock } from "../../base/clock.ts";
import type { Log } from "../../base/log.ts";
import { OnceAMinute } from "../../base/once_a_minute.ts";

export class Losses implements Disposable {
  readonly #counts: Record<string, number> = {};
  readonly #news = new Map<string, OnceAMinute<string>>();

  constructor(private readonly log: Log, private readonly clock: Clock) {}

  /** Since start, by reason. */
  get counts(): Readonly<Record<string, number>> {
    return this.#counts;
  }

  /** @param what happened to so many events: `were lost: ….` */
  add(reason: string, count: number, what: string): void {
    if (count <= 0) return;
    this.#counts[reason] = (this.#counts[reason] ?? 0) + count;
    let news = this.#news.get(reason);
    if (news === undefined) {
      news = new OnceAMinute(
        this.clock,
        (dropped, text) =>
          this.log("error", `${dropped}${dropped === 1 ? " event" : " events"} ${text}`, { dropped }),
      );
      this.#news.set(reason, news);
    }
    news.add(what, count);
  }

  /** Tells what is untold. */
  [Symbol.dispose](): void {
    for (const news of this.#news.values()) news.flush();
  }
}
