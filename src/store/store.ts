// The journal on the disk: what one turn changed is one transaction of SQLite, at the turn's end.
//
// A transaction that fails stays in memory and is tried again each second; meanwhile, and while the file does
// not have its name, the store is troubled, and the broker takes nothing more that it would have to store.
import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { Clock } from "../base/clock.ts";
import { errorText } from "../base/error_text.ts";
import type { Log } from "../base/log.ts";
import { Changes } from "./_changes.ts";
import { OwnFile } from "./_own_file.ts";
import { Reader } from "./_reader.ts";
import { WalSync } from "./_wal_sync.ts";
import { Writer } from "./_writer.ts";
import type {
  DeliveryRecord,
  Journal,
  LoadedDelivery,
  LoadedMessage,
  LoadedSession,
  MessageRecord,
  SessionRecord,
  SubscriptionRecord,
} from "./journal.ts";
import type { StoreLock } from "./lock.ts";
import type { StoreOptions } from "./options.ts";
import { numberOf } from "./schema.ts";
import { type ClockStamp, StoreClock } from "./store_clock.ts";

/**
 * How old the time in the store may be while anything is in it that has an end, milliseconds; with changes, a
 * second.
 */
const STAMP_EVERY = 30_000;
const SECOND = 1_000;
const MINUTE = 60_000;
/** Free pages from which the file shrinks, and by how many at a time. */
const FREE_PAGES = 1_024;
const PAGES_AT_ONCE = 1_024;
const SHRINK_EVERY = 5_000;

export interface StoreParts {
  /** At this version, and with its settings. */
  readonly db: DatabaseSync;
  readonly lock: StoreLock;
  readonly path: string;
  readonly options: Pick<StoreOptions, "fsync" | "maxBytes">;
  readonly clock: Clock;
  readonly log: Log;
}

export class Store implements Journal, AsyncDisposable {
  readonly keeps = true;
  changes = 0;
  readonly #parts: StoreParts;
  readonly #clock: StoreClock;
  readonly #reader: Reader;
  readonly #writer: Writer;
  readonly #begin: StatementSync;
  readonly #commit: StatementSync;
  readonly #sync: WalSync;
  readonly #file: OwnFile;
  readonly #changes = new Changes();
  readonly #lastAlive: number;
  #next: number;
  #stampedAt = -Infinity;
  #shrunkAt = -Infinity;
  /** When something in it expires next, and how many changes there were when that was looked up. */
  #nextExpiry = -Infinity;
  #expirySeenAt = -1;
  /** Why the disk did not take the last transaction. */
  #trouble: string | undefined = undefined;
  #toldAt = -Infinity;
  /** It failed, and the end of the turn was not told. */
  #unanswered = false;

