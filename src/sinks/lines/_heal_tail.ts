// Heals the end of a file that a crash left without a newline, before anything is appended behind it.
import { NEWLINE } from "../../base/bytes.ts";
import type { DiskFile } from "./disk.ts";

/** Bytes read at a time while looking back for the last newline. */
const BLOCK = 64 * 1024;
/** Longest tail that is read to be judged, bytes; a longer one is kept and closed off with a newline. */
const MAX_TAIL = 16 * 1024 * 1024;

export interface Healed {
  /**
   * `ended`: a newline was added to a line that was whole. `cut`: a torn line of ours was removed. `closed`:
   * a tail that is not ours, or could not be cut, got a newline.
   */
  readonly done: "ended" | "cut" | "closed";
  /** Length of the tail that was found. */
  readonly bytes: number;
}

/**
 * Leaves the file empty or ended by a newline; says what it had to do.
 * @param ownStart how every line of ours starts; a torn tail that agrees with it, however short, is ours to
 * cut
 */
export function healTail(file: DiskFile, ownStart: string): Healed | undefined {
  const size = file.stat().size;
  const start = startOfTail(file, size);
  if (start === size) return undefined;
  const bytes = size - start;
  const tail = bytes <= MAX_TAIL ? read(file, start, bytes) : undefined;
  if (tail !== undefined && !isJson(tail) && isOurs(tail, ownStart)) {
    try {
      file.truncate(start);
      return { done: "cut", bytes };
    } catch {
      // A file with the append-only attribute cannot be cut; a newline keeps the torn line apart from ours.
    }
    endLine(file);
    return { done: "closed", bytes };
  }
  endLine(file);
  return { done: tail !== undefined && isJson(tail) ? "ended" : "closed", bytes };
}

/** The offset behind the last newline; gives up, more than MAX_TAIL before the end, where it then stands. */
function startOfTail(file: DiskFile, size: number): number {
  let start = size;
  while (start > 0 && size - start <= MAX_TAIL) {
    const from = Math.max(0, start - BLOCK);
    const newline = read(file, from, start - from).lastIndexOf(NEWLINE);
    if (newline !== -1) return from + newline + 1;
    start = from;
  }
  return start;
}

function read(file: DiskFile, offset: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let done = 0; done < length;) {
    const count = file.readAt(offset + done, bytes.subarray(done));
    if (count === 0) throw new Error("The file became shorter while its end was read");
    done += count;
  }
  return bytes;
}

function isJson(bytes: Uint8Array): boolean {
  try {
    JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
    return true;
  } catch {
    // Not UTF-8, or not JSON: both are the answer.
    return false;
  }
}

/** After a power cut the tail may be, or end in, zeros: blocks that were given and not filled. */
function isOurs(tail: Uint8Array, ownStart: string): boolean {
  let length = tail.length;
  while (length > 0 && tail[length - 1] === 0) length--;
  const start = tail.subarray(0, Math.min(length, ownStart.length));
  return ownStart.startsWith(new TextDecoder("latin1").decode(start));
}

function endLine(file: DiskFile): void {
  if (file.write(Uint8Array.of(NEWLINE)) !== 1) throw new Error("The disk took no byte");
}
