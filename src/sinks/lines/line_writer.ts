// Lines on their way to a disk: they gather as text during a turn and leave in one write at its end; while
// the disk takes none they wait in memory, bounded. What the file sink and the spool have in common.
//
// One growing string beats an array that is joined: joining flattens each line first and copies it then.
import type { Clock } from "../../base/clock.ts";
import { errorText } from "../../base/error_text.ts";
import type { Log } from "../../base/log.ts";
import { isDiskFull } from "./disk.ts";
import type { Intake } from "./intake.ts";
import { countLines } from "./line_bounds.ts";
import { Losses } from "./losses.ts";
import { WaitingLines } from "./_waiting_lines.ts";
import type { Written } from "./whole_line_file.ts";

/** Characters that are written though the turn goes on: bounds what a turn holds in memory. */
const PIECE_CHARS = 128 * 1024;
/** Holds a piece in UTF-8; one with a huge line, or of mostly long characters, is encoded apart. */
const BUFFER_BYTES = 512 * 1024;
/** Between two tries while the disk takes no lines, milliseconds. */
const RETRY_MS = 100;
/** A failure that begins so soon after the last one's end, and ends as soon, is part of it; milliseconds. */
const SAME_FAILURE_MS = 1_000;

/** The keys of `linesDropped`. */
type DropReason = "DiskFull" | "WriteFailed" | "Closed";

/** The time during which the disk takes no lines. */
interface Failure {
  readonly since: number;
  dropReason: DropReason;
  text: string;
  told: boolean;
  written: number;
  dropped: number;
}

/** Where the lines go: one file, or a row of them. */
export interface LineTarget {
  /** For messages. */
  readonly path: string;
  /** Makes it ready to be written. Throws what the disk says; it is then called again by `write`. */
  open(): void;
  /** Appends whole lines, as many as the disk takes. Never throws. */
  write(lines: Uint8Array): Written;
  /** The turn is over. Never throws. */
  endTurn(): void;
  /** Closes and opens again. Throws what the disk says. */
  reopen(): void;
  /** Never rejects. */
  close(): Promise<void>;
}

export class LineWriter implements Intake {
  /** How often the target began to take no lines. */
  failures = 0;
  readonly #encoder = new TextEncoder();
  readonly #buffer = new Uint8Array(BUFFER_BYTES);
  readonly #waiting: WaitingLines;
  readonly #losses: Losses;
  #pending = "";
  #pendingLines = 0;
  #written = 0;
  #failure: Failure | undefined;
  #stopRetry: (() => void) | undefined;
  #tellFailureAt = -Infinity;
  #closed = false;

  /**
   * Opens the target; when that fails the writer starts in failure and goes on trying. Never throws.
   * @param bufferBytes of lines kept while the target takes none
   */
  constructor(
    private readonly target: LineTarget,
    bufferBytes: number,
    private readonly log: Log,
    private readonly clock: Clock,
  ) {
    this.#waiting = new WaitingLines(bufferBytes);
    this.#losses = new Losses("line", log, clock);
    this.#attempt(() => this.target.open());
  }

  /** Lines that the target took. */
  get written(): number {
    return this.#written;
  }

  /** Lines taken from the caller and not yet by the target. */
  get waiting(): number {
    return this.#pendingLines + this.#waiting.lines;
  }

  /** Lines lost, by reason. */
  get dropped(): Readonly<Record<string, number>> {
    return this.#losses.counts;
  }

  /** Why the target takes no lines, as a sentence; undefined when it does. */
  get failure(): string | undefined {
    return this.#failure?.text;
  }

  /** Bytes of lines kept while the target takes none, from here on. */
  set bufferBytes(bytes: number) {
    this.#waiting.limit = bytes;
  }

