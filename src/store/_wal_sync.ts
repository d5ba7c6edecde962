// `store.fsync = "1s"`: what was written goes to the disk each second, and nobody waits for it.
import { errorText } from "../base/error_text.ts";
import type { Log } from "../base/log.ts";
import type { StoreOptions } from "./options.ts";

export class WalSync implements AsyncDisposable {
  readonly #path: string;
  readonly #active: boolean;
  readonly #log: Log;
  #dirty = false;
  #file: Deno.FsFile | undefined = undefined;
  #running: Promise<void> | undefined = undefined;
  #failing = false;

  /** @param store its path; SQLite takes no lock on the file beside it, so it may be opened here too */
  constructor(store: string, fsync: StoreOptions["fsync"], log: Log) {
    this.#path = `${store}-wal`;
    this.#active = fsync === "1s";
    this.#log = log;
  }

  /** A transaction was written. */
  written(): void {
    this.#dirty = true;
  }

  /** To be called each second. */
  tick(): void {
    if (!this.#active || !this.#dirty || this.#running !== undefined) return;
    this.#dirty = false;
    this.#running = this.#sync().finally(() => this.#running = undefined);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#running;
    this.#file?.close();
  }

  async #sync(): Promise<void> {
    try {
      this.#file ??= await Deno.open(this.#path, { read: true });
      await this.#file.syncData();
      this.#failing = false;
    } catch (error) {
      this.#dirty = true;
      if (!this.#failing) {
        this.#log("error", "the store could not be synced: a power cut would cost more than a second", {
          store: this.#path,
          error: errorText(error),
        });
      }
      this.#failing = true;
    }
  }
}
