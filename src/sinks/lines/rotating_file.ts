// Appends whole lines to one path: rotated by size, followed when others rename or remove it.
import { NEWLINE } from "../../base/bytes.ts";
import type { Clock } from "../../base/clock.ts";
import { errorText } from "../../base/error_text.ts";
import type { Log } from "../../base/log.ts";
import { type Disk, realDisk } from "./disk.ts";
import { endOfLinesWithin } from "./line_bounds.ts";
import type { LineTarget } from "./line_writer.ts";
import { RotatedFiles } from "./_rotated_files.ts";
import {
  WholeLineFile,
  type WholeLineOptions,
  type WritingOptions,
  type Written,
} from "./whole_line_file.ts";

/** A rotation that failed is tried again after this long, milliseconds. */
const FAILED_MS = 60_000;

/** What may change while the file is open. */
export interface RotatingOptions extends WritingOptions {
  /** Bytes after which the file is rotated; 0: never. */
  readonly maxSize: number;
  /** Rotated files kept beside the live one; `.1` is the newest. */
  readonly maxFiles: number;
  /** Rotated files are gzipped. */
  readonly compress: boolean;
}

export class RotatingFile implements LineTarget {
  readonly #file: WholeLineFile;
  readonly #rotated: RotatedFiles;
  #maxSize: number;
  /** Someone else renamed or removed the file, and that was not told yet. */
  #taken = false;
  #tidied = false;
  #rotateNotBefore = -Infinity;

  constructor(
    readonly path: string,
    options: RotatingOptions & WholeLineOptions,
    private readonly log: Log,
    private readonly clock: Clock,
    disk: Disk = realDisk,
  ) {
    this.#maxSize = options.maxSize;
    this.#file = new WholeLineFile(path, options, log, clock, disk);
    this.#rotated = new RotatedFiles(path, options, log, clock, disk);
  }

  /** Bytes in the live file, as far as is known. */
  get size(): number {
    return this.#file.size;
  }

  /** Takes other options from here on: the next write, rotation or sync follows them. */
  reconfigure(options: RotatingOptions): void {
    this.#maxSize = options.maxSize;
    this.#file.reconfigure(options);
    this.#rotated.reconfigure(options);
  }

  /** Makes missing folders, opens or makes the file, heals a torn last line. Throws what the disk says. */
  open(): void {
    this.#file.open();
    if (this.#taken) {
      this.log("info", `${this.path} was renamed or removed by someone else; it is opened anew.`);
    }
    this.#taken = false;
    if (this.#tidied) return;
    this.#tidied = true;
    this.#rotated.tidy();
    this.#rotated.compress();
  }

  /** Appends whole lines, as many as the disk takes. Never throws. */
  write(lines: Uint8Array): Written {
    let done = 0;
    try {
      this.#follow();
      this.open();
      while (done < lines.length) {
        const end = this.#endOfPart(lines, done);
        if (end === done && this.#rotate()) {
          this.open();
          continue;
        }
        const { bytes, error } = this.#file.write(lines.subarray(done, end === done ? lines.length : end));
        done += bytes;
        if (error !== undefined) return { bytes: done, error };
      }
    } catch (error) {
      return { bytes: done, error };
    }
    return { bytes: done };
  }

  endTurn(): void {
    this.#file.endTurn();
  }

  /** Closes the file and opens what the path names now. Throws what the disk says. */
  reopen(): void {
    this.#file.shut();
    this.open();
  }

  /** Syncs as the options say, and waits for a compression under way (at most five seconds). */
  async close(): Promise<void> {
    await Promise.all([this.#file.close(), this.#rotated.close()]);
  }

  /** Leaves the file when the path no longer names it. */
  #follow(now = false): void {
    if (this.#file.lookAt(now) !== "moved") return;
    this.#file.shut();
    this.#taken = true;
  }

  /** How far may be written before the next rotation; `from` when the file must be rotated first. */
  #endOfPart(lines: Uint8Array, from: number): number {
    if (this.#maxSize === 0) return lines.length;
    const end = endOfLinesWithin(lines, from, this.#maxSize - this.size);
    // A line longer than a whole file gets a file of its own.
    return end === from && this.size === 0 ? lines.indexOf(NEWLINE, from) + 1 || lines.length : end;
  }

  /** False when the file cannot be rotated; it then grows on, for lines are worth more than its size. */
  #rotate(): boolean {
    if (this.clock.monotonic() < this.#rotateNotBefore) return false;
    const before = this.size;
    this.#follow(true);
    // Someone else moved or emptied it: that was the rotation.
    if (!this.#file.isOpen || this.size !== before) return true;
    try {
      this.#rotated.shift();
    } catch (error) {
      this.#rotateNotBefore = this.clock.monotonic() + FAILED_MS;
      const why = errorText(error);
      this.log(
        "error",
        `${this.path} cannot be rotated and grows past file_max_size, tried again in a minute: ${why}.`,
      );
      return false;
    }
    this.#file.shut();
    this.#rotated.compress();
    return true;
  }
}
