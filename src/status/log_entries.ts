// The newest entries of the daemon's log, for whoever opens the live view after they were written.
import type { LogEntry } from "./api_types.ts";
import type { LogEntries } from "./sources.ts";

/** Entries that are kept. */
const MOST = 100;

export class RecentEntries implements LogEntries {
  readonly #recent: LogEntry[] = [];
  readonly #watchers = new Set<(entry: LogEntry) => void>();

  get recent(): readonly LogEntry[] {
    return this.#recent;
  }

  add(entry: LogEntry): void {
    this.#recent.push(entry);
    if (this.#recent.length > MOST) this.#recent.shift();
    for (const tell of this.#watchers) tell(entry);
  }

  watch(tell: (entry: LogEntry) => void): () => void {
    this.#watchers.add(tell);
    return () => this.#watchers.delete(tell);
  }
}
