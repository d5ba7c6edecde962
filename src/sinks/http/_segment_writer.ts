// Appends lines to the spool's newest segment, and begins the next one when it is full.
import type { Clock } from "../clock.ts";
import type { Disk } from "../file/disk.ts";
import { countLines, NEWLINE } from "../file/line_bounds.ts";
import { AppendFile, FileChanged, type Written } from "../file/append_file.ts";
import type { LineTarget, Tell } from "../file/line_writer.ts";
import type { FileOptions } from "../file/options.ts";
import type { Segment, Segments } from "./_segments.ts";

export interface SegmentLimits {
  readonly bytes: number;
  readonly lines: number;
}

export interface SegmentPlaces {
  /** Makes the folder ready; throws what the disk says. */
  prepare(): void;
  /** The path of a segment, and its number: the lowest that is above `least` and free. */
  next(least: number): { readonly number: number; readonly path: string };
  /** Lines were added, or a segment was sealed. */
  changed(): void;
}

export class SegmentWriter implements LineTarget {
  readonly path: string;
  readonly #segments: Segments;
  #limits: SegmentLimits;
  readonly #places: SegmentPlaces;
  #fsync: FileOptions["fsync"];
  readonly #tell: Tell;
  readonly #clock: Clock;
  readonly #disk: Disk;
  readonly #closing = new Set<Promise<void>>();
  #current: { readonly segment: Segment; readonly file: AppendFile } | undefined;
  #lastNumber = 0;

  constructor(
    path: string,
    segments: Segments,
    limits: SegmentLimits,
    places: SegmentPlaces,
    fsync: FileOptions["fsync"],
    tell: Tell,
    clock: Clock,
    disk: Disk,
  ) {
    this.path = path;
    this.#segments = segments;
    this.#limits = limits;
    this.#places = places;
    this.#fsync = fsync;
    this.#tell = tell;
    this.#clock = clock;
    this.#disk = disk;
  }

  /** Takes other options; fsync from the next segment on. */
  reconfigure(limits: SegmentLimits, fsync: FileOptions["fsync"]): void {
    this.#limits = limits;
    this.#fsync = fsync;
  }

  open(): void {
    this.#places.prepare();
  }

  write(lines: Uint8Array): Written {
    let done = 0;
    try {
      this.#places.prepare();
      while (done < lines.length) {
        const { segment, file } = this.#current ??= this.#begin();
        const part = partOf(
          lines,
          done,
          this.#limits.bytes - segment.bytes,
          this.#limits.lines - segment.lines,
        );
        // A line longer than a whole segment gets one of its own.
        const end = part.end > done || segment.bytes > 0 ? part.end : lines.indexOf(NEWLINE, done) + 1;
        if (end === done) {
          this.#seal();
          continue;
        }
        const { bytes, error } = file.write(lines.subarray(done, end));
        const whole = bytes === end - done;
        const count = whole && end === part.end ? part.lines : countLines(lines.subarray(done, done + bytes));
        this.#segments.grow(segment, bytes, count);
        done += bytes;
        if (error === undefined) continue;
        // What is behind its whole lines is unknown, so nothing follows there.
        if (segment.bytes > 0 || error instanceof FileChanged) this.#seal();
        if (!(error instanceof FileChanged)) throw error;
        this.#tell("warn", `${segment.path} was removed or changed by someone else; a new segment is begun.`);
      }
    } catch (error) {
      return { bytes: done, error };
    } finally {
      if (done > 0) this.#places.changed();
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

  #begin(): { segment: Segment; file: AppendFile } {
    for (;;) {
      const { number, path } = this.#places.next(this.#lastNumber + 1);
      const file = new AppendFile(
        path,
        {
          fsync: this.#fsync,
          maxSize: 0,
          maxFiles: 0,
          compress: false,
          ownStart: '{"action":"',
          exclusive: true,
        },
        this.#tell,
        this.#clock,
        this.#disk,
      );
      file.open();
      this.#lastNumber = number;
      if (file.size === 0) return { segment: this.#segments.add(number, path), file };
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
    this.#places.changed();
  }

  #closeLater(file: AppendFile): void {
    const closing = file.close().finally(() => this.#closing.delete(closing));
    this.#closing.add(closing);
  }
}

/** As many whole lines from `from` on as fit both bounds. */
function partOf(
  bytes: Uint8Array,
  from: number,
  room: number,
  maxLines: number,
): { end: number; lines: number } {
  let [end, lines] = [from, 0];
  while (lines < maxLines) {
    const next = bytes.indexOf(NEWLINE, end) + 1;
    if (next === 0 || next - from > room) break;
    end = next;
    lines++;
  }
  return { end, lines };
}
