// Reads bytes as blocks of whole lines, so that what takes the lines need not make a string of each.
import { NEWLINE } from "../base/bytes.ts";

const BLOCK_BYTES = 1024 * 1024;
/** Bytes of a line that is read; a longer one is left out and counted. */
const MAX_WHOLE_LINE = 16 * 1024 * 1024;

/** Fills `into` from its beginning, and resolves to how much of it; 0 at the end. */
export type Read = (into: Uint8Array) => Promise<number>;

export interface LineBlock {
  /** Lines with their newlines; valid until the next block is asked for. */
  readonly bytes: Uint8Array;
  /** Where it begins, counted from where the reading began. */
  readonly start: number;
  /** false: one last line without a newline, which may be unfinished. */
  readonly finished: boolean;
  /** Lines left out right before it, because they are longer than {@link MAX_WHOLE_LINE}. */
  readonly tooLong: number;
}

/**
 * Gives all lines that `read` has. Memory: one block, or one line.
 * @param longest bytes of a line that is read; default: 16 MiB
 */
export async function* lineBlocks(read: Read, longest = MAX_WHOLE_LINE): AsyncGenerator<LineBlock> {
  let buffer = new Uint8Array(BLOCK_BYTES);
  let held = 0;
  let start = 0;
  let tooLong = 0;
  let skipping = false;
  for (;;) {
    const n = await read(buffer.subarray(held));
    if (n === 0) break;
    held += n;
    if (skipping) {
      const newline = buffer.subarray(0, held).indexOf(NEWLINE);
      const gone = newline < 0 ? held : newline + 1;
      skipping = newline < 0;
      buffer.copyWithin(0, gone, held);
      held -= gone;
      start += gone;
      if (held === 0) continue;
    }
    const end = buffer.subarray(0, held).lastIndexOf(NEWLINE) + 1;
    if (end === 0) {
      if (held < buffer.length) continue;
      if (buffer.length < longest) {
        const longer = new Uint8Array(2 * buffer.length);
        longer.set(buffer);
        buffer = longer;
      } else {
        skipping = true;
        tooLong++;
        start += held;
        held = 0;
      }
      continue;
    }
    yield { bytes: buffer.subarray(0, end), start, finished: true, tooLong };
    tooLong = 0;
    buffer.copyWithin(0, end, held);
    held -= end;
    start += end;
  }
  if (held > 0 || tooLong > 0) yield { bytes: buffer.subarray(0, held), start, finished: false, tooLong };
}
