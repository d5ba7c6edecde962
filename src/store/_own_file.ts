// Whether the store's file still has its name: what is removed or replaced under a running broker would be
// written to, and be gone with the process.
import type { DatabaseSync } from "node:sqlite";

export class OwnFile {
  readonly #path: string;
  readonly #identity: string | undefined;

  /** @param path of a database that is open */
  constructor(path: string) {
    this.#path = path;
    this.#identity = identityOf(path);
  }

  /** What is wrong, and what to do; `undefined` where it has its name, or the system does not say. */
  get problem(): string | undefined {
    try {
      if (identityOf(this.#path) === this.#identity) return undefined;
    } catch (error) {
      // What else is wrong, the next transaction says.
      if (!(error instanceof Deno.errors.NotFound)) return undefined;
    }
    return "its file was removed or replaced; put it back, or stop Hookline by SIGTERM, which writes it anew";
  }

  /**
   * Writes the database anew, into a file beside it, and closes it. Returns the file's name: the store's own
   * where that is free, so that the next start finds it. Throws what the disk and SQLite say.
   */
  writeAnew(db: DatabaseSync, now: number): string {
    const saved = `${this.#path}.saved-${new Date(now).toISOString().replace(/[-:]|\.\d+/g, "")}`;
    db.prepare("VACUUM INTO ?").run(saved);
    Deno.chmodSync(saved, 0o600);
    // It removes what lies beside the name, too, which the next start would take for a part of the new file.
    db.close();
    try {
      Deno.linkSync(saved, this.#path); // and not renamed, which would replace another file
    } catch (error) {
      if (error instanceof Deno.errors.AlreadyExists) return saved;
      throw error;
    }
    Deno.removeSync(saved);
    return this.#path;
  }
}

function identityOf(path: string): string {
  const { dev, ino } = Deno.statSync(path);
  return `${dev} ${ino}`;
}
