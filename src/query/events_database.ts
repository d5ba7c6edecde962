// The database that a log is asked in: filled from the log's files, then open for questions only.
import { DatabaseSync } from "node:sqlite";
import { Failure } from "../base/failure.ts";
import { errorText } from "../base/error_text.ts";
import type { LogFile } from "../reading/log_file.ts";
import { TABLE_COLUMNS } from "./columns.ts";
import { type Loaded, loadFiles, type Selects } from "./load.ts";
import { Places } from "./places.ts";
import { type Cell, makeReadOnly, rowsOf } from "./read_only.ts";
import { RowInsert } from "./row_insert.ts";
import { viewsSql } from "./views.ts";

/** "Hook", and the version of what is in it, in the file's header. */
const APPLICATION_ID = 0x486f6f6b;
const VERSION = 1;

/** A load is one transaction, undone when it is cut off; another process waits an hour at most. */
const KEPT = "PRAGMA busy_timeout = 3600000";
/** Nobody opens it after a crash, so nothing is done for that. */
const TEMPORARY = "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF";
/** In KiB, which SQLite takes as a negative number: what of a database is in memory, however large it is. */
const CACHE = "PRAGMA cache_size = -65536";

const ONLY_SELECT = "a question can be a SELECT on what is here, nothing else";

export class EventsDatabase implements Disposable {
  readonly #path: string;
  readonly #kept: boolean;
  readonly #db: DatabaseSync;

  private constructor(path: string, kept: boolean) {
    this.#path = path;
    this.#kept = kept;
    try {
      this.#db = new DatabaseSync(path);
    } catch (error) {
      throw new Failure(`${path} cannot be opened: ${errorText(error)}.`, { cause: error });
    }
  }

  /**
   * Opens the database at `path`, and makes it where it is missing; without a path one that is gone when it
   * is closed. Throws Failure for another program's file, and for one that was narrowed otherwise.
   * @param narrowing what is left out of it, in the same words for the same choice
   */
  static open(path: string | undefined, narrowing: string): EventsDatabase {
    const at = path ?? Deno.makeTempFileSync({ prefix: "hookline-query-", suffix: ".db" });
    const database = new EventsDatabase(at, path !== undefined);
    try {
      database.#prepare(narrowing);
      return database;
    } catch (error) {
      database[Symbol.dispose]();
      if (error instanceof Failure) throw error;
      throw new Failure(`${at} cannot be used as a database: ${errorText(error)}.`, { cause: error });
    }
  }

  /**
   * Adds the lines of `files` that it has not read before, in the order of the files. Once, before the first
   * question. Waits for another process that is loading.
   */
  async load(files: readonly LogFile[], selects: Selects | undefined): Promise<Loaded> {
    const db = this.#db;
    db.exec("BEGIN IMMEDIATE");
    const places = Places.of(db);
    const loaded = await loadFiles(files, { rows: new RowInsert(db), places, selects });
    places.keep(db);
    db.exec("COMMIT");
    makeReadOnly(db);
    return loaded;
  }

  /** Gives the answer to one SELECT: the names of the columns, then row after row. Throws Failure. */
  *ask(sql: string): Generator<Answer> {
    try {
      const statement = this.#db.prepare(sql);
      // VACUUM is not for the authorizer to refuse.
      if (statement.columns().length === 0) throw new Failure(`SQL: ${ONLY_SELECT}.`);
      if (sql.slice(statement.sourceSQL.length).trim() !== "") {
        throw new Failure("SQL: one statement at a time.");
      }
      yield { columns: statement.columns().map(({ name }) => name) };
      for (const row of rowsOf(statement)) yield { row };
    } catch (error) {
      if (error instanceof Failure) throw error;
      const text = errorText(error);
      const why = text === "not authorized" ? ONLY_SELECT : text;
      throw new Failure(`SQL: ${why}.`, { cause: error });
    }
  }

  /** A load that did not end is undone. */
  [Symbol.dispose](): void {
    this.#db.close();
    if (!this.#kept) Deno.removeSync(this.#path);
  }

  #prepare(narrowing: string): void {
    const db = this.#db;
    db.exec(`${this.#kept ? KEPT : TEMPORARY}; ${CACHE}; BEGIN IMMEDIATE`);
    if (db.prepare("SELECT 1 FROM sqlite_schema").get() === undefined) {
      db.exec(
        `PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${VERSION};
        CREATE TABLE made (narrowing); CREATE TABLE events (${TABLE_COLUMNS}); ${Places.SQL} ${viewsSql()}`,
      );
      db.prepare("INSERT INTO made VALUES (?)").run(narrowing);
    } else this.#check(narrowing);
    db.exec("COMMIT");
  }

  #check(narrowing: string): void {
    const id = this.#db.prepare("PRAGMA application_id").get()?.["application_id"];
    const version = this.#db.prepare("PRAGMA user_version").get()?.["user_version"];
    if (id !== APPLICATION_ID) throw new Failure(`${this.#path} is no database of hookline query.`);
    if (version !== VERSION) {
      throw new Failure(
        `${this.#path} was made by another version of Hookline; remove it, and it is made anew.`,
      );
    }
    const made = this.#db.prepare("SELECT narrowing FROM made").get()?.["narrowing"];
    if (made !== narrowing) {
      throw new Failure(
        `${this.#path} holds ${made}, not ${narrowing}; give the same options or another --db.`,
      );
    }
  }
}

export type Answer =
  | { readonly columns: readonly string[]; readonly row?: never }
  | { readonly row: readonly Cell[]; readonly columns?: never };