  constructor(parts: StoreParts) {
    const { db, clock, path, options, log } = parts;
    this.#parts = parts;
    const found = db.prepare("SELECT now, time_of_day AS timeOfDay FROM clock").get();
    // The one row of its columns, where there is one.
    const last = found as ClockStamp | undefined;
    this.#clock = new StoreClock(last, clock.monotonic(), clock.now());
    this.#lastAlive = last === undefined
      ? clock.monotonic()
      : Math.min(clock.monotonic(), this.#clock.monotonic(last.now) + STAMP_EVERY);
    this.#reader = new Reader(db, this.#clock);
    const { message, other } = this.#reader.highest();
    this.#next = other;
    this.#writer = new Writer(db, this.#clock, message);
    this.#begin = db.prepare("BEGIN IMMEDIATE");
    this.#commit = db.prepare("COMMIT");
    this.#sync = new WalSync(path, options.fsync, log);
    this.#file = new OwnFile(path);
  }

  get path(): string {
    return this.#parts.path;
  }

  /** Its numbers are above this one. */
  goOnFrom(number: number): void {
    this.#next = Math.max(this.#next, number);
  }

  get maxBytes(): number {
    return this.#parts.options.maxBytes;
  }

  get troubled(): boolean {
    return this.#trouble !== undefined;
  }

  /** Why the disk takes nothing now; `undefined` while it does. */
  get trouble(): string | undefined {
    return this.#trouble;
  }

  /** Bytes of its files, as far as the disk says. */
  get bytes(): number {
    return ["", "-wal"].reduce((sum, end) => sum + sizeOf(this.#parts.path + end), 0);
  }

  next(): number {
    return ++this.#next;
  }

  session(session: SessionRecord): void {
    this.changes++;
    this.#changes.sessions.add(session);
  }

  sessionOver(session: SessionRecord): void {
    this.changes++;
    this.#changes.over.add(session);
  }

  subscribed(row: number, subscription: SubscriptionRecord): void {
    this.changes++;
    this.#changes.steps.push({ kind: "subscribed", row, subscription });
  }

  unsubscribed(row: number, topicFilter: string): void {
    this.changes++;
    this.#changes.steps.push({ kind: "unsubscribed", row, topicFilter });
  }

  received(row: number, packetId: number): void {
    this.changes++;
    this.#changes.steps.push({ kind: "received", row, packetId });
  }

  released(row: number, packetId: number): void {
    this.changes++;
    this.#changes.steps.push({ kind: "released", row, packetId });
  }

  delivery(delivery: DeliveryRecord): void {
    this.changes++;
    this.#changes.delivery(delivery);
  }

  retained(topic: string, message: MessageRecord | undefined, before: MessageRecord | undefined): void {
    this.changes++;
    this.#changes.retain(topic, message, before);
  }

  page(row: number, sequence: number, most: number): LoadedDelivery[] | undefined {
    return this.#read(() => this.#reader.page(row, sequence, most), undefined);
  }

  oldestQos0(row: number, sequence: number): LoadedDelivery | undefined {
    return this.#read(() => this.#reader.oldestQos0(row, sequence), undefined);
  }

  expired(most: number): LoadedDelivery[] {
    if (!this.#mayHaveExpired()) return [];
    return this.#read(() => this.#reader.expired(this.#parts.clock.monotonic(), most), []);
  }

  expiredRetained(most: number): string[] {
    if (!this.#mayHaveExpired()) return [];
    return this.#read(() => this.#reader.expiredRetained(this.#parts.clock.monotonic(), most), []);
  }

  sessions(): LoadedSession[] {
    return this.#reader.sessions(this.#lastAlive);
  }

  retainedMessages(): Iterable<LoadedMessage> {
    return this.#reader.retained();
  }

  /**
   * Stores what was told since the last call; the end of a turn. False where the disk did not take it:
   * nothing may leave that stands for it. While it is troubled, what is told waits for {@link tick}.
   */
  commit(): boolean {
    const stored = this.#store() && !this.#unanswered;
    this.#unanswered = false;
    return stored;
  }

  tick(): void {
    const now = this.#parts.clock.monotonic();
    const lost = this.#file.problem;
    if (this.troubled) this.#tryAgain(now, lost);
    else if (lost !== undefined) this.#failed(new Error(lost));
    else if (now - this.#stampedAt >= STAMP_EVERY && this.#next > 0) this.#transaction();
    this.#sync.tick();
    if (now - this.#shrunkAt >= SHRINK_EVERY) this.#shrink(now);
  }

  /** Stores what is left, and lets go of the file. Harmless a second time. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#parts.db.isOpen) return;
    if (!this.#transaction()) this.#parts.log("error", "what changed last is not in the store", this.#fields);
    await this.#sync[Symbol.asyncDispose]();
    if (this.#file.problem !== undefined) await this.#writeAnew();
    if (this.#parts.db.isOpen) this.#parts.db.close();
    this.#parts.lock[Symbol.dispose]();
  }

  #store(): boolean {
    return this.#changes.empty || this.troubled || this.#transaction();
  }

  #transaction(): boolean {
    const { clock } = this.#parts;
    const now = clock.monotonic();
    try {
      this.#begin.run();
      this.#writer.write(this.#changes);
      if (now - this.#stampedAt >= SECOND) {
        this.#writer.stamp({ now: this.#clock.of(now) ?? 0, timeOfDay: clock.now() });
        this.#stampedAt = now;
      }
      this.#commit.run();
    } catch (error) {
      this.#failed(error);
      return false;
    }
    this.#changes.settle();
    this.#sync.written();
    return true;
  }

  #failed(error: unknown): void {
    this.#changes.undo();
    this.#unanswered = true;
    this.#stampedAt = -Infinity;
    try {
      if (this.#parts.db.isTransaction) this.#parts.db.exec("ROLLBACK");
    } catch {
      // It is open still; the next BEGIN says so, and that is told.
    }
    const first = this.#trouble === undefined;
    this.#trouble = errorText(error);
    if (first) this.#tell();
  }

  #tryAgain(now: number, lost: string | undefined): void {
    if (lost === undefined && this.#transaction()) {
      this.#trouble = undefined;
      this.#parts.log("info", "the store takes everything again", { store: this.#parts.path });
      return;
    }
    this.#unanswered = false; // nothing was done in this turn that relied on it
    if (now - this.#toldAt >= MINUTE) this.#tell();
  }

  async #writeAnew(): Promise<void> {
    const { db, clock, log, path } = this.#parts;
    try {
      const file = await this.#file.writeAnew(db, clock.now());
      log("info", "the store's file was removed or replaced: it was written anew", { store: path, file });
    } catch (error) {
      log("error", "the store's file was removed or replaced, and cannot be written anew: it is lost", {
        store: path,
        error: errorText(error),
      });
    }
  }

  #tell(): void {
    this.#toldAt = this.#parts.clock.monotonic();
    this.#parts.log(
      "error",
      "the store takes nothing: what would have to be stored is refused",
      this.#fields,
    );
  }

  get #fields(): { store: string; error: string } {
    return { store: this.#parts.path, error: this.#trouble ?? "" };
  }

  /** Whether it is time to look: what expires next is looked up once after each change. */
  #mayHaveExpired(): boolean {
    if (this.changes !== this.#expirySeenAt) {
      this.#expirySeenAt = this.changes;
      this.#nextExpiry = this.#read(() => this.#reader.nextExpiry(), -Infinity);
    }
    return this.#nextExpiry <= this.#parts.clock.monotonic();
  }

  /** What is read is stored before, for changes are seen there only. */
  #read<T>(read: () => T, none: T): T {
    if (this.troubled || !this.#store()) return none;
    try {
      return read();
    } catch (error) {
      this.#failed(error);
      return none;
    }
  }

  /** Gives pages that nothing is in back to the disk, some at a time. */
  #shrink(now: number): void {
    this.#shrunkAt = now;
    if (this.troubled) return;
    const { db } = this.#parts;
    try {
      const free = numberOf(db, "freelist_count");
      if (free < FREE_PAGES || free < numberOf(db, "page_count") / 4) return;
      db.exec(`PRAGMA incremental_vacuum(${PAGES_AT_ONCE})`);
    } catch (error) {
      this.#failed(error);
    }
  }
}

/** 0 where there is no such file. */
function sizeOf(path: string): number {
  try {
    return Deno.statSync(path).size;
  } catch {
    // What is wrong with it, the next transaction says.
    return 0;
  }
}
