// A list of what a stream brings, newest first: drawn some times a second, bounded, with what it left out.
import { countText } from "../../reader/figures.ts";
import { make } from "./dom.ts";

/** Milliseconds between two drawings. */
const DRAWN_EVERY = 250;

export class StreamList<Entry> {
  readonly #list: HTMLElement;
  readonly #itemOf: (entry: Entry) => HTMLElement;
  /** Taken and not drawn yet, oldest first. */
  #waiting: Entry[] = [];
  /** Of those that waited, dropped before they were drawn. */
  #skipped = 0;
  #missed = 0;
  #timer: number | undefined;
  #paused = false;

  /**
   * @param most entries kept
   * @param changed called when the counts below may have changed
   */
  constructor(
    list: HTMLElement,
    itemOf: (entry: Entry) => HTMLElement,
    readonly most: number,
    readonly changed: () => void,
  ) {
    this.#list = list;
    this.#itemOf = itemOf;
  }

  get shown(): number {
    return this.#list.childElementCount;
  }

  /** Entries that came and were left out, since it was cleared. */
  get skipped(): number {
    return this.#skipped;
  }

  /** Entries that came since it was paused. */
  get missed(): number {
    return this.#missed;
  }

  get paused(): boolean {
    return this.#paused;
  }

  add(entry: Entry): void {
    if (this.#paused) this.#missed++;
    else {
      this.#waiting.push(entry);
      if (this.#waiting.length > 2 * this.most) {
        this.#skipped += this.#waiting.length - this.most;
        this.#waiting = this.#waiting.slice(-this.most);
      }
    }
    this.#timer ??= setTimeout(() => this.#draw(), DRAWN_EVERY);
  }

  /** Counts entries that did not even come. */
  leftOut(count: number): void {
    if (this.#paused) this.#missed += count;
    else this.#skipped += count;
    this.#timer ??= setTimeout(() => this.#draw(), DRAWN_EVERY);
  }

  pause(): void {
    this.#draw();
    this.#paused = true;
    this.#missed = 0;
  }

  resume(): void {
    this.#paused = false;
    if (this.#missed > 0) {
      this.#list.prepend(make("li", { class: "gap" }, `${countText(this.#missed)} while paused, not shown`));
    }
    this.#missed = 0;
    this.changed();
  }

  clear(): void {
    this.#waiting = [];
    this.#skipped = this.#missed = 0;
    this.#list.replaceChildren();
    this.changed();
  }

  #draw(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const entries = this.#waiting.slice(-this.most);
    this.#skipped += this.#waiting.length - entries.length;
    this.#waiting = [];
    this.#list.prepend(...entries.reverse().map(this.#itemOf));
    while (this.#list.childElementCount > this.most) this.#list.lastElementChild?.remove();
    this.changed();
  }
}
