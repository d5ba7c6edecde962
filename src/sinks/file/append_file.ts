// Appends whole lines to one path, whatever happens to the disk and to the path: hook.log and the spool's segments.
import { dirname } from "node:path";
import type { Clock } from "../clock.ts";
import { type Disk, type DiskFile, type FileStat, realDisk } from "./disk.ts";
import { type Healed, healTail } from "./_heal_tail.ts";
import { endOfLinesWithin, NEWLINE } from "./line_bounds.ts";
import { reason } from "./reason.ts";
import { isSame, RotatedFiles } from "./_rotated_files.ts";
import type { FileOptions } from "./options.ts";

/** The path is looked at before a write when it was not for this long, milliseconds. */
const LOOK_MS = 500;
/** `fsync = "1s"`: how long written data may wait, milliseconds. */
const SYNC_MS = 1_000;
/** A rotation or a sync that failed is told, and a rotation tried, again after this long, milliseconds. */
const FAILED_MS = 60_000;

export type AppendOptions = Omit<FileOptions, "bufferBytes"> & {
  /** How every line starts: a torn last line that agrees with it is cut off at open, any other is kept. */
  readonly ownStart: string;
  /** Nobody else has business in this file: when it was moved or changed, writing fails with FileChanged. */
  readonly exclusive?: boolean;
};

/** An exclusive file was renamed, removed or changed by someone else: it takes no more lines. */
export class FileChanged extends Error {
  override readonly name = "FileChanged";
}

/** What the operator should read, though lines are still being written. */
export type Note = (level: "info" | "warn" | "error", text: string) => void;

export interface Written {
  /** Bytes of the batch that are in the file: whole lines, always. */
  readonly bytes: number;
  /** Why the rest is not; absent when everything is. The rest may be handed in again. */
  readonly error?: unknown;
}

/** Not opened until `open` or the first `write`; after a failure each `write` opens anew what is not open. */
export class AppendFile {
  readonly path: string;
  #options: AppendOptions;
  readonly #note: Note;
  readonly #clock: Clock;
  readonly #disk: Disk;
  readonly #rotated: RotatedFiles;
  readonly #ownStart: Uint8Array;
  #file: DiskFile | undefined;
  #identity: FileStat | undefined;
  #size = 0;
  /** Something was written and the device was not told to keep it. */
  #dirty = false;
  #lookAt = 0;
  /** Someone else renamed or removed the file, and that was not told yet. */
  #taken = false;
  #tidied = false;
  #rotateNotBefore = -Infinity;
  #syncNotedUntil = -Infinity;
  #stopSyncTimer: (() => void) | undefined;
  #syncing: Promise<void> | undefined;

  constructor(path: string, options: AppendOptions, note: Note, clock: Clock, disk: Disk = realDisk) {
    this.path = path;
    this.#options = options;
    this.#note = note;
    this.#clock = clock;
    this.#disk = disk;
    this.#ownStart = new TextEncoder().encode(options.ownStart);
    this.#rotated = new RotatedFiles(path, options, (text) => note("error", text), clock, disk);
  }

  /** Takes other options from here on: the next write, rotation or sync follows them. */
  reconfigure(options: Omit<FileOptions, "bufferBytes">): void {
    this.#options = { ...this.#options, ...options };
    this.#rotated.reconfigure(options);
  }

  /** Bytes in the live file, as far as is known. */
  get size(): number {
    return this.#size;
  }

