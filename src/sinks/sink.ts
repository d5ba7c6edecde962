// What a sink is: the whole contract between the hooks that make lines and the places where lines end up.
import type { Prepared } from "../base/prepared.ts";
import type { Outcome } from "./delivery/send_again.ts";
import type { Intake } from "./lines/intake.ts";
import { maskUrl } from "./mask_url.ts";
import type { SinkOptions } from "./options.ts";

/**
 * A place where lines go. One object per place (two URLs of one file share it).
 *
 * `append` and `flush` are called within the broker's turn, before any acknowledgement leaves, so both are
 * synchronous, never throw and never wait: what a sink cannot do now it keeps (bounded), counts and logs.
 */
export interface Sink extends AsyncDisposable {
  /** The URL that named it, without secrets; for messages and `check`. */
  readonly url: string;
  /** Takes one whole line, ended by `"\n"`. */
  append(line: string): void;
  /** Puts all appended lines where they outlive the process: one write(), at the end of the turn. */
  flush(): void;
  /** Closes and opens its files again (SIGHUP, SIGUSR2, logrotate's postrotate). */
  reopen(): void;
  /** How its lines reach the disk: what a `required` one is held to. */
  readonly intake: Intake;
  /** How it is doing, for logs and health. */
  status(): SinkStatus;
  /**
   * Makes other options ready, over which no line is lost; undefined where it has just these. Throws
   * SinkError when they cannot be used.
   * @param url one that names this place
   */
  prepare(url: string, options: SinkOptions): Prepared | undefined;
  /**
   * Sends its parked events again, and parks those once more that are not taken; absent, or undefined, where
   * it parks none. Resolves when all were tried, or the far end failed. Does not reject.
   */
  redeliver?(signal: AbortSignal): Promise<Outcome> | undefined;
  /** Writes what is left, waits for work under way within the sink's own limit, releases everything. */
  [Symbol.asyncDispose](): Promise<void>;
}

export interface SinkStatus {
  /** `degraded`: lines are waiting or being lost because the place does not take them. */
  readonly state: "ok" | "degraded";
  /** Lines that reached the place since start. */
  readonly linesWritten: number;
  /** Lines taken and not yet in the place. */
  readonly linesWaiting: number;
  /** Lines lost since start, by reason. */
  readonly linesDropped: Readonly<Record<string, number>>;
  /**
   * When the oldest line that waits for its far end was made, Unix milliseconds; absent where that is not
   * known.
   */
  readonly oldestWaiting?: number;
  /** Bytes of its spool on the disk, and those of parked events; absent where there is no spool. */
  readonly spoolBytes?: number;
  readonly parkedBytes?: number;
  /** The last failure as a sentence, absent when there was none since the place last worked. */
  readonly lastError?: string;
}

/** A sink could not be made at all: the URL or its options are wrong. Never thrown after start. */
export class SinkError extends Error {
  override readonly name = "SinkError";
  constructor(readonly url: string, message: string, options?: ErrorOptions) {
    super(`${url}: ${message}`, options);
  }

  /** The message without the secrets of the URL. */
  get shown(): string {
    return this.message.replaceAll(this.url, maskUrl(this.url));
  }
}
