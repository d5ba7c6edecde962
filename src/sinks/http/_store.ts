// Where events wait for their endpoint: in files, or with `spool = false` in memory.
import type { FileOptions } from "../file/options.ts";
import type { QueuedEvent } from "./_event.ts";

/** Why an event was given up, and all that is known of it. */
export interface Refusal {
  /** Of the last answer; undefined when there was none. */
  readonly status: number | undefined;
  /** The first 200 bytes of the last answer, or why there was none. */
  readonly answer: string;
  readonly attempts: number;
  /** Unix milliseconds. */
  readonly firstAttempt: number;
  readonly lastAttempt: number;
  readonly key: string;
}

/** What may change while a store is open. */
export interface StoreLimits {
  /** Bytes; of a spool only. */
  readonly maxBytes: number;
  /** Events. */
  readonly capacity: number;
  readonly file: Pick<FileOptions, "fsync" | "bufferBytes">;
}

export interface Store {
  /** What is not delivered before the end is lost. */
  readonly volatile: boolean;
  /** Takes one whole line; does not throw. */
  append(line: string): void;
  /** All appended lines are kept when this returns; does not throw. */
  flush(): void;
  reopen(): void;
  /** Takes other limits from here on. */
  reconfigure(limits: StoreLimits): void;
  /** The next events, oldest first; none when all were read. One call at a time. Does not reject. */
  read(): Promise<QueuedEvent[]>;
  /** Nothing more is to be done for this event: it need not be kept. */
  settle(event: QueuedEvent): void;
  /** The same on every attempt of these events and after a restart. */
  keyOf(events: readonly QueuedEvent[], body: Uint8Array): string;
  /** Puts a refused event aside, for `hookline replay`. False when that fails: the event must be tried on. */
  park(event: QueuedEvent, refusal: Refusal): boolean;
  /** Events taken and not settled. */
  readonly waiting: number;
  /** Events lost, by reason. */
  readonly dropped: Readonly<Record<string, number>>;
  /** Why events cannot be kept, as a sentence. */
  readonly failure: string | undefined;
  /** No event is read or settled any more. Does not reject. */
  close(): Promise<void>;
}
