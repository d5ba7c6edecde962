// failed.jsonl: events that were refused to the end, with the last answer, for people and for `hookline replay`.
import type { Clock } from "../clock.ts";
import type { Disk } from "../file/disk.ts";
import { countLines } from "../file/line_bounds.ts";
import { reason } from "../file/reason.ts";
import { AppendFile } from "../file/append_file.ts";
import type { Tell } from "../file/line_writer.ts";
import type { FileOptions } from "../file/options.ts";
import type { QueuedEvent } from "./_event.ts";
import type { Refusal } from "./_store.ts";

/** Bytes after which failed.jsonl becomes failed.jsonl.1, and the one before it goes. */
const MAX_BYTES = 32 * 1024 * 1024;
const COUNT_BLOCK_BYTES = 1024 * 1024;

export class ParkedFile {
  readonly #path: string;
  readonly #file: AppendFile;
  readonly #tell: Tell;
  readonly #encoder = new TextEncoder();
  readonly #decoder = new TextDecoder();

  constructor(folder: string, fsync: FileOptions["fsync"], tell: Tell, clock: Clock, disk: Disk) {
    this.#path = `${folder}/failed.jsonl`;
    this.#tell = tell;
    const options = { fsync, maxSize: MAX_BYTES, maxFiles: 1, compress: false, ownStart: '{"status":' };
    this.#file = new AppendFile(this.#path, options, tell, clock, disk);
  }

  /** False when the disk takes nothing. */
  add(event: QueuedEvent, refusal: Refusal): boolean {
    const line = this.#encoder.encode(lineOf(this.#decoder.decode(event.bytes), refusal));
    if (this.#file.size > 0 && this.#file.size + line.length > MAX_BYTES) this.#tellOldest();
    const { error } = this.#file.write(line);
    this.#file.endTurn();
    if (error !== undefined) this.#tell("error", `${this.#path} takes no refused events: ${reason(error)}.`);
    return error === undefined;
  }

  close(): Promise<void> {
    return this.#file.close();
  }

  /** failed.jsonl.1 goes with the rotation that is about to come. */
  #tellOldest(): void {
    const oldest = `${this.#path}.1`;
    try {
      const count = countLinesOf(oldest);
      this.#tell(
        "error",
        `${count} refused events in ${oldest} were lost: newer ones take their place.`,
        count,
      );
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) {
        this.#tell("error", `The refused events in ${oldest} were lost, uncounted: ${reason(error)}.`);
      }
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

function countLinesOf(path: string): number {
  using file = Deno.openSync(path);
  const block = new Uint8Array(COUNT_BLOCK_BYTES);
  let lines = 0;
  for (let read = file.readSync(block); read !== null && read > 0; read = file.readSync(block)) {
    lines += countLines(block.subarray(0, read));
  }
  return lines;
}
