// failed.jsonl: events that were refused to the end, with the last answer, for `hookline redeliver`.
import { basename, dirname } from "node:path";
import type { Clock } from "../../base/clock.ts";
import { errorText } from "../../base/error_text.ts";
import type { Log } from "../../base/log.ts";
import type { Disk } from "../lines/disk.ts";
import { countLines } from "../lines/line_bounds.ts";
import { RotatingFile } from "../lines/rotating_file.ts";
import type { Fsync } from "../lines/whole_line_file.ts";
import type { QueuedEvent, Refusal } from "./backlog.ts";

/** Behind the name of a file whose events are being sent again. */
const ASIDE = ".again-";
/** Bytes after which failed.jsonl becomes failed.jsonl.1, and the one before it goes. */
const MAX_BYTES = 32 * 1024 * 1024;

export class ParkedFile {
  readonly #path: string;
  readonly #file: RotatingFile;
  readonly #encoder = new TextEncoder();
  readonly #decoder = new TextDecoder();

  constructor(folder: string, fsync: Fsync, private readonly log: Log, clock: Clock, disk: Disk) {
    this.#path = `${folder}/failed.jsonl`;
    const options = { fsync, maxSize: MAX_BYTES, maxFiles: 1, compress: false, ownStart: '{"status":' };
    this.#file = new RotatingFile(this.#path, options, log, clock, disk);
  }

  /** False when the disk takes nothing. */
  add(event: QueuedEvent, refusal: Refusal): boolean {
    const line = this.#encoder.encode(lineOf(this.#decoder.decode(event.bytes), refusal));
    if (this.#file.size > 0 && this.#file.size + line.length > MAX_BYTES) this.#tellOldest();
    const { error } = this.#file.write(line);
    this.#file.endTurn();
    if (error !== undefined) {
      this.log("error", `${this.#path} takes no refused events: ${errorText(error)}.`);
    }
    return error === undefined;
  }

  /** Bytes of parked events. */
  get bytes(): number {
    return this.#files().reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /**
   * Takes aside all that is parked, and returns the files, the oldest first: of what is parked from here on
   * nothing is in them. Where the disk refuses, it is left for another time, and the log has why.
   */
  take(): readonly string[] {
    try {
      for (const { path, isAside } of this.#files()) {
        if (!isAside) Deno.renameSync(path, `${this.#path}${ASIDE}${crypto.randomUUID()}`);
      }
      this.#file.reopen();
    } catch (error) {
      this.log("error", `Parked events cannot be taken out of ${this.#path}: ${errorText(error)}.`);
    }
    return this.#files().flatMap(({ path, isAside, bytes }) => isAside && bytes > 0 ? [path] : []);
  }

  /** Parks a line of a file that was taken aside once more. False when the disk takes nothing. */
  putBack(line: string): boolean {
    const { error } = this.#file.write(this.#encoder.encode(`${line}\n`));
    this.#file.endTurn();
    return error === undefined;
  }

  close(): Promise<void> {
    return this.#file.close();
  }

  /** Those with parked events: taken aside before a crash, or not, the oldest first. */
  #files(): { readonly path: string; readonly bytes: number; readonly isAside: boolean }[] {
    const folder = dirname(this.#path);
    const name = basename(this.#path);
    try {
      return [...Deno.readDirSync(folder)].flatMap((entry) => {
        const isAside = entry.name.startsWith(`${name}${ASIDE}`);
        if (!isAside && entry.name !== name && entry.name !== `${name}.1`) return [];
        const path = `${folder}/${entry.name}`;
        const { size, mtime } = Deno.statSync(path);
        return [{ path, bytes: size, isAside, mtime: mtime?.getTime() ?? 0 }];
      }).sort((a, b) => a.mtime - b.mtime);
    } catch {
      // The folder is not there yet, or a file went meanwhile; who writes there says what is wrong with it.
      return [];
    }
  }

  /** failed.jsonl.1 goes with the rotation that is about to come. */
  #tellOldest(): void {
    const oldest = `${this.#path}.1`;
    try {
      const dropped = countLines(Deno.readFileSync(oldest));
      const text = `${dropped} refused events in ${oldest} were lost: newer ones take their place.`;
      this.log("error", text, { dropped });
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return;
      this.log("error", `The refused events in ${oldest} were lost, uncounted: ${errorText(error)}.`);
    }
  }
}

/** `event` stands last, as the line was, so that the events can be taken out again. */
function lineOf(event: string, refusal: Refusal): string {
  const facts = JSON.stringify({
    status: refusal.status ?? null,
    answer: refusal.answer,
    attempts: refusal.attempts,
    first_attempt: new Date(refusal.firstAttempt).toISOString(),
    last_attempt: new Date(refusal.lastAttempt).toISOString(),
    key: refusal.key,
  });
  return `${facts.slice(0, -1)},"event":${event}}\n`;
}
