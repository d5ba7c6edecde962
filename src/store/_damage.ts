// A store that cannot be read: found out before anybody relies on it, put aside, and what can be read taken
// over.
import { DatabaseSync, type SQLOutputValue, type StatementSync } from "node:sqlite";
import { errorText } from "../base/error_text.ts";
import { hasItsTables, isStore, TABLES, VERSION, versionOf } from "./schema.ts";

/** A larger file is not checked page by page, for a start must not take long; bytes. */
const CHECKED_BYTES = 64 * 1024 ** 2;
/** The files of one store, by what is behind its name. */
const PARTS = ["", "-wal", "-shm"] as const;

/** Tables that are read at the start, and are small in a large file, too. */
const SMALL = ["clock", "session", "will", "subscription", "received"] as const;
/** Where the file says how it is to be written and read: 1, or 2 with a log beside it. */
const FORMATS_AT = 18;

/**
 * What is wrong with the file; `undefined` where there is none, or nothing is. Throws what a healthy disk
 * says.
 */
export function damageOf(path: string): string | undefined {
  const size = sizeOf(path);
  if (!size && sizeOf(`${path}-wal`)) return "it is missing or empty, and the log beside it is not";
  if (size === undefined) return undefined;
  try {
    if (!hasKnownFormats(path)) return "its file format is unknown";
  } catch (error) {
    return errorText(error);
  }
  let db: DatabaseSync | undefined;
  try {
    db = new DatabaseSync(path);
    if (!isStore(db) || versionOf(db) > VERSION) return undefined; // whole, and not ours to put aside
    if (!hasItsTables(db)) return "its tables are not those of its version";
    const checks = size <= CHECKED_BYTES || versionOf(db) === 0
      ? ["integrity_check(1)"]
      : SMALL.map((table) => `quick_check(${table})`);
    for (const check of checks) {
      const [row = {}] = db.prepare(`PRAGMA ${check}`).all();
      const [problem] = Object.values(row);
      if (problem !== "ok") return String(problem);
    }
    return undefined;
  } catch (error) {
    if (isDamage(error)) return errorText(error);
    throw error;
  } finally {
    db?.close();
  }
}

/** `undefined` where there is no such file. */
function sizeOf(path: string): number | undefined {
  try {
    return Deno.statSync(path).size;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    return undefined;
  }
}

/** Of an empty file too. SQLite takes one that it knows not how to write for read-only. */
function hasKnownFormats(path: string): boolean {
  using file = Deno.openSync(path, { read: true, write: true });
  const head = new Uint8Array(FORMATS_AT + 2);
  if ((file.readSync(head) ?? 0) < head.length) return true;
  if (!new TextDecoder().decode(head).startsWith("SQLite format 3")) return true; // SQLite says so itself
  return head.subarray(FORMATS_AT).every((format) => format === 1 || format === 2);
}

/** Whether an error of SQLite is about what is in the file, and not about the disk it is on. */
export function isDamage(error: unknown): boolean {
  return /malformed|not a database|unsupported file format|corrupt/.test(errorText(error));
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
    let put: StatementSync | undefined;
    for (const row of from.prepare(`SELECT * FROM ${table}`).iterate()) {
      const values = Object.values(row);
      put ??= into.prepare(`REPLACE INTO ${table} VALUES (${values.map(() => "?").join(", ")})`);
      copied += putRow(put, values);
    }
  } catch {
    // The rest of this table is lost.
  }
  return copied;
}

/** How many it was: 0 where it cannot be one of this table. */
function putRow(put: StatementSync, values: readonly SQLOutputValue[]): 0 | 1 {
  try {
    put.run(...values);
    return 1;
  } catch {
    return 0;
  }
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
