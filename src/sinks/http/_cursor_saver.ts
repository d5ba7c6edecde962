// Keeps cursor.json up to date, some times a second and in the background.
import type { Clock } from "../clock.ts";
import { reason } from "../file/reason.ts";
import type { Tell } from "../file/line_writer.ts";
import type { Cursor, CursorFile } from "./_cursor_file.ts";

/** So long after an event was settled the cursor is written, milliseconds: what a crash sends again at most. */
const SAVE_MS = 100;
/** Between two reports, milliseconds. */
const REPORT_MS = 60_000;

export class CursorSaver {
  readonly #file: CursorFile;
  readonly #current: () => Cursor;
  readonly #saved: (cursor: Cursor) => void;
  readonly #tell: Tell;
  readonly #clock: Clock;
  #stopTimer: (() => void) | undefined;
  #saving: Promise<void> | undefined;
  /** It changed since the last save began. */
  #changed = false;
  #closed = false;
  #tellAt = -Infinity;

  /**
   * @param current where delivery stands
   * @param saved is called after each attempt to save: what is before the cursor may go
   */
  constructor(
    file: CursorFile,
    current: () => Cursor,
    saved: (cursor: Cursor) => void,
    tell: Tell,
    clock: Clock,
  ) {
    this.#file = file;
    this.#current = current;
    this.#saved = saved;
    this.#tell = tell;
    this.#clock = clock;
  }

  /** The cursor moved. */
  soon(): void {
    this.#changed = true;
    if (this.#saving !== undefined || this.#closed) return;
    this.#stopTimer ??= this.#clock.setTimer(SAVE_MS, () => this.#start());
  }

  /** Saves a last time. Does not reject. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#stopTimer?.();
    await this.#saving;
    await this.#save();
  }

  #start(): void {
    this.#stopTimer = undefined;
    this.#changed = false;
    this.#saving = this.#save().finally(() => {
      this.#saving = undefined;
      if (this.#changed) this.soon();
    });
  }

  async #save(): Promise<void> {
    const cursor = this.#current();
    try {
      await this.#file.write(cursor);
    } catch (error) {
      this.#tellFailure(error);
    }
    this.#saved(cursor);
  }

  #tellFailure(error: unknown): void {
    if (this.#clock.now() < this.#tellAt) return;
    this.#tellAt = this.#clock.now() + REPORT_MS;
    this.#tell(
      "error",
      `${this.#file.path} cannot be written, a restart would send events again: ${reason(error)}.`,
    );
  }
}
