// Whether the store's file still has its name: what is removed or replaced under a running broker would be
// written to, and be gone with the process.
import { backup, type DatabaseSync } from "node:sqlite";

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
   * where that is free, so that the next start finds it. Rejects with what the disk and SQLite say.
   */
  async writeAnew(db: DatabaseSync, now: number): Promise<string> {
    const saved = `${this.#path}.saved-${new Date(now).toISOString().replace(/[-:]|\.\d+/g, "")}`;
    await backup(db, saved); // VACUUM INTO needs ATTACH, which Deno forbids where not everything is allowed
    Deno.chmodSync(saved, 0o600);
    db.close();
    if (exists(this.#path)) return saved;
    // What lies beside the name would be taken for a part of the new file.
    for (const part of ["-wal", "-shm"]) if (exists(this.#path + part)) Deno.removeSync(this.#path + part);
    Deno.renameSync(saved, this.#path);
    return this.#path;
  }
}

function exists(path: string): boolean {
  try {
    Deno.lstatSync(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

function identityOf(path: string): string {
  const { dev, ino } = Deno.statSync(path);
  return `${dev} ${ino}`;
}
