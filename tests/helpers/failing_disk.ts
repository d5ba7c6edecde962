// The real disk, but for the failures a test asks of it.
import { type Disk, type DiskFile, type FileStat, realDisk } from "../../src/sinks/lines/disk.ts";

type Call = "open" | "makeFolders" | "stat" | "rename" | "remove" | "gzip" | "write" | "truncate" | "sync";
type Code = keyof typeof TEXT;

const TEXT = {
  ENOSPC: "No space left on device (os error 28)",
  EDQUOT: "Disk quota exceeded (os error 122)",
  EIO: "Input/output error (os error 5)",
  EROFS: "Read-only file system (os error 30)",
  EPERM: "Operation not permitted (os error 1)",
} as const;

export class FailingDisk implements Disk {
  /** Bytes the disk still takes: a write past it is short, the next one fails with ENOSPC. */
  room = Infinity;
  /** Bytes one write takes at most. */
  shortWrite = Infinity;
  /** Syncs that were asked for, both kinds. */
  syncs = 0;
  /** gzip is held back until this resolves or the work is stopped. */
  gzipGate: Promise<void> = Promise.resolve();
  readonly #failing = new Map<Call, Code>();

  fail(call: Call, code: Code): void {
    this.#failing.set(call, code);
  }

  mend(): void {
    this.#failing.clear();
    this.room = Infinity;
  }

  /** Throws when the call was asked to fail. */
  enter(call: Call): void {
    const code = this.#failing.get(call);
    if (code !== undefined) throw systemError(code);
  }

  open(path: string, mode?: number): DiskFile {
    this.enter("open");
    return new FailingFile(realDisk.open(path, mode), this);
  }

  makeFolders(path: string): void {
    this.enter("makeFolders");
    realDisk.makeFolders(path);
  }

  stat(path: string): FileStat | undefined {
    this.enter("stat");
    return realDisk.stat(path);
  }

  rename(from: string, to: string): void {
    this.enter("rename");
    realDisk.rename(from, to);
  }

  remove(path: string): void {
    this.enter("remove");
    realDisk.remove(path);
  }

  async gzip(from: string, to: string, mode: number | undefined, signal: AbortSignal): Promise<void> {
    this.enter("gzip");
    signal.throwIfAborted();
    // The file is opened before the gate, as the interface promises.
    const work = realDisk.gzip(from, to, mode, signal);
    const stopped = new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
    await Promise.all([work, Promise.race([this.gzipGate, stopped])]);
    signal.throwIfAborted();
  }
}

class FailingFile implements DiskFile {
  constructor(private readonly file: DiskFile, private readonly disk: FailingDisk) {}

  stat(): FileStat {
    return this.file.stat();
  }

  write(bytes: Uint8Array): number {
    this.disk.enter("write");
    if (this.disk.room <= 0 && bytes.length > 0) throw systemError("ENOSPC");
    const count = this.file.write(bytes.subarray(0, Math.min(this.disk.room, this.disk.shortWrite)));
    this.disk.room -= count;
    return count;
  }

  readAt(offset: number, into: Uint8Array): number {
    return this.file.readAt(offset, into);
  }

  truncate(size: number): void {
    this.disk.enter("truncate");
    this.disk.room += this.file.stat().size - size;
    this.file.truncate(size);
  }

  sync(): void {
    this.disk.syncs++;
    this.disk.enter("sync");
    this.file.sync();
  }

  async syncLater(): Promise<void> {
    this.disk.syncs++;
    this.disk.enter("sync");
    await this.file.syncLater();
  }

  close(): void {
    this.file.close();
  }
}

function systemError(code: Code): Error {
  return Object.assign(new Error(TEXT[code]), { code });
}
