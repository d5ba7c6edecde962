// What the operator is told of a spool that holds events when it is opened: how many, how old, where.
import { NEWLINE } from "../../base/bytes.ts";
import type { Start } from "./_cursor.ts";
import type { Segments } from "./_segments.ts";

/** Bytes that are read to find the oldest event's time; behind a longer line nobody looks for it. */
const READ_BYTES = 64 * 1024;

/** A sentence; undefined when nothing waits. @param now Unix milliseconds */
export function backlogText(
  folder: string,
  segments: Segments,
  start: Start,
  now: number,
): string | undefined {
  const { waiting } = segments;
  if (waiting === 0) return undefined;
  const exact = [...segments].every(({ counted }) => counted);
  const first = [...segments].find(({ number, bytes }) =>
    number > start.segment || (number === start.segment && bytes > start.offset)
  );
  const offset = first?.number === start.segment ? start.offset : 0;
  const since = first === undefined ? undefined : timeOfLine(first.path, offset);
  const age = since === undefined
    ? ""
    : `, the oldest from ${new Date(since).toISOString()}, ${spanText(now - since)} ago`;
  const events = waiting === 1 ? "1 event" : `${exact ? "" : "about "}${waiting} events`;
  return `${events} of an earlier run wait in ${folder} to be sent${age}.`;
}

/** The `ts` of the line that starts there, Unix milliseconds. */
function timeOfLine(path: string, offset: number): number | undefined {
  try {
    using file = Deno.openSync(path);
    file.seekSync(offset, Deno.SeekMode.Start);
    const bytes = new Uint8Array(READ_BYTES);
    const read = bytes.subarray(0, file.readSync(bytes) ?? 0);
    const text = new TextDecoder().decode(read.subarray(0, Math.max(0, read.indexOf(NEWLINE))));
    const ts = Number(/.*"ts":(\d{1,15})\b/s.exec(text)?.[1]);
    return Number.isNaN(ts) ? undefined : ts;
  } catch {
    // Reading it will fail again, and be told then.
    return undefined;
  }
}

function spanText(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7_200) return `${Math.round(seconds / 60)} min`;
  return seconds < 172_800 ? `${Math.round(seconds / 3_600)} h` : `${Math.round(seconds / 86_400)} days`;
}
