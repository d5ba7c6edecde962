// One bound over what all sessions keep, in memory or in the store: messages that wait for a client, and
// those sent and not acknowledged.
//
// Past it the session whose queue takes the most gives up its oldest, so whoever piled up pays, and not
// whoever comes next.
import type { Log } from "../base/log.ts";
import type { Message } from "./message.ts";

/**
 * What a message costs in each session that keeps it, beside its payload, topic and properties: bytes,
 * roughly.
 */
const ENTRY = 256;
/** Of the limit: what was full is no longer when it holds less. */
const STILL_FULL = 0.9;
/** Between two entries of the log, milliseconds. */
const MINUTE = 60_000;

/** A session with a queue. */
export interface Giver {
  /** Bytes of its queue; 0 where nothing waits. */
  readonly queuedBytes: number;
  /** Drops the oldest message of its queue and releases it. */
  giveUpOldest(): void;
}

export class QueueTotal {
  readonly #log: Log;
  readonly #option: string;
  #bytes = 0;
  #messages = 0;
  readonly #waiting = new Set<Giver>();
  /**
   * The one that gave last, and the bytes above which it is taken for the heaviest still, without a look at
   * all.
   */
  #giver: Giver | undefined = undefined;
  #floor = 0;
  #dropped = 0;
  #toldAt = -Infinity;
  #wasFull = false;

  /**
   * @param limit bytes; may be replaced; 0: no limit
   * @param option its name in the configuration
   */
  constructor(public limit: number, log: Log, option = "mqtt.max_mqueue_bytes_total") {
    this.#log = log;
    this.#option = option;
  }

  /** Bytes kept; a message that several sessions keep counts once, and a little for each. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Whether something had to go for another lately, and little has become free since. */
  get isFull(): boolean {
    return this.#wasFull &&= this.#bytes > this.limit * STILL_FULL;
  }

  /** Messages kept; one that several sessions keep counts once. */
  get messages(): number {
    return this.#messages;
  }

  /** Messages that wait on the disk only, and that nothing else here counts. */
  shelved = 0;

  /** A session keeps the message from here on. Once for each session. */
  hold(message: Message): void {
    if (message.holders++ === 0) {
      this.#bytes += message.size;
      this.#messages++;
    }
    this.#bytes += ENTRY;
  }

  /** The end of a {@link hold}. */
  release(message: Message): void {
    if (--message.holders === 0) {
      this.#bytes -= message.size;
      this.#messages--;
    }
    this.#bytes -= ENTRY;
  }

  /** The same of what is counted alone, by its bytes. */
  add(bytes: number): void {
    this.#bytes += bytes + ENTRY;
  }

  remove(bytes: number): void {
    this.#bytes -= bytes + ENTRY;
  }

  /** Something waits in this session's queue. */
  watch(giver: Giver): void {
    this.#waiting.add(giver);
  }

  /** The session is over. */
  unwatch(giver: Giver): void {
    this.#waiting.delete(giver);
    if (this.#giver === giver) this.#giver = undefined;
  }

  /**
   * Whether one more session may keep the message.
   * @param mayDisplace queued messages of any session are given up for it
   */
  admit(message: Message, mayDisplace: boolean): boolean {
    while (!this.hasRoom(message)) if (!this.#displace(mayDisplace)) return false;
    return true;
  }

  /** The same of what is counted alone. */
  admitAlone(bytes: number, mayDisplace: boolean): boolean {
    while (this.limit !== 0 && this.#bytes + ENTRY + bytes > this.limit) {
      if (!this.#displace(mayDisplace)) return false;
    }
    return true;
  }

  /** Whether one more session may keep the message, and nothing must go for it. */
  hasRoom(message: Message): boolean {
    const bytes = ENTRY + (message.holders === 0 ? message.size : 0);
    return this.limit === 0 || this.#bytes + bytes <= this.limit;
  }

  /**
   * To be called each second: logs what was dropped since the last entry, unless that was within the last
   * minute.
   * @param now milliseconds on a clock that never goes back
   */
  tell(now: number): void {
    if (this.#dropped === 0 || now - this.#toldAt < MINUTE) return;
    this.#log(
      "warn",
      `all sessions together keep as much as ${this.#option} allows: messages are dropped`,
      {
        limit_bytes: this.limit,
        dropped: this.#dropped,
      },
    );
    this.#toldAt = now;
    this.#dropped = 0;
  }

  /** False where nothing can go. */
  #displace(mayDisplace: boolean): boolean {
    this.#dropped++;
    this.#wasFull = true;
    const giver = mayDisplace ? this.#heaviest() : undefined;
    giver?.giveUpOldest();
    return giver !== undefined;
  }

  /** Looks at all only once the last one found has given half of what it had. */
  #heaviest(): Giver | undefined {
    if (this.#giver !== undefined && this.#giver.queuedBytes > this.#floor) return this.#giver;
    let heaviest: Giver | undefined;
    for (const giver of this.#waiting) {
      if (giver.queuedBytes === 0) this.#waiting.delete(giver);
      else if (heaviest === undefined || giver.queuedBytes > heaviest.queuedBytes) heaviest = giver;
    }
    this.#giver = heaviest;
    this.#floor = (heaviest?.queuedBytes ?? 0) / 2;
    return heaviest;
  }
}
