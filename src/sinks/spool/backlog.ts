// Where events wait for their endpoint: in files (the spool), or in memory only.
import { crc32 } from "node:zlib";
import type { Intake } from "../lines/intake.ts";
import type { Fsync } from "../lines/whole_line_file.ts";
import type { Segment } from "./_segments.ts";

/** One event that was read and is on its way to the endpoint. */
export interface QueuedEvent {
  /** Without its newline. They may be a part of a block that other events share. */
  bytes: Uint8Array<ArrayBuffer>;
  /** Client Identifier it is about; `""` where it has none. */
  readonly client: string;
  /** Where it stands: the segment, absent in memory, the bytes before it, and the lines. */
  readonly segment?: Segment;
  readonly offset: number;
  readonly index: number;
}

/** Why an event was given up, and all that is known of it. */
export interface Refusal {
  /** Of the last answer; undefined when there was none. */
  readonly status: number | undefined;
  /** The beginning of the last answer, or why there was none. */
  readonly answer: string;
  readonly attempts: number;
  /** Unix milliseconds. */
  readonly firstAttempt: number;
  readonly lastAttempt: number;
  readonly key: string;
}

export interface Backlog {
  /** What is not delivered before the end is lost. */
  readonly volatile: boolean;
  /** Takes one whole line; does not throw. */
  append(line: string): void;
  /** All appended lines are kept when this returns; does not throw. */
  flush(): void;
  reopen(): void;
  /** Takes other limits from here on. */
  reconfigure(limits: BacklogLimits): void;
  /** The next events, oldest first; none when all were read. One call at a time. Does not reject. */
  read(): Promise<QueuedEvent[]>;
  /** Nothing more is to be done for this event: it need not be kept. */
  settle(event: QueuedEvent): void;
  /** The same on every attempt of these events, and after a restart. */
  keyOf(events: readonly QueuedEvent[]): string;
  /** Puts a refused event aside, for `hookline redeliver`. False when that fails: it must be tried on. */
  park(event: QueuedEvent, refusal: Refusal): boolean;
  /** Events taken and not settled. */
  readonly waiting: number;
  /** Events lost, by reason. */
  readonly dropped: Readonly<Record<string, number>>;
  /**
   * When the oldest event that was read and is not settled was made, Unix milliseconds; undefined: none, or
   * unknown.
   */
  readonly oldest: number | undefined;
  /** Bytes that it takes on a disk, and its parked events; undefined where it has none. */
  readonly bytes: number | undefined;
  readonly parked: Parked | undefined;
  /** How events reach the disk. */
  readonly intake: Intake;
  /** No event is read or settled any more. Does not reject. */
  close(): Promise<void>;
}

/** Events that were refused to the end. */
export interface Parked {
  readonly bytes: number;
  take(): readonly string[];
  putBack(line: string): boolean;
}

/** What may change while a backlog is open. */
export interface BacklogLimits {
  /** Bytes of a spool. */
  readonly maxBytes: number;
  /** Events of a queue in memory. */
  readonly capacity: number;
  /** How a spool's files are written. */
  readonly fsync: Fsync;
  /** Bytes of lines kept in memory while the disk takes none. */
  readonly bufferBytes: number;
}

/**
 * What tells these events from others of their backlog: the place of the first, and a checksum of all, for a
 * power cut may give a place to another line.
 */
export function keyPart(events: readonly QueuedEvent[]): string {
  const { segment, offset = 0 } = events[0] ?? {};
  const checksum = events.reduce((sum, { bytes }) => crc32(bytes, sum), 0);
  return `${segment?.number ?? 0}-${offset}-${checksum.toString(16)}`;
}
