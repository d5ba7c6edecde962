// The spool's segments: which there are, how much is in them, and which may go.

export interface Segment {
  readonly number: number;
  readonly path: string;
  /** Bytes of whole lines; what the file has beyond them does not count. */
  bytes: number;
  /** Lines in it; guessed from its size where `counted` is false. */
  lines: number;
  counted: boolean;
  /** Lines of it that nothing more is to be done for. */
  settled: number;
  /** No line is added any more. */
  sealed: boolean;
  /** Its file was given up: what is in hand goes on, the rest is lost. */
  gone: boolean;
}

/** What is remembered of a segment across a start, so that nobody need count its lines. */
export interface SegmentCounts {
  readonly bytes: number;
  readonly lines: number;
}

/** Bytes a line is taken to have where no segment's lines were counted. */
const GUESSED_LINE_BYTES = 400;
/** No line of an event is shorter. */
const LEAST_LINE_BYTES = 16;

/** `00000001.jsonl` */
export function segmentName(number: number): string {
  return `${String(number).padStart(8, "0")}.jsonl`;
}

/** The number of a segment's name; undefined for any other name. */
export function segmentNumber(name: string): number | undefined {
  const number = /^\d{8,12}\.jsonl$/.test(name) ? Number(name.slice(0, -".jsonl".length)) : 0;
  return number > 0 && segmentName(number) === name ? number : undefined;
}

export class Segments {
  /** Oldest first. */
  readonly #list: Segment[] = [];
  #bytes = 0;
  #waiting = 0;

  get bytes(): number {
    return this.#bytes;
  }

  /** Lines that are not settled. */
  get waiting(): number {
    return this.#waiting;
  }

  get first(): Segment | undefined {
    return this.#list[0];
  }

  get last(): Segment | undefined {
    return this.#list.at(-1);
  }

  [Symbol.iterator](): IterableIterator<Segment> {
    return this.#list.values();
  }

  /** The oldest segment with this number or a higher one. */
  from(number: number): Segment | undefined {
    return this.#list.find((segment) => segment.number >= number);
  }

  /** Adds the newest segment, empty. */
  add(number: number, path: string): Segment {
    const segment: Segment = {
      number,
      path,
      bytes: 0,
      lines: 0,
      counted: true,
      settled: 0,
      sealed: false,
      gone: false,
    };
    this.#list.push(segment);
    return segment;
  }

  /** Adds the newest segment, found in the folder. @param known what was known of it before the start */
  addFound(number: number, path: string, bytes: number, known: SegmentCounts | undefined): Segment {
    const segment = this.add(number, path);
    segment.sealed = true;
    // A count that cannot be is not believed: it would throw events away as too many.
    const believed = known !== undefined && known.lines * LEAST_LINE_BYTES <= known.bytes ? known : undefined;
    // A file that became shorter has lost lines, which are counted when it was read.
    segment.counted = believed !== undefined && believed.bytes >= bytes;
    this.grow(segment, bytes, believed?.lines ?? Math.ceil(bytes / this.#lineBytes()));
    return segment;
  }

  grow(segment: Segment, bytes: number, lines: number): void {
    segment.bytes += bytes;
    segment.lines += lines;
    this.#bytes += bytes;
    this.#waiting += lines;
  }

  /** So many lines of it need nothing more. */
  settle(segment: Segment, lines: number): void {
    segment.settled += lines;
    this.#waiting -= lines;
    if (segment.settled > segment.lines) this.grow(segment, 0, segment.settled - segment.lines);
  }

  /** It has so many lines, whatever was believed. */
  recount(segment: Segment, lines: number): void {
    this.grow(segment, 0, lines - segment.lines);
    segment.counted = true;
  }

  /**
   * Forgets a segment. Returns how many of its lines are given up.
   * @param inHand lines of it that were read and are not settled: they go on
   */
  remove(segment: Segment, inHand: number): number {
    this.#list.splice(this.#list.indexOf(segment), 1);
    this.#bytes -= segment.bytes;
    segment.gone = true;
    const lost = segment.lines - segment.settled - inHand;
    this.grow(segment, 0, -lost);
    return lost;
  }

  /** Bytes of an average line, as far as lines were counted. */
  #lineBytes(): number {
    let [bytes, lines] = [0, 0];
    for (const segment of this.#list) {
      if (!segment.counted) continue;
      bytes += segment.bytes;
      lines += segment.lines;
    }
    return lines === 0 ? GUESSED_LINE_BYTES : bytes / lines;
  }
}