  append(line: string): void {
    if (this.#closed) return this.#drop(1, "Closed");
    this.#pending += line;
    this.#pendingLines++;
    if (this.#pending.length >= PIECE_CHARS) this.#writePending();
  }

  flush(): void {
    if (this.#pendingLines > 0) this.#writePending();
    this.target.endTurn();
  }

  reopen(): void {
    if (this.#closed) return;
    this.#attempt(() => this.target.reopen());
    if (this.#failure !== undefined) this.#retry();
  }

  /** What the disk does not take now is lost, counted, told; waits for a compression for five seconds. */
  async close(): Promise<void> {
    if (!this.#closed) {
      this.flush();
      if (this.#failure !== undefined) this.#retry();
      this.#closed = true;
      this.#stopRetry?.();
      const lost = this.#waiting.take(this.#waiting.bytes.length);
      if (this.#failure !== undefined) this.#drop(lost, this.#failure.dropReason);
      await this.target.close();
    }
    this.#losses.flush();
  }

  #writePending(): void {
    const lines = this.#pendingLines;
    const bytes = this.#encode(this.#pending);
    this.#pending = "";
    this.#pendingLines = 0;
    if (this.#failure !== undefined) return this.#keep(bytes, this.#failure);
    const written = this.target.write(bytes);
    if (written.error === undefined) {
      this.#written += lines;
      return;
    }
    this.#written += countLines(bytes.subarray(0, written.bytes));
    this.#keep(bytes.subarray(written.bytes), this.#fail(written.error));
  }

  #encode(text: string): Uint8Array {
    const { read, written } = this.#encoder.encodeInto(text, this.#buffer);
    return read === text.length ? this.#buffer.subarray(0, written) : this.#encoder.encode(text);
  }

  #keep(lines: Uint8Array, failure: Failure): void {
    this.#drop(this.#waiting.add(lines), failure.dropReason);
  }

  #attempt(open: () => void): void {
    try {
      open();
    } catch (error) {
      this.#fail(error);
    }
  }

  #fail(error: unknown): Failure {
    const text = `${this.target.path} takes no lines: ${errorText(error)}.`;
    const dropReason = isDiskFull(error) ? "DiskFull" : "WriteFailed";
    const since = this.clock.monotonic();
    if (this.#failure === undefined) this.failures++;
    const failure = this.#failure ??= { since, dropReason, text, told: false, written: 0, dropped: 0 };
    failure.text = text;
    failure.dropReason = dropReason;
    this.#stopRetry ??= this.clock.setTimer(RETRY_MS, () => this.#retry());
    this.#tellFailure(failure);
    return failure;
  }

  /** Once for each failure; one that comes and goes many times a second does not flood the log. */
  #tellFailure(failure: Failure): void {
    if (failure.told || this.clock.monotonic() < this.#tellFailureAt) return;
    failure.told = true;
    this.log("error", `${failure.text} Lines wait in memory, and writing is tried again until it works.`);
  }

  #retry(): void {
    this.#stopRetry?.();
    this.#stopRetry = undefined;
    const failure = this.#failure;
    if (failure === undefined) return;
    const { bytes, error } = this.target.write(this.#waiting.bytes);
    this.target.endTurn();
    const lines = this.#waiting.take(bytes);
    failure.written += lines;
    this.#written += lines;
    if (error === undefined) this.#recover(failure);
    else this.#fail(error);
  }

  #recover({ told, since, written, dropped }: Failure): void {
    this.#failure = undefined;
    if (!told) return;
    this.#losses.flush();
    this.#tellFailureAt = this.clock.monotonic() + SAME_FAILURE_MS;
    const seconds = ((this.clock.monotonic() - since) / 1000).toFixed(1);
    this.log(
      "info",
      `${this.target.path} takes lines again after ${seconds} s: ${written} lines that waited are in it, ` +
        `${dropped} were lost.`,
    );
  }

  #drop(lines: number, reason: DropReason): void {
    if (this.#failure !== undefined) this.#failure.dropped += lines;
    this.#losses.add(reason, lines, `were lost. ${this.#failure?.text ?? `${this.target.path} is closed.`}`);
  }
}
