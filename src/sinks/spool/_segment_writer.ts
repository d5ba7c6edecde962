// Appends lines to the spool's newest segment, and begins the next one when it is full.
import { NEWLINE } from "../../base/bytes.ts";
import type { Clock } from "../../base/clock.ts";
import type { Log } from "../../base/log.ts";
import type { Disk } from "../lines/disk.ts";
import { countLines, endOfLinesWithin } from "../lines/line_bounds.ts";
import type { LineTarget } from "../lines/line_writer.ts";
import { type Fsync, WholeLineFile, type Written } from "../lines/whole_line_file.ts";
import type { Segment, Segments } from "./_segments.ts";

/** What the spool does for its writer. */
interface SegmentPlaces {
  /** Makes the folder ready; throws what the disk says. */
  prepare(): void;
  /** A number above all that were given before, and the path of its segment. */
  next(): { readonly number: number; readonly path: string };
  /** Lines were added, or a segment was sealed. */
  changed(): void;
}

export class SegmentWriter implements LineTarget {
  readonly #closing = new Set<Promise<void>>();
  #current: { readonly segment: Segment; readonly file: WholeLineFile } | undefined;

  /**
   * @param path of the folder, for messages
   * @param segmentBytes a segment is full at so many
   * @param fsync from the next segment on
   */
  constructor(
    readonly path: string,
    private readonly segments: Segments,
    private readonly places: SegmentPlaces,
    public segmentBytes: number,
    public fsync: Fsync,
    private readonly log: Log,
    private readonly clock: Clock,
    private readonly disk: Disk,
  ) {}

  open(): void {
    this.places.prepare();
  }

  write(lines: Uint8Array): Written {
    let done = 0;
    try {
      this.places.prepare();
      while (done < lines.length) {
        const { segment, file } = this.#current ??= this.#begin();
        let end = endOfLinesWithin(lines, done, this.segmentBytes - segment.bytes);
        if (end === done && segment.bytes > 0) {
          this.#seal();
          continue;
        }
        // A line longer than a whole segment gets one of its own.
        if (end === done) end = lines.indexOf(NEWLINE, done) + 1;
        if (file.lookAt() !== "same") {
          this.#seal();
          this.log(
            "warn",
            `${segment.path} was removed or changed by someone else; a new segment is begun.`,
          );
          continue;
        }
        const { bytes, error } = file.write(lines.subarray(done, end));
        this.segments.grow(segment, bytes, countLines(lines.subarray(done, done + bytes)));
        done += bytes;
        if (error === undefined) continue;
        // What is behind its whole lines is unknown, so nothing follows there.
        if (segment.bytes > 0) this.#seal();
        throw error;
      }
    } catch (error) {
      return { bytes: done, error };
    } finally {
      if (done > 0) this.places.changed();
    }
    return { bytes: done };
  }

  endTurn(): void {
    this.#current?.file.endTurn();
  }

  /** The next line begins a new segment. */
  reopen(): void {
    if ((this.#current?.segment.bytes ?? 0) > 0) this.#seal();
  }

  async close(): Promise<void> {
    this.#seal();
    await Promise.all(this.#closing);
  }

  #begin(): { segment: Segment; file: WholeLineFile } {
    for (;;) {
      const { number, path } = this.places.next();
      const options = { fsync: this.fsync, ownStart: '{"action":"' };
      const file = new WholeLineFile(path, options, this.log, this.clock, this.disk);
      file.open();
      if (file.size === 0) return { segment: this.segments.add(number, path), file };
      // Someone else put a file there.
      this.#closeLater(file);
    }
  }

  #seal(): void {
    if (this.#current === undefined) return;
    const { segment, file } = this.#current;
    this.#current = undefined;
    segment.sealed = true;
    this.#closeLater(file);
    this.places.changed();
  }

  #closeLater(file: WholeLineFile): void {
    const closing = file.close().finally(() => this.#closing.delete(closing));
    this.#closing.add(closing);
  }
}
