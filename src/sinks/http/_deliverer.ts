// Carries events from the store to the endpoint: how many at once, what after a failure, and when to give up.
import type { Clock } from "../clock.ts";
import type { Tell } from "../file/line_writer.ts";
import type { Answer } from "./_answer.ts";
import { backOff } from "./_back_off.ts";
import { bodyOf, type Parcel, type QueuedEvent } from "./_event.ts";
import { statusPhrase } from "./_meaning.ts";
import type { HttpOptions } from "./options.ts";
import { Outage } from "./_outage.ts";
import { ClientOutbox, FifoOutbox, type Outbox } from "./_outbox.ts";
import type { Poster } from "./_post.ts";
import { Refusals } from "./_refusals.ts";
import { Retries } from "./_retries.ts";
import type { Store } from "./_store.ts";

/** Events, and their bytes, that may be in hand: read, in flight, or waiting for another attempt. */
const MAX_IN_HAND = 4_096;
const MAX_IN_HAND_BYTES = 16 * 1024 * 1024;
/** Bytes of one batch, unless one event alone is larger. */
const MAX_BATCH_BYTES = 4 * 1024 * 1024;
/** An unanswered event waits no longer than this for its next turn: it is hardly to blame. */
const LONGEST_UNANSWERED_MS = 5_000;
/** An event that can be neither delivered nor parked is tried again after this, milliseconds. */
const NOT_PARKED_MS = 60_000;

export type DelivererOptions = Pick<
  HttpOptions,
  "concurrency" | "batchMax" | "batchWait" | "retryMaxElapsed" | "retryMultiplier"
>;

export class Deliverer {
  readonly #store: Store;
  readonly #poster: Poster;
  #options: DelivererOptions;
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #refusals: Refusals;
  readonly #outage: Outage;
  readonly #outbox: Outbox;
  readonly #retries = new Retries();
  #inFlight = 0;
  #probing = false;
  #inHand = 0;
  #inHandBytes = 0;
  #delivered = 0;
  #lastError: string | undefined;
  #reading: Promise<void> | undefined;
  #readAgain = false;
  /** What was read is still sent while the endpoint takes it; only a volatile store is read on. */
  #stopping = false;
  #stopped = false;
  #onIdle: (() => void) | undefined;
  #timer: { readonly at: number; readonly stop: () => void } | undefined;
  /** Until when a batch that is not full waits. */
  #batchUntil: number | undefined;

  /** @param random gives 0 to 1, for jitter */
  constructor(
    store: Store,
    poster: Poster,
    options: DelivererOptions & Pick<HttpOptions, "order">,
    tell: Tell,
    clock: Clock,
    random: () => number = Math.random,
  ) {
    this.#store = store;
    this.#poster = poster;
    this.#options = options;
    this.#clock = clock;
    this.#random = random;
    this.#refusals = new Refusals(tell, clock);
    this.#outage = new Outage(clock, options.retryMultiplier, random, tell);
    this.#outbox = options.order === "client" ? new ClientOutbox() : new FifoOutbox();
  }

  /** Events that the endpoint took. */
  get delivered(): number {
    return this.#delivered;
  }

  /** Why the last request failed; undefined once one was delivered. */
  get lastError(): string | undefined {
    return this.#lastError;
  }

  /** What is sent from here on follows these options. */
  reconfigure(options: DelivererOptions): void {
    this.#options = options;
    this.#outage.multiplier = options.retryMultiplier;
    this.#pump();
  }

