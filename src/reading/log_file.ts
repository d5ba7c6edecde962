// One file of a log, open: plain or gzipped, known by how it begins, whatever its name is by then.
import { NEWLINE } from "../base/bytes.ts";
import { errorText } from "../base/error_text.ts";
import { Failure } from "../base/failure.ts";
import { type LineBlock, lineBlocks } from "./line_blocks.ts";
import { openRegular } from "./open_regular.ts";

/** Bytes at the beginning that tell two files apart: a line with its time is shorter. */
const HEAD_BYTES = 1024;

export class LogFile implements Disposable {
  /** The file was read, but not to its end: why. */
  problem: string | undefined;

  private constructor(
    readonly path: string,
    readonly packed: boolean,
    /** Bytes of the file as it lies on the disk. */
    readonly size: number,
    readonly file: Deno.FsFile,
    /** Its first bytes; of a short file whole lines where it has any. Empty of an empty file only. */
    readonly head: Uint8Array,
  ) {}

  /** `undefined` where there is no such file. Throws Failure for what is no file or cannot be read. */
  static async open(path: string): Promise<LogFile | undefined> {
    let file: Deno.FsFile;
    try {
      file = await openRegular(path);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return undefined;
      throw error instanceof Failure ? error : new Failure(`${path} cannot be read: ${errorText(error)}.`);
    }
    try {
      const packed = path.endsWith(".gz");
      const head = await headOf(file, packed);
      const { size } = await file.stat();
      return new LogFile(path, packed, head.length === 0 ? 0 : size, file, head);
    } catch (error) {
      file.close();
      throw error;
    }
  }

  /** Whether both are the same file, now or before one of them grew or was packed. */
  isLike(head: Uint8Array): boolean {
    const shared = Math.min(head.length, this.head.length);
    return shared > 0 && this.head.subarray(0, shared).every((byte, i) => byte === head[i]);
  }

  /**
   * Its lines from `offset` of its unpacked bytes on, up to where it ended when it was opened: who writes it
   * may never be done. What cannot be unpacked ends it, and is its {@link problem}.
   */
  async *blocks(offset: number): AsyncGenerator<LineBlock> {
    // Empty when it was opened: a gzip file that is being written has its lines in the plain file beside it.
    if (this.head.length === 0) return;
    if (!this.packed) {
      let left = this.size - await this.file.seek(offset, Deno.SeekMode.Start);
      yield* lineBlocks(async (into) => {
        const n = left > 0 ? await this.file.read(into.subarray(0, left)) ?? 0 : 0;
        left -= n;
        return n;
      });
      return;
    }
    const unpacked = new Unpacked(this.file);
    try {
      await unpacked.skip(offset);
      yield* lineBlocks((into) => unpacked.read(into));
    } finally {
      this.problem = unpacked.problem;
      await unpacked.cancel();
    }
  }

  [Symbol.dispose](): void {
    this.file.close();
  }
}

async function headOf(file: Deno.FsFile, packed: boolean): Promise<Uint8Array> {
  const head = new Uint8Array(HEAD_BYTES);
  const unpacked = packed ? new Unpacked(file) : undefined;
  let length = 0;
  for (let n = 1; n > 0 && length < HEAD_BYTES; length += n) {
    const rest = head.subarray(length);
    n = unpacked === undefined ? await file.read(rest) ?? 0 : await unpacked.read(rest);
  }
  await unpacked?.cancel();
  const whole = length < HEAD_BYTES ? head.subarray(0, length).lastIndexOf(NEWLINE) + 1 : length;
  return head.slice(0, whole === 0 ? length : whole);
}

/** The bytes of a gzip file. */
class Unpacked {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  #rest: Uint8Array = new Uint8Array();
  problem: string | undefined;

  /** Leaves `file` open. */
  constructor(file: Deno.FsFile) {
    file.seekSync(0, Deno.SeekMode.Start);
    const bytes = new ReadableStream<Uint8Array<ArrayBuffer>>({
      async pull(controller): Promise<void> {
        const block = new Uint8Array(64 * 1024);
        const n = await file.read(block);
        if (n === null) controller.close();
        else controller.enqueue(block.subarray(0, n));
      },
    }, { highWaterMark: 0 });
    this.#reader = bytes.pipeThrough(new DecompressionStream("gzip")).getReader();
  }

  async read(into: Uint8Array): Promise<number> {
    while (this.#rest.length === 0) {
      try {
        const { done, value } = await this.#reader.read();
        if (done) return 0;
        this.#rest = value;
      } catch (error) {
        this.problem = errorText(error);
        return 0;
      }
    }
    const part = this.#rest.subarray(0, into.length);
    into.set(part);
    this.#rest = this.#rest.subarray(part.length);
    return part.length;
  }

  async skip(bytes: number): Promise<void> {
    const scratch = new Uint8Array(64 * 1024);
    for (let left = bytes; left > 0;) {
      const n = await this.read(scratch.subarray(0, Math.min(left, scratch.length)));
      if (n === 0) return;
      left -= n;
    }
  }

  async cancel(): Promise<void> {
    try {
      await this.#reader.cancel();
    } catch {
      // It has failed before, and read() has told it.
    }
  }
}
