// The time that a page tells of: cut into steps, and written as the log's own local time.

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** Lengths of a step that people read well, milliseconds. */
const STEPS: readonly number[] = [
  ...[1, 2, 5, 10, 15, 30].map((n) => n * SECOND),
  ...[1, 2, 5, 10, 15, 30].map((n) => n * MINUTE),
  ...[1, 2, 3, 6, 12].map((n) => n * HOUR),
  ...[1, 7, 30, 90, 365].map((n) => n * DAY),
];
const MOST_STEPS = 240;
const MOST_TICKS = 8;

export class TimeAxis {
  /** Where the first step begins, Unix milliseconds: a whole number of steps of local time. */
  readonly start: number;
  /** Milliseconds. */
  readonly step: number;
  readonly count: number;

  /**
   * @param from first and @param to last moment, Unix milliseconds
   * @param zone milliseconds that the log's local time is ahead of UTC
   */
  constructor(readonly from: number, readonly to: number, readonly zone: number) {
    const span = to - from;
    this.step = STEPS.find((step) => span / step < MOST_STEPS) ?? Math.ceil(span / MOST_STEPS);
    this.start = Math.floor((from + zone) / this.step) * this.step - zone;
    this.count = Math.floor((to - this.start) / this.step) + 1;
  }

  /** Rates are told by the minute, or by the second where a step is shorter. */
  get rate(): { readonly unit: "second" | "minute"; readonly factor: number } {
    return this.step < 10 * SECOND
      ? { unit: "second", factor: SECOND / this.step }
      : { unit: "minute", factor: MINUTE / this.step };
  }

  /** `2026-11-24 09:05:01`, in the log's local time. */
  text(ms: number): string {
    const date = new Date(ms + this.zone);
    return Number.isNaN(date.getTime()) ? String(ms) : date.toISOString().slice(0, 19).replace("T", " ");
  }

  /**
   * Moments that people read well, as steps from the start, and what they are called: `09:05:30`, `09:05`,
   * `11-24 09:00` or `2026-11-24`.
   */
  ticks(): { readonly at: number; readonly label: string }[] {
    const end = this.start + this.count * this.step;
    const every = STEPS.find((step) => (end - this.start) / step <= MOST_TICKS) ??
      Math.ceil((end - this.start) / MOST_TICKS);
    const ticks: { at: number; label: string }[] = [];
    for (let ms = Math.ceil((this.start + this.zone) / every) * every - this.zone; ms < end; ms += every) {
      ticks.push({ at: (ms - this.start) / this.step, label: this.#label(ms, every) });
    }
    return ticks;
  }

  #label(ms: number, every: number): string {
    const text = this.text(ms);
    if (every >= DAY) return text.slice(0, 10);
    if (this.to - this.from > DAY) return text.slice(5, 16);
    return every < MINUTE ? text.slice(11) : text.slice(11, 16);
  }

  /** `09:05:00 – 09:06:00`, with the day where there are several. */
  stepText(index: number): string {
    const start = this.start + index * this.step;
    const [a, b] = [this.text(start), this.text(start + this.step)];
    return this.to - this.from > DAY ? `${a} – ${b}` : `${a.slice(11)} – ${b.slice(11)}`;
  }
}

/** `1 d 2 h`, `3 min 5 s`, `0.4 s`: the two largest parts. */
export function durationText(ms: number): string {
  if (ms < 10 * SECOND) return `${(ms / SECOND).toFixed(1)} s`;
  const parts = ([["d", DAY], ["h", HOUR], ["min", MINUTE], ["s", SECOND]] as const).map(
    ([unit, size], i) => {
      const above = [Infinity, DAY, HOUR, MINUTE][i] ?? Infinity;
      return [Math.floor((above === Infinity ? ms : ms % above) / size), unit] as const;
    },
  );
  const first = parts.findIndex(([n]) => n > 0);
  return parts.slice(first, first + 2).filter(([n]) => n > 0).map(([n, unit]) => `${n} ${unit}`).join(" ");
}
