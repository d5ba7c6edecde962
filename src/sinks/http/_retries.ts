// The parcels that wait for their next attempt.
import type { Parcel } from "./_event.ts";

/** They may be thousands: they are looked through at most once in so many milliseconds. */
const TICK_MS = 20;

export class Retries {
  /** Wait for their time. */
  readonly #waiting = new Set<Parcel>();
  /** None of those is due before. */
  #nextAt = Infinity;
  /** Their time has come. */
  #due: Parcel[] = [];

  /** To be sent again at `parcel.notBefore`. */
  add(parcel: Parcel): void {
    this.#waiting.add(parcel);
    this.#nextAt = Math.min(this.#nextAt, parcel.notBefore);
  }

  /** Takes one whose time has come. */
  take(now: number): Parcel | undefined {
    if (this.#due.length === 0 && now >= this.#nextAt) this.#collect(now);
    return this.#due.shift();
  }

  /** Of those that had an answer, the one whose time is over first when it goes by its own waits. */
  firstToPark(now: number): Parcel | undefined {
    const begun = ({ notBefore, elapsed }: Parcel): number => Math.max(notBefore, now) - elapsed;
    let first: Parcel | undefined;
    for (const parcel of [...this.#due, ...this.#waiting]) {
      if (parcel.refused && (first === undefined || begun(parcel) < begun(first))) first = parcel;
    }
    return first;
  }

  /** Takes this one out. */
  remove(parcel: Parcel): void {
    if (!this.#waiting.delete(parcel)) this.#due = this.#due.filter((other) => other !== parcel);
  }

  /** When `take` may have one again; undefined when none waits. */
  get nextAt(): number | undefined {
    return this.#waiting.size > 0 ? this.#nextAt : undefined;
  }

  /** Those that the endpoint, and not their event, failed need wait no longer. */
  endpointIsBack(): void {
    for (const parcel of this.#waiting) if (parcel.endpointFailed) parcel.notBefore = 0;
    this.#nextAt = 0;
  }

  #collect(now: number): void {
    let earliest = Infinity;
    for (const parcel of this.#waiting) {
      if (parcel.notBefore > now) {
        earliest = Math.min(earliest, parcel.notBefore);
        continue;
      }
      this.#waiting.delete(parcel);
      this.#due.push(parcel);
    }
    this.#nextAt = Math.max(earliest, now + TICK_MS);
  }
}