  /** There may be more to read. Cheap, and does nothing before the caller's turn is over. */
  wake(): void {
    if (this.#readAgain) return;
    this.#readAgain = true;
    if (this.#reading === undefined) queueMicrotask(() => this.#fill());
  }

  /**
   * Sends what was read already (of a volatile store: all), as long as the endpoint takes it, and ends requests that
   * are in flight after `timeout` milliseconds. Does not reject.
   */
  async stop(timeout: number): Promise<void> {
    if (this.#stopped) return;
    const idle = new Promise<void>((resolve) => this.#onIdle = resolve);
    const stopTimer = this.#clock.setTimer(timeout, () => {
      this.#stopped = true;
      this.#poster.abortAll("the program ends");
      this.#checkIdle();
    });
    await this.#reading;
    // One last read: what the end of the broker itself wrote is worth a try.
    if (!this.#outage.isDown) await this.#read();
    this.#stopping = true;
    this.#pump();
    this.#checkIdle();
    await idle;
    stopTimer();
    this.#stopped = true;
    this.#timer?.stop();
    // The store is closed next, and a read that is under way would open a file behind it.
    await this.#reading;
  }

  /** Reads on, where there is room. */
  #fill(): void {
    if (this.#reading !== undefined || !this.#readAgain || (this.#stopping && !this.#store.volatile)) return;
    const enough = this.#outage.isDown ? 1 : this.#options.concurrency * Math.min(this.#options.batchMax, 16);
    const full = this.#inHand >= MAX_IN_HAND || this.#inHandBytes >= MAX_IN_HAND_BYTES;
    if (full || this.#outbox.ready >= enough) return;
    void this.#read();
  }

  #read(): Promise<void> {
    this.#readAgain = false;
    return this.#reading ??= this.#readOnce();
  }

  async #readOnce(): Promise<void> {
    const events = await this.#store.read();
    this.#reading = undefined;
    for (const event of events) {
      this.#outbox.add(event);
      this.#inHandBytes += event.bytes.length;
    }
    this.#inHand += events.length;
    if (events.length > 0) this.#readAgain = true;
    this.#pump();
    this.#checkIdle();
  }

  /** Sends what may be sent now. */
  #pump(): void {
    if (this.#stopped) return;
    for (;;) {
      const parcel = this.#outage.isDown ? this.#nextProbe() : this.#nextParcel();
      if (parcel === undefined) break;
      this.#send(parcel);
    }
    this.#fill();
  }

  #nextParcel(): Parcel | undefined {
    if (this.#inFlight >= this.#options.concurrency) return undefined;
    return this.#dueRetry() ?? this.#newParcel(this.#options.batchMax);
  }

  /** One event at a time, and first those that were never tried: the ones that failed may be to blame. */
  #nextProbe(): Parcel | undefined {
    if (this.#probing || this.#stopping || this.#inFlight >= this.#options.concurrency) return undefined;
    if (this.#outage.probeAt > this.#clock.now()) {
      this.#wakeAt(this.#outage.probeAt);
      return this.#dueFirstToPark();
    }
    return this.#newParcel(1) ?? this.#dueRetry();
  }

  /** One event goes by its own waits, whoever asks meanwhile: so it is parked when its time is over. */
  #dueFirstToPark(): Parcel | undefined {
    const now = this.#clock.now();
    const parcel = this.#retries.firstToPark(now);
    if (parcel === undefined) return undefined;
    const at = Math.max(parcel.notBefore, this.#outage.pausedUntil);
    if (at > now) {
      this.#wakeAt(at);
      return undefined;
    }
    this.#retries.remove(parcel);
    return parcel;
  }

  #newParcel(max: number): Parcel | undefined {
    const { ready } = this.#outbox;
    if (ready === 0) return undefined;
    if (ready < max && !this.#stopping && this.#options.batchWait > 0 && !this.#waitedForBatch()) {
      return undefined;
    }
    this.#batchUntil = undefined;
    const events = this.#outbox.take(max, MAX_BATCH_BYTES);
    const asLines = this.#options.batchMax > 1;
    return {
      events,
      asLines,
      key: this.#store.keyOf(events, bodyOf(events, asLines)),
      attempts: 0,
      elapsed: 0,
      notBefore: 0,
      deliveredBefore: 0,
      refused: false,
      endpointFailed: false,
      firstAttempt: 0,
      lastAttempt: 0,
    };
  }

  /** Whether a batch that is not full has waited `batchWait` since its first event. */
  #waitedForBatch(): boolean {
    const now = this.#clock.now();
    this.#batchUntil ??= now + this.#options.batchWait;
    if (this.#batchUntil <= now) return true;
    this.#wakeAt(this.#batchUntil);
    return false;
  }

  #dueRetry(): Parcel | undefined {
    if (this.#stopping) return undefined;
    const parcel = this.#retries.take(this.#clock.now());
    if (parcel === undefined && this.#retries.nextAt !== undefined) this.#wakeAt(this.#retries.nextAt);
    return parcel;
  }

  #send(parcel: Parcel): void {
    this.#inFlight++;
    const start = this.#clock.now();
    const probe = this.#outage.isDown;
    if (probe) this.#probing = true;
    // One that goes by its own waits does not put off the next that asks.
    const epoch = probe && this.#outage.probeAt > start ? -1 : this.#outage.epoch;
    const deliveredBefore = parcel.attempts === 0 ? this.#delivered : parcel.deliveredBefore;
    parcel.deliveredBefore = this.#delivered;
    parcel.attempts++;
    parcel.lastAttempt = Date.now();
    if (parcel.attempts === 1) parcel.firstAttempt = parcel.lastAttempt;
    this.#poster.post(bodyOf(parcel.events, parcel.asLines), parcel.key, parcel.asLines, (answer) => {
      this.#inFlight--;
      if (probe) this.#probing = false;
      if (answer.kind === "delivered") this.#settle(parcel, epoch);
      else if (!this.#stopped) {
        // An event that gets no answer is to blame only if others were taken since its last attempt.
        const counts = answer.kind === "refused" || this.#delivered > deliveredBefore;
        if (counts) parcel.elapsed += this.#clock.now() - start;
        this.#fail(parcel, answer, epoch, counts);
      }
      this.#pump();
      this.#checkIdle();
    });
  }

  #settle(parcel: Parcel, epoch: number): void {
    this.#delivered += parcel.events.length;
    this.#lastError = undefined;
    for (const event of parcel.events) this.#store.settle(event);
    this.#putDown(parcel.events);
    if (this.#outage.succeeded(epoch, this.#store.waiting)) this.#retries.endpointIsBack();
  }

  #fail(
    parcel: Parcel,
    answer: Exclude<Answer, { kind: "delivered" }>,
    epoch: number,
    counts: boolean,
  ): void {
    const status = answer.kind === "refused" ? answer.status : undefined;
    const pause = answer.kind === "refused" ? answer.retryAfter : undefined;
    const why = answer.kind === "refused" ? statusPhrase(answer.status) : answer.text;
    this.#lastError = `The last request failed: ${why}.`;
    parcel.refused = status !== undefined;
    parcel.endpointFailed = isEndpoints(status);
    if (parcel.endpointFailed) {
      const atOnce = status !== undefined && status !== 429;
      this.#outage.failed(why, epoch, { atOnce, pause }, this.#store.waiting);
    } else if (status !== undefined) {
      this.#refusals.add(status, answer.text);
    }
    const left = counts ? Math.ceil(this.#options.retryMaxElapsed - parcel.elapsed) : Infinity;
    if (parcel.events.length > 1 && (left <= 0 || !parcel.endpointFailed)) return this.#split(parcel);
    if (left <= 0) return this.#park(parcel, status, answer.text);
    // The last attempt is made when the time is over, and not one back-off later.
    const wait = Math.min(left, backOff(parcel.attempts, this.#options.retryMultiplier, this.#random));
    if (counts) parcel.elapsed += wait;
    this.#retryIn(parcel, pause ?? (status === undefined ? Math.min(wait, LONGEST_UNANSWERED_MS) : wait));
  }

  /** One bad event must not take the others of its batch with it. */
  #split(parcel: Parcel): void {
    this.#outbox.putBack(parcel.events);
  }

  #park(parcel: Parcel, status: number | undefined, answer: string): void {
    const { attempts, firstAttempt, lastAttempt, key } = parcel;
    for (const event of parcel.events) {
      if (!this.#store.park(event, { status, answer, attempts, firstAttempt, lastAttempt, key })) {
        return this.#retryIn(parcel, NOT_PARKED_MS);
      }
    }
    this.#putDown(parcel.events);
  }

  #retryIn(parcel: Parcel, wait: number): void {
    parcel.notBefore = this.#clock.now() + wait;
    this.#retries.add(parcel);
    for (const event of parcel.events) {
      // It may wait for long: its block, and the hundreds of events in it, should not wait with it.
      if (event.bytes.buffer.byteLength > 2 * event.bytes.length) event.bytes = event.bytes.slice();
    }
  }

  #putDown(events: readonly QueuedEvent[]): void {
    this.#outbox.release(events);
    this.#inHand -= events.length;
    for (const { bytes } of events) this.#inHandBytes -= bytes.length;
  }

  /** One timer, for the earliest of all that is waited for. */
  #wakeAt(at: number): void {
    if (this.#timer !== undefined) {
      if (this.#timer.at <= at) return;
      this.#timer.stop();
    }
    const now = this.#clock.now();
    const due = Math.max(at, now + 1);
    const stop = this.#clock.setTimer(Math.ceil(due - now), () => {
      this.#timer = undefined;
      this.#pump();
    });
    this.#timer = { at: due, stop };
  }

  #checkIdle(): void {
    if (!this.#stopping || this.#inFlight > 0) return;
    const goesOn = this.#reading !== undefined && !this.#stopped && !this.#outage.isDown;
    if (!goesOn) this.#onIdle?.();
  }
}

/** Whether a status, or none, says something of the endpoint rather than of the event. */
function isEndpoints(status: number | undefined): boolean {
  return status === undefined || status >= 500 || status === 408 || status === 425 || status === 429;
}
