// Finds where the last lines of a file begin, reading it backwards in blocks.
import { fill, NEWLINE } from "../base/bytes.ts";
import { type Line, MAX_LINE_BYTES } from "./line.ts";

const BLOCK_BYTES = 64 * 1024;

interface LastLines {
  /** How many lines to find. */
  readonly count: number;
  /** Which lines count. */
  readonly selects: (line: Line) => boolean;
  readonly signal: AbortSignal;
}

/**
 * The offset where the `count`-th last line that is selected begins, 0 when there are fewer. An unfinished
 * last line is not counted; it stands behind the offset. Memory: one block and one line, whatever the count.
 */
export async function findLastLines(file: Deno.FsFile, options: LastLines): Promise<number> {
  const decoder = new TextDecoder();
  const block = new Uint8Array(BLOCK_BYTES);
  let from = await file.seek(0, Deno.SeekMode.End);
  let found = 0;
  // The line whose beginning is not reached yet: its first bytes so far, and how many it has in all.
  // `undefined` until the last newline of the file is reached: what stands behind it is unfinished.
  let line: { head: Uint8Array; bytes: number } | undefined;
  let start = 0;
  while (from > 0 && !options.signal.aborted) {
    const size = Math.min(BLOCK_BYTES, from);
    from -= size;
    await file.seek(from, Deno.SeekMode.Start);
    const read = block.subarray(0, await fill(file, block.subarray(0, size)));
    let end = read.length;
    for (
      let at = read.lastIndexOf(NEWLINE);
      at >= 0;
      at = at === 0 ? -1 : read.lastIndexOf(NEWLINE, at - 1)
    ) {
      if (line === undefined) {
        start = from + at + 1;
      } else {
        const whole = prepend(read.subarray(at + 1, end), line);
        if (options.selects({ text: decoder.decode(whole.head), bytes: whole.bytes })) {
          start = from + at + 1;
          found++;
        }
      }
      if (found >= options.count) return start;
      line = { head: new Uint8Array(), bytes: 0 };
      end = at;
    }
    if (line !== undefined) line = prepend(read.subarray(0, end), line);
  }
  return 0;
}

/** `part` is a piece of a block, so shorter than what is kept of a line. */
function prepend(
  part: Uint8Array,
  line: { head: Uint8Array; bytes: number },
): { head: Uint8Array; bytes: number } {
  const rest = line.head.subarray(0, MAX_LINE_BYTES - part.length);
  const head = new Uint8Array(part.length + rest.length);
  head.set(part);
  head.set(rest, part.length);
  return { head, bytes: line.bytes + part.length };
}
