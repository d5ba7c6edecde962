// The filesystem calls that appending needs, behind an interface so that tests can hand in a disk that fails.

export type FileStat = Pick<Deno.FileInfo, "isFile" | "size" | "dev" | "ino">;

/** All calls but `gzip` and `syncLater` are synchronous; all throw what the system says. */
export interface Disk {
  /** Opens for reading and appending; makes a missing file, of this mode, or of 0640 less the umask. */
  open(path: string, mode?: number): DiskFile;
  /** Makes a folder and those above it, mode 0750; fine when it is there. */
  makeFolders(path: string): void;
  /** Follows links; undefined when nothing is there. */
  stat(path: string): FileStat | undefined;
  rename(from: string, to: string): void;
  remove(path: string): void;
  /** Streams `from`, opened before this returns, into `to` and onto the device. `mode` as for `open`. */
  gzip(from: string, to: string, mode: number | undefined, signal: AbortSignal): Promise<void>;
}

export interface DiskFile {
  stat(): FileStat;
  /** Appends; may take only a part. Returns how many bytes it took. */
  write(bytes: Uint8Array): number;
  /** Reads from an offset; may fill only a part. Returns how many bytes it read, 0 at the end. */
  readAt(offset: number, into: Uint8Array): number;
  truncate(size: number): void;
  /** Waits until the data is on the device. */
  sync(): void;
  /** The same without holding up the caller. */
  syncLater(): Promise<void>;
  close(): void;
}

const DEFAULT_MODE = 0o640;

export const realDisk: Disk = {
  open(path, mode): DiskFile {
    const isNew = mode !== undefined && realDisk.stat(path) === undefined;
    const file = Deno.openSync(path, { read: true, append: true, create: true, mode: mode ?? DEFAULT_MODE });
    if (isNew) Deno.chmodSync(path, mode);
    return new RealFile(file);
  },
  makeFolders: (path) => Deno.mkdirSync(path, { recursive: true, mode: 0o750 }),
  stat(path): FileStat | undefined {
    try {
      return Deno.statSync(path);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return undefined;
      throw error;
    }
  },
  rename: (from, to) => Deno.renameSync(from, to),
  remove: (path) => Deno.removeSync(path),
  async gzip(from, to, mode, signal): Promise<void> {
    using source = Deno.openSync(from, { read: true });
    using target = Deno.openSync(to, {
      write: true,
      create: true,
      truncate: true,
      mode: mode ?? DEFAULT_MODE,
    });
    if (mode !== undefined) await Deno.chmod(to, mode);
    // pipeTo with preventClose loses the last chunk in Deno 2.9.6, and without it no handle is left to sync.
    for await (const chunk of source.readable.pipeThrough(new CompressionStream("gzip"), { signal })) {
      for (let done = 0; done < chunk.length;) done += await target.write(chunk.subarray(done));
    }
    await target.sync();
  },
};

class RealFile implements DiskFile {
  constructor(private readonly file: Deno.FsFile) {}

  stat(): FileStat {
    return this.file.statSync();
  }

  write(bytes: Uint8Array): number {
    return this.file.writeSync(bytes);
  }

  readAt(offset: number, into: Uint8Array): number {
    this.file.seekSync(offset, Deno.SeekMode.Start);
    return this.file.readSync(into) ?? 0;
  }

  truncate(size: number): void {
    this.file.truncateSync(size);
  }

  sync(): void {
    this.file.syncDataSync();
  }

  syncLater(): Promise<void> {
    return this.file.syncData();
  }

  close(): void {
    this.file.close();
  }
}

/** EDQUOT and ENOSPC have no class of their own in Deno's errors: the code tells. */
export function isDiskFull(error: unknown): boolean {
  return error instanceof Error && "code" in error && (error.code === "ENOSPC" || error.code === "EDQUOT");
}
