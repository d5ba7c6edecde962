// Counts lost events by reason, and tells of them at most once a minute for each reason.
import type { Clock } from "../clock.ts";
import type { Tell } from "../file/line_writer.ts";

/** Between two reports of one reason, milliseconds. */
const REPORT_MS = 60_000;

interface Untold {
  count: number;
  /** Behind the number of events. */
  text: string;
  readonly stopTimer: () => void;
}

export class Drops {
  readonly #tell: Tell;
  readonly #clock: Clock;
  readonly #counts: Record<string, number> = {};
  /** Reasons that were told less than a minute ago. */
  readonly #untold = new Map<string, Untold>();

  constructor(tell: Tell, clock: Clock) {
    this.#tell = tell;
    this.#clock = clock;
  }

  /** Since start, by reason. */
  get counts(): Readonly<Record<string, number>> {
    return this.#counts;
  }

  /** @param text what happened to so many events: `" events were lost: …."` */
  add(reason: string, count: number, text: string): void {
    if (count <= 0) return;
    this.#counts[reason] = (this.#counts[reason] ?? 0) + count;
    const untold = this.#untold.get(reason);
    if (untold !== undefined) {
      untold.count += count;
      untold.text = text;
      return;
    }
    this.#say(count, text);
    this.#untold.set(reason, {
      count: 0,
      text,
      stopTimer: this.#clock.setTimer(REPORT_MS, () => this.#minuteIsOver(reason)),
    });
  }

  /** Tells what is untold. */
  close(): void {
    for (const { count, text, stopTimer } of this.#untold.values()) {
      stopTimer();
      if (count > 0) this.#say(count, text);
    }
    this.#untold.clear();
  }

  #minuteIsOver(reason: string): void {
    const untold = this.#untold.get(reason);
    this.#untold.delete(reason);
    if (untold === undefined || untold.count === 0) return;
    this.#say(untold.count, untold.text);
    this.#untold.set(reason, {
      count: 0,
      text: untold.text,
      stopTimer: this.#clock.setTimer(REPORT_MS, () => this.#minuteIsOver(reason)),
    });
  }

  #say(count: number, text: string): void {
    this.#tell("error", `${count}${count === 1 ? " event" : " events"} ${text}`, count);
  }
}
