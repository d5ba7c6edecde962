// Lines on their way to a disk: they gather as text during a turn and leave in one write at its end; while the disk
// takes none they wait in memory, bounded. What the file sink and the HTTP sink's spool have in common.
//
// Measured (Deno 2.9.6, one core of a shared machine, 500-byte lines as the hooks make them, each a few strings put
// together): one growing string makes 3.6 to 4.1 M lines/s, an array that is joined 3.3 to 3.5 M, for joining
// flattens each line first and copies it then; in the whole broker that is 500 k messages/s instead of 440 k. Turns of
// one line reach 0.6 M lines/s. Pieces of 64 Ki to 128 Ki characters are best; 256 Ki and more lose a quarter.
import type { Clock } from "../clock.ts";
import { countLines } from "./line_bounds.ts";
import { isDiskFull, reason } from "./reason.ts";
import { WaitingLines } from "./_waiting_lines.ts";
import type { Written } from "./append_file.ts";

/** Characters gathered before they are written even though the turn goes on; bounds what a turn holds in memory. */
const PIECE_CHARS = 128 * 1024;
/** Holds a piece in UTF-8; one with a huge line, or of mostly long characters, is encoded apart. */
const BUFFER_BYTES = 512 * 1024;
/** Between two tries while the disk takes no lines, milliseconds. */
const RETRY_MS = 100;
/** Between two reports of lines lost, milliseconds. */
const REPORT_MS = 60_000;
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

/** Takes a sentence for the operator, and how many lost lines it stands for. */
export type Tell = (level: "info" | "warn" | "error", text: string, dropped?: number) => void;

export class LineWriter {
  readonly #target: LineTarget;
  readonly #tell: Tell;
  readonly #clock: Clock;
  readonly #encoder = new TextEncoder();
  readonly #buffer = new Uint8Array(BUFFER_BYTES);
  readonly #waiting: WaitingLines;
  readonly #dropped: Record<string, number> = {};
  #pending = "";
  #pendingLines = 0;
  #written = 0;
  #failure: Failure | undefined;
  #stopRetry: (() => void) | undefined;
  #droppedUntold = 0;
  #tellDropsAt = -Infinity;
  #tellFailureAt = -Infinity;
  #closed = false;

  /**
   * Opens the target; when that fails the writer starts in failure and goes on trying. Never throws.
   * @param bufferBytes of lines kept while the target takes none
   */
  constructor(target: LineTarget, bufferBytes: number, tell: Tell, clock: Clock) {
    this.#target = target;
    this.#tell = tell;
    this.#clock = clock;
    this.#waiting = new WaitingLines(bufferBytes);
    this.#attempt(() => this.#target.open());
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
    return this.#dropped;
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
    this.#target.endTurn();
  }

  reopen(): void {
    if (this.#closed) return;
    this.#attempt(() => this.#target.reopen());
    if (this.#failure !== undefined) this.#retry();
  }

  /** What the disk does not take now is lost, counted and reported; waits for a compression, at most five seconds. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.flush();
    if (this.#failure !== undefined) this.#retry();
    this.#closed = true;
    this.#stopRetry?.();
    if (this.#failure !== undefined) {
      this.#tellDropsAt = -Infinity;
      this.#drop(this.#waiting.take(this.#waiting.bytes.length), this.#failure.dropReason);
    }
    await this.#target.close();
  }

  #writePending(): void {
    const lines = this.#pendingLines;
    const bytes = this.#encode(this.#pending);
    this.#pending = "";
    this.#pendingLines = 0;
    if (this.#failure !== undefined) return this.#keep(bytes, this.#failure);
    const written = this.#target.write(bytes);
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
    const refused = this.#waiting.add(lines);
    if (refused > 0) this.#drop(refused, failure.dropReason);
  }

  #attempt(open: () => void): void {
    try {
      open();
    } catch (error) {
      this.#fail(error);
    }
  }

  #fail(error: unknown): Failure {
    const text = `${this.#target.path} takes no lines: ${reason(error)}.`;
    const failure = this.#failure ??= {
      since: this.#clock.now(),
      dropReason: "WriteFailed",
      text,
      told: false,
      written: 0,
      dropped: 0,
    };
    failure.text = text;
    failure.dropReason = isDiskFull(error) ? "DiskFull" : "WriteFailed";
    this.#stopRetry ??= this.#clock.setTimer(RETRY_MS, () => this.#retry());
    this.#tellFailure(failure);
    return failure;
  }

  /** Once for each failure; one that comes and goes many times a second does not flood the log. */
  #tellFailure(failure: Failure): void {
    if (failure.told || this.#clock.now() < this.#tellFailureAt) return;
    failure.told = true;
    this.#tell("error", `${failure.text} Lines wait in memory, and writing is tried again until it works.`);
  }

  #retry(): void {
    this.#stopRetry?.();
    this.#stopRetry = undefined;
    const failure = this.#failure;
    if (failure === undefined) return;
    const { bytes, error } = this.#target.write(this.#waiting.bytes);
    this.#target.endTurn();
    const lines = this.#waiting.take(bytes);
    failure.written += lines;
    this.#written += lines;
    if (error === undefined) this.#recover(failure);
    else this.#fail(error);
    this.#tellDrops();
  }

  #recover(failure: Failure): void {
    this.#failure = undefined;
    if (!failure.told && this.#droppedUntold === 0) return;
    this.#tellFailureAt = this.#clock.now() + SAME_FAILURE_MS;
    const seconds = ((this.#clock.now() - failure.since) / 1000).toFixed(1);
    this.#tell(
      "info",
      `${this.#target.path} takes lines again after ${seconds} s: ${failure.written} lines that waited are in it, ` +
        `${failure.dropped} were lost.`,
      this.#takeUntold(),
    );
  }

  #drop(lines: number, why: DropReason): void {
    this.#dropped[why] = (this.#dropped[why] ?? 0) + lines;
    this.#droppedUntold += lines;
    if (this.#failure !== undefined) this.#failure.dropped += lines;
    this.#tellDrops();
  }

  /** Tells of lost lines once a minute, so that no count stays untold and none floods the log. */
  #tellDrops(): void {
    if (this.#droppedUntold === 0 || this.#clock.now() < this.#tellDropsAt) return;
    this.#tellDropsAt = this.#clock.now() + REPORT_MS;
    const cause = this.#failure?.text ?? `${this.#target.path} is closed.`;
    this.#tell("error", `${this.#droppedUntold} lines were lost. ${cause}`, this.#takeUntold());
  }

  #takeUntold(): number {
    const dropped = this.#droppedUntold;
    this.#droppedUntold = 0;
    return dropped;
  }
}
