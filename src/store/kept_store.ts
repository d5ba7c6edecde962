// The store of a running program: one that could not be opened at the start is tried again until it can.
import type { Clock } from "../base/clock.ts";
import { Failure } from "../base/failure.ts";
import type { Log } from "../base/log.ts";
import { ClosedStore } from "./closed_store.ts";
import type { Journal } from "./journal.ts";
import { openStore } from "./open_store.ts";
import type { StoreOptions } from "./options.ts";
import type { Store } from "./store.ts";

/** Between two tries, milliseconds. */
const AGAIN_MS = 5_000;

export class KeptStore implements AsyncDisposable {
  readonly #open: () => Store | ClosedStore;
  readonly #clock: Clock;
  readonly #log: Log;
  #store: Store | ClosedStore;
  #stopAgain: (() => void) | undefined = undefined;

  /** Throws Failure as {@link openStore}. */
  constructor(
    path: string,
    options: Pick<StoreOptions, "fsync" | "maxBytes">,
    clock: Clock,
    log: Log,
  ) {
    this.#open = () => openStore(path, options, clock, log);
    this.#clock = clock;
    this.#log = log;
    this.#store = this.#open();
  }

  /** Until another one is adopted. */
  get journal(): Journal {
    return this.#store;
  }

  /** Why it takes nothing now; `undefined` while it does. */
  get trouble(): string | undefined {
    return this.#store.trouble;
  }

  /** Bytes of its files. */
  get bytes(): number {
    return this.#store.bytes;
  }

  /** The end of a turn, as of {@link Store.commit}. */
  commit(): boolean {
    return this.#store.commit();
  }

  /** Tries again where it could not be opened. @param adopt takes over what is in it, once */
  heal(adopt: (journal: Journal) => void): void {
    if (!(this.#store instanceof ClosedStore)) return;
    this.#stopAgain = this.#clock.setTimer(AGAIN_MS, () => {
      this.#tryAgain(adopt);
      this.heal(adopt);
    });
  }

  /** Stores what is left, and lets go of the file. Harmless a second time. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopAgain?.();
    await this.#store[Symbol.asyncDispose]();
  }

  #tryAgain(adopt: (journal: Journal) => void): void {
    const closed = this.#store;
    let opened: Store | ClosedStore;
    try {
      opened = this.#open();
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      return; // another process has it by now
    }
    if (opened instanceof ClosedStore) return;
    opened.goOnFrom(closed.next());
    this.#store = opened;
    adopt(opened);
    this.#log("info", "the store takes everything again: what was in it is taken over", {
      store: opened.path,
    });
  }
}
