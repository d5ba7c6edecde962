// Carries events from their backlog to the endpoint: what is sent when, and what follows a failure.
import type { Clock } from "../../base/clock.ts";
import type { Log } from "../../base/log.ts";
import { OnceAMinute } from "../../base/once_a_minute.ts";
import type { Backlog, QueuedEvent } from "../spool/backlog.ts";
import { backOff } from "./back_off.ts";
import type { FarEnd, Refused, Unanswered } from "./far_end.ts";
import { Gate, type GateOptions, type Pass } from "./_gate.ts";
import { Outbox } from "./_outbox.ts";
import { type Go, type LastAttempt, Retries } from "./_retries.ts";

/** Events, and their bytes, that may be in hand: read, in flight, or waiting for another attempt. */
const MAX_IN_HAND = 2_048;
const MAX_IN_HAND_BYTES = 16 * 1024 * 1024;
/** Bytes of one batch, unless one event alone is larger. */
const MAX_BATCH_BYTES = 4 * 1024 * 1024;
/** An unanswered event waits no longer than this for its next turn: it is hardly to blame. */
const LONGEST_UNANSWERED_MS = 5_000;
/** An event that can be neither delivered nor parked is tried again after this, milliseconds. */
const NOT_PARKED_MS = 60_000;

interface DelivererOptions extends GateOptions {
  /** Events in one request. */
  readonly batchMax: number;
  /** Milliseconds a batch that is not full waits for more. */
  readonly batchWait: number;
  /** Milliseconds an event is tried for before it is parked. */
  readonly retryMaxElapsed: number;
  /** `client`: the events of one client leave one after the other. It cannot change. */
  readonly order: "none" | "client";
}

export class Deliverer {
  readonly #gate: Gate;
  readonly #outbox: Outbox;
  readonly #retries: Retries;
  readonly #carrying = new Set<Promise<void>>();
  readonly #refusals: OnceAMinute<string>;
  #inHand = 0;
  #inHandBytes = 0;
  #delivered = 0;
  #lastError: string | undefined;
  #reading: Promise<void> | undefined;
  /** There may be something to read. */
  #more = false;
  #planned = false;
  /** What was read is still sent while the endpoint takes it; only a volatile backlog is read on. */
  #stopping = false;
  #stopped = false;
  #timer: { readonly at: number; readonly stop: () => void } | undefined;
  /** Until when a batch that is not full waits. */
  #batchUntil: number | undefined;

