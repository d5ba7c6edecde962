// One line of a followed file, and the bound on how much of it is held.

/** Bytes of one line that are kept; what a line has beyond them is counted and left out. */
export const MAX_LINE_BYTES = 1024 * 1024;

export interface Line {
  /** Without its newline; only the first {@link MAX_LINE_BYTES} of a longer line. */
  readonly text: string;
  /** Bytes of the whole line. */
  readonly bytes: number;
}

/** Whether the line's text is only its beginning. */
export function isCut(line: Line): boolean {
  return line.bytes > MAX_LINE_BYTES;
}
