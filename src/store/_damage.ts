// A store that cannot be read: found out before anybody relies on it, put aside, and what can be read taken
// over.
import { DatabaseSync } from "node:sqlite";
import { errorText } from "../base/error_text.ts";
import { isStore, TABLES, VERSION, versionOf } from "./schema.ts";

/** A larger file is not checked page by page, for a start must not take long; bytes. */
const CHECKED_BYTES = 64 * 1024 ** 2;
/** The files of one store, by what is behind its name. */
const PARTS = ["", "-wal", "-shm"] as const;

/**
 * What is wrong with the file; `undefined` where there is none, or nothing is. Throws what a healthy disk
 * says.
 */
export function damageOf(path: string): string | undefined {
  let size: number;
  try {
    size = Deno.statSync(path).size;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    return undefined;
  }
  try {
    Deno.openSync(path, { read: true, write: true }).close();
  } catch (error) {
    return errorText(error);
  }
  let db: DatabaseSync | undefined;
  try {
    db = new DatabaseSync(path);
    if (!isStore(db) || versionOf(db) > VERSION) return undefined; // whole, and not ours to put aside
    if (size > 0 && versionOf(db) > 0) readable(db, versionOf(db) === VERSION);
    if (size > CHECKED_BYTES) return undefined;
    const [problem] = db.prepare("PRAGMA quick_check(1)").all().map((row) => String(Object.values(row)[0]));
    return problem === "ok" ? undefined : problem;
  } catch (error) {
    if (isDamage(error)) return errorText(error);
    throw error;
  } finally {
    db?.close();
  }
}

/** Whether an error of SQLite is about what is in the file, and not about the disk it is on. */
export function isDamage(error: unknown): boolean {
  return /malformed|not a database|no such (table|column)|corrupt/.test(errorText(error));
}

/** Throws where a table cannot be asked. */
function readable(db: DatabaseSync, all: boolean): void {
  for (const table of all ? TABLES : TABLES.slice(0, 1)) db.prepare(`SELECT * FROM ${table} LIMIT 1`).get();
}

/** Renames its files to names with the time in them; returns the new one of the first. */
export function putAside(path: string, now: number): string {
  const time = new Date(now).toISOString().replace(/[-:]|\.\d+/g, "");
  const aside = `${path}.damaged-${time}`;
  for (const part of PARTS) {
    try {
      Deno.renameSync(path + part, aside + part);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  return aside;
}

/** Copies what can be read of the store `aside` to the new one; returns how many rows of each table. */
export function salvage(aside: string, into: DatabaseSync): Record<string, number> {
  const found: Record<string, number> = {};
  let from: DatabaseSync | undefined;
  try {
    from = new DatabaseSync(aside);
    into.exec("BEGIN");
    for (const table of TABLES) found[table] = copyTable(from, into, table);
    makeSound(into);
    into.exec("COMMIT");
  } catch {
    // Nothing of it can be read; what is wrong with it is told already.
    if (into.isTransaction) into.exec("ROLLBACK");
  } finally {
    from?.close();
  }
  return found;
}

/** Row by row, to the first that cannot be read. */
function copyTable(from: DatabaseSync, into: DatabaseSync, table: string): number {
  let copied = 0;
  try {
    let put: ReturnType<DatabaseSync["prepare"]> | undefined;
    for (const row of from.prepare(`SELECT * FROM ${table}`).iterate()) {
      const values = Object.values(row);
      put ??= into.prepare(`REPLACE INTO ${table} VALUES (${values.map(() => "?").join(", ")})`);
      put.run(...values);
      copied++;
    }
  } catch {
    // The rest of this table is lost.
  }
  return copied;
}

/** What is left belongs to something that is left, and each message has as many keepers as it has. */
export function makeSound(db: DatabaseSync): void {
  db.exec(SOUND);
}

const SOUND = `
  DELETE FROM delivery
    WHERE session NOT IN (SELECT id FROM session) OR message NOT IN (SELECT id FROM message);
  DELETE FROM will WHERE session NOT IN (SELECT id FROM session);
  DELETE FROM subscription WHERE session NOT IN (SELECT id FROM session);
  DELETE FROM received WHERE session NOT IN (SELECT id FROM session);
  DELETE FROM retained WHERE message NOT IN (SELECT id FROM message);
  CREATE TEMP TABLE keepers AS SELECT message, count(*) AS count
    FROM (SELECT message FROM delivery UNION ALL SELECT message FROM retained) GROUP BY message;
  CREATE UNIQUE INDEX temp.keepers_message ON keepers (message);
  DELETE FROM message WHERE id NOT IN (SELECT message FROM keepers);
  UPDATE message SET keepers = (SELECT count FROM keepers WHERE message = message.id);
  DROP TABLE keepers;
`;
