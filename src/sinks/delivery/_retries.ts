// The batches that wait for another attempt: for their time, and then for room.
import type { Clock } from "../../base/clock.ts";
import type { Pass } from "./_gate.ts";

/** What is known of a batch since its last attempt. */
export interface LastAttempt {
  /** Milliseconds of its own attempts and of the waits after them, where its events may be to blame. */
  readonly elapsed: number;
  /** It had an answer. */
  readonly refused: boolean;
  /** The endpoint was to blame for the failure. */
  readonly endpointFailed: boolean;
}

/** Ends a wait. Without a pass the batch is not sent any more: the program ends. */
export type Go = (pass?: Pass) => void;

interface Waiting {
  /** Its time, monotonic. */
  readonly notBefore: number;
  readonly last: LastAttempt;
  readonly go: Go;
}

export class Retries {
  /** Wait for their time, each with what stops its timer. */
  readonly #sleeping = new Map<Waiting, () => void>();
  /** Their time has come. */
  readonly #due = new Set<Waiting>();
  /** See `firstToPark`; undefined when it must be looked for. */
  #first: Waiting | undefined;
  #stopping = false;

  /** @param onDue is called when the time of one has come */
  constructor(private readonly clock: Clock, private readonly onDue: () => void) {}

  /** Waits `ms` milliseconds, and then for room. Resolves to undefined when the program ends. */
  wait(ms: number, last: LastAttempt): Promise<Pass | undefined> {
    this.#first = undefined;
    return new Promise((go) => {
      const waiting = { notBefore: this.clock.monotonic() + ms, last, go };
      if (ms <= 0) return this.#isDue(waiting);
      if (this.#stopping) return go(undefined);
      this.#sleeping.set(waiting, this.clock.setTimer(Math.ceil(ms), () => this.#isDue(waiting)));
    });
  }

  /** Takes one whose time has come. */
  takeDue(): Go | undefined {
    const [first] = this.#due;
    return first && this.#take(first);
  }

  /**
   * Of those that had an answer, the one whose tries are over first when it goes by its own waits.
   * @returns when it may go, and what takes it
   */
  firstToPark(): { readonly at: number; readonly take: () => Go } | undefined {
    // They may be thousands, and this is asked in every turn: it is found anew only when they changed.
    const first = this.#first ??= this.#findFirst();
    return first && { at: first.notBefore, take: () => this.#take(first) };
  }

  #findFirst(): Waiting | undefined {
    const begun = ({ notBefore, last }: Waiting): number => notBefore - last.elapsed;
    let first: Waiting | undefined;
    for (const some of [this.#due, this.#sleeping.keys()]) {
      for (const waiting of some) {
        if (waiting.last.refused && (first === undefined || begun(waiting) < begun(first))) first = waiting;
      }
    }
    return first;
  }

  /** Those that the endpoint, and not their event, failed need wait no longer. */
  endpointIsBack(): void {
    for (const waiting of [...this.#sleeping.keys()]) if (waiting.last.endpointFailed) this.#isDue(waiting);
  }

  /** Nobody waits for a time any more: the program ends. */
  stop(): void {
    this.#stopping = true;
    for (const waiting of [...this.#sleeping.keys()]) this.#take(waiting)();
  }

  /** Nobody gets room any more. */
  giveUp(): void {
    for (const waiting of [...this.#due]) this.#take(waiting)();
  }

  #isDue(waiting: Waiting): void {
    this.#take(waiting);
    this.#due.add(waiting);
    this.onDue();
  }

  #take(waiting: Waiting): Go {
    if (waiting === this.#first) this.#first = undefined;
    this.#due.delete(waiting);
    this.#sleeping.get(waiting)?.();
    this.#sleeping.delete(waiting);
    return waiting.go;
  }
}
