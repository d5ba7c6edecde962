// The file behind `log.to = "file"`: a RotatingFile, and what is said on stderr when it takes no entries.
import type { Clock } from "../base/clock.ts";
import { errorText } from "../base/error_text.ts";
import { RotatingFile } from "../sinks/lines/rotating_file.ts";

/** logrotate does it, and SIGUSR2 tells. */
const NO_ROTATION = { maxSize: 0, maxFiles: 0, compress: false };

export interface LogFileOptions {
  readonly path: string;
  /** How every entry starts, by which a torn one is known after a crash. */
  readonly ownStart: string;
  /** Writes to stderr; never throws. */
  readonly err: (text: string) => void;
  readonly clock: Clock;
}

export class LogFile implements AsyncDisposable {
  readonly path: string;
  readonly #err: (text: string) => void;
  readonly #file: RotatingFile;
  readonly #encoder = new TextEncoder();
  #failing = false;

  constructor({ path, ownStart, err, clock }: LogFileOptions) {
    this.path = path;
    this.#err = err;
    const note = (level: "info" | "warn" | "error", text: string): void => {
      // That somebody rotated the log is no news.
      if (level !== "info") err(`hookline: ${text}\n`);
    };
    this.#file = new RotatingFile(path, { ...NO_ROTATION, fsync: "never", ownStart }, note, clock);
  }

  /** Whether the whole entry is in the file; that it takes none, or takes them again, is said once. */
  write(entry: string): boolean {
    const { error } = this.#file.write(this.#encoder.encode(entry));
    if (error !== undefined) return this.#failed(error);
    if (this.#failing) this.#err(`hookline: the log file ${this.path} can be written again.\n`);
    this.#failing = false;
    return true;
  }

  /** Closes the file and opens what the path names now. */
  reopen(): void {
    try {
      this.#file.reopen();
    } catch (error) {
      this.#failed(error);
    }
  }

  #failed(error: unknown): false {
    if (!this.#failing) {
      this.#err(
        `hookline: the log file ${this.path} cannot be written; logging to stderr instead: ${
          errorText(error)
        }\n`,
      );
    }
    this.#failing = true;
    return false;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#file.close();
  }
}
