// failed.jsonl: events that were refused to the end, with the last answer, for `hookline redeliver`.
import type { Clock } from "../../base/clock.ts";
import { errorText } from "../../base/error_text.ts";
import type { Log } from "../../base/log.ts";
import type { Disk } from "../lines/disk.ts";
import { countLines } from "../lines/line_bounds.ts";
import { RotatingFile } from "../lines/rotating_file.ts";
import type { Fsync } from "../lines/whole_line_file.ts";
import type { QueuedEvent, Refusal } from "./backlog.ts";

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

  close(): Promise<void> {
    return this.#file.close();
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