  /** Makes missing folders, opens or makes the file, heals a torn last line. Throws what the disk says. */
  open(): void {
    if (this.#file === undefined) this.#open();
  }

  /** Appends whole lines, as many as the disk takes. Never throws. */
  write(lines: Uint8Array): Written {
    let done = 0;
    try {
      let file = this.#ready();
      while (done < lines.length) {
        let end = this.#endOfPart(lines, done);
        if (end === done) {
          if (this.#rotate()) {
            file = this.#ready();
            continue;
          }
          end = lines.length;
        }
        while (done < end) {
          const count = file.write(lines.subarray(done, end));
          if (count === 0) throw new Error("The disk took no bytes");
          done += count;
          this.#size += count;
          this.#dirty = true;
        }
      }
    } catch (error) {
      const whole = done === 0 ? 0 : lines.lastIndexOf(NEWLINE, done - 1) + 1;
      this.#cutBack(done - whole);
      return { bytes: whole, error };
    } finally {
      if (this.#dirty && this.#options.fsync === "1s") this.#armSync();
    }
    return { bytes: done };
  }

  /** With `fsync = "always"`, returns when all that was written is on the device. Never throws. */
  endTurn(): void {
    if (this.#options.fsync === "always") this.#sync();
  }

  /** Closes the file and opens what the path names now. Throws what the disk says. */
  reopen(): void {
    this.#close();
    this.#open();
  }

  /** Syncs as the options say, and waits for a compression under way (at most five seconds). */
  async close(): Promise<void> {
    this.#close();
    await Promise.all([this.#syncing, this.#rotated.close()]);
  }

  #ready(): DiskFile {
    if (this.#clock.now() >= this.#lookAt) this.#look();
    return this.#file ?? this.#open();
  }

  /** Closes the file when the path no longer names it, and learns its size: it may have been truncated (`> hook.log`). */
  #look(): void {
    this.#lookAt = this.#clock.now() + LOOK_MS;
    if (this.#file === undefined) return;
    const there = this.#disk.stat(this.path);
    const moved = !isSame(there, this.#identity);
    if (this.#options.exclusive === true && (moved || there?.size !== this.#size)) {
      throw new FileChanged("It was renamed, removed or changed by someone else");
    }
    if (there !== undefined && !moved) {
      this.#size = there.size;
      return;
    }
    this.#close();
    this.#taken = true;
  }

  #open(): DiskFile {
    this.#disk.makeFolders(dirname(this.path));
    if (this.#disk.stat(this.path)?.isFile === false) throw new Error("It is not a regular file");
    const file = this.#disk.open(this.path, this.#options.mode);
    try {
      const healed = healTail(file, this.#ownStart);
      if (healed !== undefined) this.#note("warn", healedText(this.path, healed));
      this.#identity = file.stat();
    } catch (error) {
      file.close();
      throw error;
    }
    this.#file = file;
    this.#size = this.#identity.size;
    this.#lookAt = this.#clock.now() + LOOK_MS;
    if (this.#taken) {
      this.#note("info", `${this.path} was renamed or removed by someone else; it is opened anew.`);
    }
    this.#taken = false;
    if (!this.#tidied) {
      this.#tidied = true;
      this.#rotated.tidy();
      this.#rotated.compress();
    }
    return file;
  }

  /** How far may be written before the next rotation; `from` when the file must be rotated first. */
  #endOfPart(lines: Uint8Array, from: number): number {
    const { maxSize } = this.#options;
    if (maxSize === 0) return lines.length;
    const end = endOfLinesWithin(lines, from, maxSize - this.#size);
    // A line longer than a whole file gets a file of its own.
    return end === from && this.#size === 0 ? lines.indexOf(NEWLINE, from) + 1 || lines.length : end;
  }

  /** False when the file cannot be rotated; it then grows on, for lines are worth more than its size. */
  #rotate(): boolean {
    if (this.#clock.now() < this.#rotateNotBefore) return false;
    const before = this.#size;
    this.#look();
    // Someone else moved or emptied it: that was the rotation.
    if (this.#file === undefined || this.#size !== before) return true;
    try {
      this.#rotated.shift();
    } catch (error) {
      this.#rotateNotBefore = this.#clock.now() + FAILED_MS;
      this.#note(
        "error",
        `${this.path} cannot be rotated and grows past file_max_size, tried again in a minute: ${
          reason(error)
        }.`,
      );
      return false;
    }
    this.#close();
    this.#rotated.compress();
    return true;
  }

  /** Takes the piece of a line off the end again; where that fails the next open heals it. */
  #cutBack(torn: number): void {
    if (torn === 0 || this.#file === undefined) return;
    try {
      this.#file.truncate(Math.max(0, this.#file.stat().size - torn));
      this.#size -= torn;
    } catch {
      // The failure that tore the line is the one reported.
      this.#close();
    }
  }

  #sync(): void {
    if (!this.#dirty) return;
    this.#dirty = false;
    try {
      this.#file?.sync();
    } catch (error) {
      this.#noteSync(error);
    }
  }

  #armSync(): void {
    this.#stopSyncTimer ??= this.#clock.setTimer(SYNC_MS, () => {
      this.#stopSyncTimer = undefined;
      // A slow card is not given a second sync while it works on the first.
      if (this.#syncing !== undefined) return this.#armSync();
      this.#dirty = false;
      this.#syncing = this.#file?.syncLater()
        .catch((error) => this.#noteSync(error))
        .finally(() => this.#syncing = undefined);
    });
  }

  #noteSync(error: unknown): void {
    if (this.#clock.now() < this.#syncNotedUntil) return;
    this.#syncNotedUntil = this.#clock.now() + FAILED_MS;
    this.#note(
      "error",
      `The last lines of ${this.path} may not survive a power cut, fdatasync failed: ${reason(error)}.`,
    );
  }

  #close(): void {
    if (this.#file === undefined) return;
    this.#stopSyncTimer?.();
    this.#stopSyncTimer = undefined;
    if (this.#options.fsync !== "never") this.#sync();
    this.#dirty = false;
    this.#file.close();
    this.#file = undefined;
  }
}

function healedText(path: string, { done, bytes }: Healed): string {
  const was = {
    cut: `a line torn by a crash, ${bytes} bytes, was cut off`,
    ended: `the last line, ${bytes} bytes, was whole but for its newline, which was added`,
    closed:
      `the last ${bytes} bytes are no line of Hookline's or could not be cut off; they were kept and closed off with a newline`,
  };
  return `${path}: ${was[done]}.`;
}
