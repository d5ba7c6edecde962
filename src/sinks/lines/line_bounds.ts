// Where lines end in a batch of bytes: what keeps every cut on a line's end.
import { NEWLINE } from "../../base/bytes.ts";

/** The end of the last whole line that lies within `room` bytes after `from`; `from` when none does. */
export function endOfLinesWithin(bytes: Uint8Array, from: number, room: number): number {
  if (bytes.length - from <= room) return bytes.length;
  if (room <= 0) return from;
  return Math.max(from, bytes.lastIndexOf(NEWLINE, from + room - 1) + 1);
}

export function countLines(bytes: Uint8Array): number {
  let lines = 0;
  for (let at = bytes.indexOf(NEWLINE); at !== -1; at = bytes.indexOf(NEWLINE, at + 1)) lines++;
  return lines;
}
