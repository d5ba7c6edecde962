// The lines that are played: of a log's files, one after the other and as often as asked, or of a stream.
import { type LineBlock, lineBlocks } from "../reading/line_blocks.ts";
import type { LogFile } from "../reading/log_file.ts";
import type { ReplayMessage } from "./message.ts";

const NEWLINE = 10;

export interface Source {
  /** Which round it is in, from 1 on. */
  readonly round: number;
  /** Bytes read of all rounds, packed ones as they lie on the disk. */
  readonly read: number;
  /** Bytes of all rounds; `undefined` where nobody knows. */
  readonly size: number | undefined;
  /** Blocks of lines, each valid until the next is asked for. */
  blocks(): AsyncGenerator<LineBlock>;
}

/** The files of a log, whose owner closes them. @param rounds Infinity: without an end */
export class FileSource implements Source {
  round = 1;
  read = 0;
  readonly size: number | undefined;
  readonly #files: readonly LogFile[];
  readonly #rounds: number;

  constructor(files: readonly LogFile[], rounds: number) {
    this.#files = files;
    this.#rounds = rounds;
    const size = files.reduce((sum, file) => sum + file.size, 0) * rounds;
    this.size = Number.isFinite(size) ? size : undefined;
  }

  async *blocks(): AsyncGenerator<LineBlock> {
    for (; this.round <= this.#rounds; this.round++) {
      const before = this.read;
      for (const file of this.#files) {
        const start = this.read;
        for await (const block of file.blocks(0)) {
          if (!file.packed) this.read = start + block.start;
          yield block;
        }
        this.read = start + file.size;
      }
      // Files that are empty would be read for ever.
      if (this.read === before) return;
    }
  }
}

export class StreamSource implements Source {
  readonly round = 1;
  read = 0;
  readonly size = undefined;
  readonly #stream: { read(into: Uint8Array): Promise<number | null> };

  constructor(stream: { read(into: Uint8Array): Promise<number | null> }) {
    this.#stream = stream;
  }

  blocks(): AsyncGenerator<LineBlock> {
    return lineBlocks(async (into) => {
      const n = await this.#stream.read(into) ?? 0;
      this.read += n;
      return n;
    });
  }
}

/** The messages of a block, each made when it is asked for. */
export function* messagesOf(
  { bytes }: LineBlock,
  read: (line: Uint8Array) => ReplayMessage | undefined,
): Generator<ReplayMessage> {
  for (let at = 0; at < bytes.length;) {
    const newline = bytes.indexOf(NEWLINE, at);
    const end = newline < 0 ? bytes.length : newline;
    const message = end > at ? read(bytes.subarray(at, end)) : undefined;
    if (message !== undefined) yield message;
    at = end + 1;
  }
}
