// The rotated files beside a live one: `.1` is the newest; shifted at a rotation, gzipped in the background.
import type { Clock } from "../../base/clock.ts";
import { errorText } from "../../base/error_text.ts";
import type { Log } from "../../base/log.ts";
import type { Disk } from "./disk.ts";
import { isSame } from "./whole_line_file.ts";

interface RotationOptions {
  /** Rotated files that are kept. */
  readonly maxFiles: number;
  /** They are gzipped. */
  readonly compress: boolean;
  /** Of gzip files, whatever the umask; without it 0640 less the umask. */
  readonly mode?: number;
}

/** How long `close` lets a compression go on, milliseconds; one that is stopped is begun anew at a start. */
const CLOSE_WAIT_MS = 5_000;

export class RotatedFiles {
  /** Where a gzip file grows until it is whole. Fixed: there is one compression at a time. */
  readonly #part: string;
  readonly #abort = new AbortController();
  #job: Promise<void> | undefined;
  #closing = false;

  constructor(
    private readonly path: string,
    private options: RotationOptions,
    private readonly log: Log,
    private readonly clock: Clock,
    private readonly disk: Disk,
  ) {
    this.#part = `${path}.gz.part`;
  }

  /** From the next rotation on. */
  reconfigure(options: RotationOptions): void {
    this.options = options;
  }

  /** Makes the live file `.1`, `.1` `.2` and so on, up to `maxFiles`. Throws what the disk says. */
  shift(): void {
    const { maxFiles } = this.options;
    for (const { number, suffix, name } of this.#list().reverse()) {
      if (number >= maxFiles) this.disk.remove(name);
      else this.disk.rename(name, `${this.path}.${number + 1}${suffix}`);
    }
    if (maxFiles > 0) this.disk.rename(this.path, `${this.path}.1`);
    else this.disk.remove(this.path);
  }

  /** Gzips all rotated files that are plain, one after the other, without holding up the caller. */
  compress(): void {
    if (this.options.compress && !this.#closing) this.#job ??= this.#compressAll();
  }

  /** Waits for the compression under way, at most five seconds. */
  async close(): Promise<void> {
    this.#closing = true;
    if (this.#job === undefined) return;
    const stop = this.clock.setTimer(CLOSE_WAIT_MS, () => this.#abort.abort());
    await this.#job;
    stop();
  }

  /** Removes what a compression that failed or was killed left. Never throws. */
  tidy(): void {
    try {
      if (this.disk.stat(this.#part) !== undefined) this.disk.remove(this.#part);
    } catch (error) {
      this.log(
        "error",
        `${this.#part} is a compression that came to nothing and cannot be removed: ${errorText(error)}.`,
      );
    }
  }

  async #compressAll(): Promise<void> {
    // Lets the caller have #job before the work starts, and finish its rotation.
    await Promise.resolve();
    try {
      for (let plain = this.#firstPlain(); plain !== undefined; plain = this.#firstPlain()) {
        await this.#compressOne(plain);
        if (this.#closing) break;
      }
    } catch (error) {
      if (!this.#abort.signal.aborted) {
        this.log(
          "error",
          `A rotated file of ${this.path} stays plain until the next rotation, gzip failed: ${
            errorText(error)
          }.`,
        );
      }
    }
    this.#job = undefined;
  }

  async #compressOne(name: string): Promise<void> {
    const source = this.disk.stat(name);
    try {
      await this.disk.gzip(name, this.#part, this.options.mode, this.#abort.signal);
      // Rotations may have given it a higher number meanwhile, or removed it.
      const current = this.#list().find((file) =>
        file.suffix === "" && isSame(source, this.disk.stat(file.name))
      );
      if (current !== undefined) {
        this.disk.rename(this.#part, `${current.name}.gz`);
        this.disk.remove(current.name);
      }
    } finally {
      this.tidy();
    }
  }

  /** A plain file with a gzip file beside it counts too: a crash came between the last two steps. */
  #firstPlain(): string | undefined {
    return this.#list().find((file) => file.suffix === "")?.name;
  }

  /** Up to the first number that is free: `hook.log.20261124` belongs to someone else. */
  #list(): { readonly number: number; readonly suffix: "" | ".gz"; readonly name: string }[] {
    const files = [];
    for (let number = 1;; number++) {
      const present = (["", ".gz"] as const)
        .map((suffix) => ({ number, suffix, name: `${this.path}.${number}${suffix}` }))
        .filter((file) => this.disk.stat(file.name) !== undefined);
      if (present.length === 0) return files;
      files.push(...present);
    }
  }
}
