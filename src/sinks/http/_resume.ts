// Where delivery goes on after a start: what the cursor says, checked against the segments that are there.
import type { Cursor } from "./_cursor_file.ts";
import type { FoundSegment } from "./_spool_folder.ts";

export interface Start {
  readonly segment: number;
  readonly offset: number;
  /** Lines of the segment before it. */
  readonly done: number;
}

export interface Resume {
  readonly start: Start;
  /** A phrase on what does not fit, and what is done about it. */
  readonly problem?: string;
}

/**
 * In doubt events are sent again, never skipped.
 * @param found oldest first
 * @param startsLine whether a line starts at an offset of a segment
 */
export function resume(
  cursor: Cursor | undefined,
  found: readonly FoundSegment[],
  startsLine: (segment: number, offset: number) => boolean,
): Resume {
  const [first, last] = [found[0], found.at(-1)];
  if (first === undefined || last === undefined) return resumeEmpty(cursor);
  const fromStart = (why: string): Resume => ({
    start: { segment: first.number, offset: 0, done: 0 },
    problem: `${why}; all ${found.length} segments are sent, some events perhaps again`,
  });
  if (cursor === undefined) return fromStart("the cursor is missing");
  const { segment, offset } = cursor;
  if (segment < first.number) {
    return fromStart(`the cursor is behind, segment ${segment} is not there any more`);
  }
  if (segment > last.number) {
    const allDone = segment === last.number + 1 && offset === 0;
    return allDone ? { start: cursor } : fromStart(`the cursor is ahead, there is no segment ${segment} yet`);
  }
  const at = found.find(({ number }) => number >= segment) ?? last;
  const startOfSegment = { segment: at.number, offset: 0, done: 0 };
  if (at.number !== segment) {
    const problem = `segment ${segment}, which the cursor points into, is missing; ${at.number} is next`;
    return { start: startOfSegment, problem };
  }
  if (offset > at.bytes) {
    const problem =
      `segment ${segment} ends at byte ${at.bytes}, before the cursor's ${offset}; it is sent again`;
    return { start: startOfSegment, problem };
  }
  if (offset > 0 && !startsLine(segment, offset)) {
    const problem = `the cursor points into the middle of a line of segment ${segment}, which is sent again`;
    return { start: startOfSegment, problem };
  }
  return { start: cursor };
}

function resumeEmpty(cursor: Cursor | undefined): Resume {
  if (cursor === undefined) return { start: { segment: 1, offset: 0, done: 0 } };
  if (cursor.offset === 0) return { start: cursor };
  return {
    start: { segment: cursor.segment + 1, offset: 0, done: 0 },
    problem: `segment ${cursor.segment}, which the cursor points into, is missing, and no other is there`,
  };
}