  /** @param random gives 0 to 1, for jitter */
  constructor(
    private readonly backlog: Backlog,
    private readonly farEnd: FarEnd,
    private options: DelivererOptions,
    log: Log,
    private readonly clock: Clock,
    private readonly random: () => number = Math.random,
  ) {
    this.#refusals = new OnceAMinute(
      clock,
      (_count, why) => log("warn", `The endpoint refuses events: ${why}; each is tried again for a while.`),
    );
    this.#gate = new Gate(options, log, clock, random);
    this.#outbox = new Outbox(options.order);
    this.#retries = new Retries(clock, () => this.#plan());
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
    this.options = this.#gate.options = options;
    this.#plan();
  }

  /** There may be more to read. Cheap, and does nothing before the caller's turn is over. */
  wake(): void {
    this.#more = true;
    this.#plan();
  }

  /**
   * Sends what was read already (of a volatile backlog: all), as long as the endpoint takes it, and ends
   * requests that are in flight after `timeout` milliseconds. Does not reject.
   */
  async stop(timeout: number): Promise<void> {
    const stopTimer = this.clock.setTimer(timeout, () => {
      this.#stopped = true;
      this.farEnd.abandon("the program ends");
      this.#plan();
    });
    await this.#reading;
    // One last read: what the end of the broker itself wrote is worth a try.
    if (!this.#gate.isDown) await this.#read();
    this.#stopping = true;
    this.#retries.stop();
    this.#pump();
    while (this.#carrying.size > 0 || this.#reading !== undefined) {
      await Promise.all([...this.#carrying, this.#reading]);
    }
    stopTimer();
    this.#stopped = true;
    this.#timer?.stop();
    this.#refusals[Symbol.dispose]();
  }

  /** Pumps once, behind all that happens now. */
  #plan(): void {
    if (this.#planned) return;
    this.#planned = true;
    queueMicrotask(() => {
      this.#planned = false;
      this.#pump();
    });
  }

  /** Sends what may be sent now, and reads on where there is room. */
  #pump(): void {
    if (this.#stopped || (this.#stopping && this.#gate.isDown)) return this.#retries.giveUp();
    while (!this.#gate.isFull) {
      const go = this.#gate.isDown
        ? this.#nextProbe()
        : this.#retries.takeDue() ?? this.#newBatch(this.options.batchMax);
      if (go === undefined) break;
      go(this.#gate.enter());
    }
    this.#fill();
  }

  /** One event at a time, and first those that were never tried: the ones that failed may be to blame. */
  #nextProbe(): Go | undefined {
    const { probeAt, pausedUntil } = this.#gate;
    const now = this.clock.monotonic();
    if (probeAt <= now) return this.#newBatch(1) ?? this.#retries.takeDue();
    this.#pumpAt(probeAt);
    // One event goes by its own waits, whoever asks meanwhile: so it is parked when its time is over.
    const first = this.#retries.firstToPark();
    if (first === undefined) return undefined;
    const at = Math.max(first.at, pausedUntil);
    if (at <= now) return first.take();
    this.#pumpAt(at);
    return undefined;
  }

  #newBatch(max: number): Go | undefined {
    const { ready } = this.#outbox;
    if (ready === 0 || (ready < max && !this.#stopping && !this.#waitedForBatch())) return undefined;
    this.#batchUntil = undefined;
    const events = this.#outbox.take(max, MAX_BATCH_BYTES);
    return (pass) => {
      const carried: Promise<void> = this.#carry(events, pass).finally(() => this.#carrying.delete(carried));
      this.#carrying.add(carried);
    };
  }

  /** Whether a batch that is not full has waited `batchWait` since its first event. */
  #waitedForBatch(): boolean {
    const now = this.clock.monotonic();
    this.#batchUntil ??= now + this.options.batchWait;
    if (this.#batchUntil <= now) return true;
    this.#pumpAt(this.#batchUntil);
    return false;
  }

  #fill(): void {
    if (this.#reading !== undefined || !this.#more || (this.#stopping && !this.backlog.volatile)) return;
    const { concurrency, batchMax } = this.options;
    const enough = this.#gate.isDown ? 1 : concurrency * Math.min(batchMax, 16);
    const full = this.#inHand >= MAX_IN_HAND || this.#inHandBytes >= MAX_IN_HAND_BYTES;
    if (!full && this.#outbox.ready < enough) void this.#read();
  }

  #read(): Promise<void> {
    this.#more = false;
    return this.#reading ??= this.#readOnce();
  }

  async #readOnce(): Promise<void> {
    const events = await this.backlog.read();
    this.#reading = undefined;
    for (const event of events) {
      this.#outbox.add(event);
      this.#inHandBytes += event.bytes.length;
    }
    this.#inHand += events.length;
    if (events.length > 0) this.#more = true;
    this.#pump();
  }

  /**
   * Sends a batch again and again until it is delivered, parked, or split; ends early, and leaves its events
   * where they are kept, when the program ends.
   * @param pass of the first attempt, when it may go at once
   */
  async #carry(events: readonly QueuedEvent[], pass: Pass | undefined): Promise<void> {
    const key = this.backlog.keyOf(events);
    let [attempts, firstAttempt] = [0, 0];
    let deliveredBefore: number | undefined;
    let last: LastAttempt = { elapsed: 0, refused: false, endpointFailed: false };
    for (let wait = 0;;) {
      pass ??= await this.#retries.wait(wait, last);
      if (pass === undefined) return;
      const [start, lastAttempt, delivered] = [this.clock.monotonic(), this.clock.now(), this.#delivered];
      if (attempts++ === 0) firstAttempt = lastAttempt;
      const outcome = await this.farEnd.send(events, key);
      this.#gate.leave(pass);
      // What this request came to is known by then.
      this.#plan();
      if (outcome.kind === "delivered") return this.#settle(events, pass);
      if (this.#stopped) return;
      this.#tellFailure(outcome, pass);
      pass = undefined;
      // They may wait for long: their block, and the hundreds of events in it, should not wait with them.
      if (attempts === 1) { for (const event of events) event.bytes = event.bytes.slice(); }
      const { kind, blame, status, text, pause } = { ...UNANSWERED, text: outcome.why, ...outcome };
      const refused = kind === "refused";
      // An event that gets no answer is to blame only if others were taken since its last attempt.
      const counts = refused || this.#delivered > (deliveredBefore ?? delivered);
      deliveredBefore = delivered;
      const elapsed = last.elapsed + (counts ? this.clock.monotonic() - start : 0);
      const left = counts ? Math.ceil(this.options.retryMaxElapsed - elapsed) : Infinity;
      if (events.length > 1 && (left <= 0 || blame === "event")) return await this.#split(events);
      if (left <= 0) {
        const refusal = { status, answer: text, attempts, firstAttempt, lastAttempt, key };
        if (events.every((event) => this.backlog.park(event, refusal))) return this.#putDown(events);
        wait = NOT_PARKED_MS;
        continue;
      }
      // The last attempt is made when the time is over, and not one back-off later.
      wait = Math.min(left, backOff(attempts, this.options.retryMultiplier, this.random));
      last = { elapsed: elapsed + (counts ? wait : 0), refused, endpointFailed: blame !== "event" };
      wait = pause ?? (refused ? wait : Math.min(wait, LONGEST_UNANSWERED_MS));
    }
  }

  #tellFailure(outcome: Refused | Unanswered, pass: Pass): void {
    const { why } = outcome;
    const { blame, status, text, pause } = { ...UNANSWERED, ...outcome };
    this.#lastError = `The last request failed: ${why}.`;
    if (blame !== "event") {
      return this.#gate.failed(pass, { why, atOnce: blame === "either", pause }, this.backlog.waiting);
    }
    // Often a wrong address or token, so it is told at once.
    this.#refusals.add(text === "" ? why : `${why}: ${JSON.stringify(text)}`, 1, status);
  }

  /** One bad event must not take the others of its batch with it; the order within a client stays. */
  async #split(events: readonly QueuedEvent[]): Promise<void> {
    await Promise.all(
      this.#outbox.independent(events).map(async (part) => {
        for (const event of part) await this.#carry([event], undefined);
      }),
    );
  }

  #settle(events: readonly QueuedEvent[], pass: Pass): void {
    this.#delivered += events.length;
    this.#lastError = undefined;
    for (const event of events) this.backlog.settle(event);
    this.#putDown(events);
    if (this.#gate.succeeded(pass, this.backlog.waiting)) this.#retries.endpointIsBack();
  }

  #putDown(events: readonly QueuedEvent[]): void {
    this.#outbox.release(events);
    this.#inHand -= events.length;
    for (const { bytes } of events) this.#inHandBytes -= bytes.length;
  }

  /** One timer, for the earliest of all that is waited for. */
  #pumpAt(at: number): void {
    if (this.#timer !== undefined && this.#timer.at <= at) return;
    this.#timer?.stop();
    const stop = this.clock.setTimer(Math.ceil(Math.max(1, at - this.clock.monotonic())), () => {
      this.#timer = undefined;
      this.#pump();
    });
    this.#timer = { at, stop };
  }
}

/** No answer says nothing of the event, and asks for no pause. */
const UNANSWERED = { blame: "endpoint", status: undefined, text: "", pause: undefined } as const;
