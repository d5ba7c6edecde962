// One process for a store: a lock of the system that ends with the process, and its number for whoever comes
// second.
import { Failure } from "../base/failure.ts";

/**
 * Held until it is closed, or the process ends, however it does. The file stays, for a lock on a removed one
 * is none.
 */
export class StoreLock implements Disposable {
  readonly #file: Deno.FsFile;

  /** Throws Failure where another process has it, and what the disk says. @param store its path */
  constructor(store: string) {
    const path = lockOf(store);
    this.#file = Deno.openSync(path, { read: true, write: true, create: true, mode: 0o600 });
    if (!this.#file.tryLockSync(true)) {
      this.#file.close();
      throw new Failure(inUse(store));
    }
    this.#file.truncateSync();
    this.#file.writeSync(new TextEncoder().encode(`${Deno.pid}\n`));
  }

  /** Gives it back, also from a process that is being forked at this moment and has the file, too. */
  [Symbol.dispose](): void {
    this.#file.unlockSync();
    this.#file.close();
  }
}

/** Why another process keeps this one from the store; `undefined` where none does. */
export function holderOf(store: string): string | undefined {
  try {
    using file = Deno.openSync(lockOf(store), { read: true, write: true });
    if (!file.tryLockSync(true)) return inUse(store);
    file.unlockSync();
    return undefined;
  } catch {
    // There is none yet; what else is wrong with it is told when it is opened.
    return undefined;
  }
}

function lockOf(store: string): string {
  return `${store}.lock`;
}

function inUse(store: string): string {
  let pid = "";
  try {
    pid = Deno.readTextFileSync(lockOf(store)).trim();
  } catch {
    // The sentence does without.
  }
  return `the store ${store} is in use by another process${/^\d+$/.test(pid) ? `, ${pid}` : ""}`;
}
