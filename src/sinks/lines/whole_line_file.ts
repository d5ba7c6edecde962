// One file without torn lines of ours: opened and healed, written, cut back where the disk fails, synced.
import { dirname } from "node:path";
import { NEWLINE } from "../../base/bytes.ts";
import type { Clock } from "../../base/clock.ts";
import { errorText } from "../../base/error_text.ts";
import type { Log } from "../../base/log.ts";
import { OnceAMinute } from "../../base/once_a_minute.ts";
import { type Disk, type DiskFile, type FileStat, realDisk } from "./disk.ts";
import { type Healed, healTail } from "./_heal_tail.ts";

/** The path is looked at when it was not for this long, milliseconds. */
const LOOK_MS = 500;
/** `fsync = "1s"`: how long written data may wait, milliseconds. */
const SYNC_MS = 1_000;

/** When the device is told to keep what was written: never, once a second, or at the end of each turn. */
export type Fsync = "never" | "1s" | "always";

/** What may change while the file is open. */
export interface WritingOptions {
  readonly fsync: Fsync;
  /** Of a new file, whatever the umask; without it 0640 less the umask. */
  readonly mode?: number;
}

export interface WholeLineOptions extends WritingOptions {
  /** How every line starts: a torn last line that agrees with it is cut off at open, any other is kept. */
  readonly ownStart: string;
}

export interface Written {
  /** Bytes of the batch that are in the file: whole lines, always. */
  readonly bytes: number;
  /** Why the rest is not; absent when everything is. The rest may be handed in again. */
  readonly error?: unknown;
}

/** Not opened until `open` or the first `write`; after a failure each `write` opens anew what is not open. */
export class WholeLineFile {
  readonly #syncFailed: OnceAMinute<unknown>;
  #file: DiskFile | undefined;
  #identity: FileStat | undefined;
  #size = 0;
  /** Something was written and the device was not told to keep it. */
  #dirty = false;
  #lookAt = 0;
  #stopSyncTimer: (() => void) | undefined;
  #syncing: Promise<void> | undefined;

  constructor(
    readonly path: string,
    private options: WholeLineOptions,
    private readonly log: Log,
    private readonly clock: Clock,
    private readonly disk: Disk = realDisk,
  ) {
    this.#syncFailed = new OnceAMinute(
      clock,
      (_count, error) =>
        log(
          "error",
          `The last lines of ${path} may not survive a power cut, fdatasync failed: ${errorText(error)}.`,
        ),
    );
  }

  /** Bytes in the file, as far as is known. */
  get size(): number {
    return this.#size;
  }

  get isOpen(): boolean {
    return this.#file !== undefined;
  }

  /** The next sync, and the next file that is made, follow these options. */
  reconfigure(options: WritingOptions): void {
    this.options = { ...options, ownStart: this.options.ownStart };
  }

  /** Makes missing folders, opens or makes the file, heals a torn last line. Throws what the disk says. */
  open(): void {
    this.#opened();
  }

  /** Appends whole lines, as many as the disk takes. Never throws. */
  write(lines: Uint8Array): Written {
    let done = 0;
    try {
      const file = this.#opened();
      while (done < lines.length) {
        const count = file.write(lines.subarray(done));
        if (count === 0) throw new Error("The disk took no bytes");
        done += count;
        this.#size += count;
        this.#dirty = true;
      }
    } catch (error) {
      const whole = done === 0 ? 0 : lines.lastIndexOf(NEWLINE, done - 1) + 1;
      this.#cutBack(done - whole);
      return { bytes: whole, error };
    } finally {
      if (this.#dirty && this.options.fsync === "1s") this.#armSync();
    }
    return { bytes: done };
  }

  /**
   * What others did to the path: it names no file or another one, or the file has another size, which is then
   * known. Throws what the disk says.
   * @param now whether to look although it was looked at within the last half second
   */
  lookAt(now = false): "same" | "moved" | "resized" {
    if (this.#file === undefined || (!now && this.clock.monotonic() < this.#lookAt)) return "same";
    const there = this.disk.stat(this.path);
    this.#lookAt = this.clock.monotonic() + LOOK_MS; // not where it threw: the file may be gone
    if (there === undefined || !isSame(there, this.#identity)) return "moved";
    if (there.size === this.#size) return "same";
    this.#size = there.size;
    return "resized";
  }

  /** With `fsync = "always"`, returns when all that was written is on the device. Never throws. */
  endTurn(): void {
    if (this.options.fsync === "always") this.#sync();
  }

  /** Closes the file, synced as the options say; the next write opens what the path names then. */
  shut(): void {
    if (this.#file === undefined) return;
    this.#stopSyncTimer?.();
    this.#stopSyncTimer = undefined;
    if (this.options.fsync !== "never") this.#sync();
    this.#dirty = false;
    this.#file.close();
    this.#file = undefined;
  }

  /** Closes the file for good, and waits for a sync under way. */
  async close(): Promise<void> {
    this.shut();
    await this.#syncing;
    this.#syncFailed[Symbol.dispose]();
  }

  #opened(): DiskFile {
    if (this.#file !== undefined) return this.#file;
    this.disk.makeFolders(dirname(this.path));
    if (this.disk.stat(this.path)?.isFile === false) throw new Error("It is not a regular file");
    const file = this.disk.open(this.path, this.options.mode);
    try {
      const healed = healTail(file, this.options.ownStart);
      if (healed !== undefined) this.log("warn", healedText(this.path, healed));
      this.#identity = file.stat();
    } catch (error) {
      file.close();
      throw error;
    }
    this.#size = this.#identity.size;
    this.#lookAt = this.clock.monotonic() + LOOK_MS;
    return this.#file = file;
  }

  /** Takes the piece of a line off the end again; where that fails the next open heals it. */
  #cutBack(torn: number): void {
    if (torn === 0 || this.#file === undefined) return;
    try {
      this.#file.truncate(Math.max(0, this.#file.stat().size - torn));
      this.#size -= torn;
    } catch {
      // The failure that tore the line is the one reported.
      this.shut();
    }
  }

  #sync(): void {
    if (!this.#dirty) return;
    this.#dirty = false;
    try {
      this.#file?.sync();
    } catch (error) {
      this.#syncFailed.add(error);
    }
  }

  #armSync(): void {
    this.#stopSyncTimer ??= this.clock.setTimer(SYNC_MS, () => {
      this.#stopSyncTimer = undefined;
      // A slow card is not given a second sync while it works on the first.
      if (this.#syncing !== undefined) return this.#armSync();
      this.#dirty = false;
      this.#syncing = this.#file?.syncLater()
        .catch((error) => this.#syncFailed.add(error))
        .finally(() => this.#syncing = undefined);
    });
  }
}

/** Whether two stats are of one file, whatever its name. */
export function isSame(a: FileStat | undefined, b: FileStat | undefined): boolean {
  return a !== undefined && b !== undefined && a.dev === b.dev && a.ino === b.ino;
}

function healedText(path: string, { done, bytes }: Healed): string {
  const was = {
    cut: `a line torn by a crash, ${bytes} bytes, was cut off`,
    ended: `the last line, ${bytes} bytes, was whole but for its newline, which was added`,
    closed: `the last ${bytes} bytes are no line of Hookline's or could not be cut off; they were kept and ` +
      "closed off with a newline",
  };
  return `${path}: ${was[done]}.`;
}
