// The database that a log is asked in: filled from the log's files, then open for questions only.
import { DatabaseSync } from "node:sqlite";
import { Failure } from "../base/failure.ts";
import { errorText } from "../base/error_text.ts";
import type { LogFile } from "../reading/log_file.ts";
import { TABLE_COLUMNS } from "./columns.ts";
import { type Loaded, loadFiles, type Selects } from "./load.ts";
import { Places } from "./places.ts";
import { type Cell, openReadOnly, rowsOf } from "./read_only.ts";
import { PAGE_BYTES, TablePages } from "./table_pages.ts";
import { viewsSql } from "./views.ts";

/** "Hook", and the version of what is in it, in the file's header: of another version it is made anew by hand. */
const APPLICATION_ID = 0x486f6f6b;
const VERSION = 1;

const ONLY_SELECT = "a question can be a SELECT on what is here, nothing else";

export class EventsDatabase implements Disposable {
  readonly #path: string;
  readonly #kept: boolean;
  /** Held while it is open: two at once would write into each other's pages. */
  readonly #file: Deno.FsFile;

  private constructor(path: string, kept: boolean, file: Deno.FsFile) {
    this.#path = path;
    this.#kept = kept;
    this.#file = file;
  }

  /**
   * Opens the database at `path`, and makes it where it is missing; without a path one that is gone when it is closed.
   * Waits for another process that has it open. Throws Failure for another program's file, and for one that was
   * narrowed otherwise.
   * @param narrowing what is left out of it, in the same words for the same choice
   */
  static open(path: string | undefined, narrowing: string): EventsDatabase {
    const at = path ?? Deno.makeTempFileSync({ prefix: "hookline-query-", suffix: ".db" });
    const file = openFile(at);
    const database = new EventsDatabase(at, path !== undefined, file);
    try {
      file.lockSync(true);
      database.#prepare(narrowing);
      return database;
    } catch (error) {
      database[Symbol.dispose]();
      if (error instanceof Failure) throw error;
      throw new Failure(`${at} cannot be used as a database: ${errorText(error)}.`, { cause: error });
    }
  }

  /** Adds the lines of `files` that it has not read before, in the order of the files. */
  async load(files: readonly LogFile[], selects: Selects | undefined): Promise<Loaded> {
    const { root, places, after } = this.#begin();
    const pages = new TablePages(this.#file, root);
    const loaded = await loadFiles(files, { pages, places, selects, after });
    pages.finish();
    using db = this.#connect();
    db.exec("BEGIN");
    if (after > 0) db.exec("INSERT INTO events SELECT * FROM fresh; DROP TABLE fresh");
    places.keep(db);
    db.exec("UPDATE made SET loading = 0; COMMIT");
    return loaded;
  }

  /** Names the empty table to fill, whose rows count at once. SQLite has the file closed while that happens. */
  #begin(): { readonly root: number; readonly places: Places; readonly after: number } {
    using db = this.#connect();
    const after = Number(db.prepare("SELECT max(id) AS id FROM events").get()?.["id"] ?? 0);
    const table = after === 0 ? "events" : "fresh";
    // A load that is cut off from here on is undone when the database is opened again.
    db.exec(
      `BEGIN; UPDATE made SET loading = 1; ${
        after > 0 ? `CREATE TABLE fresh (${TABLE_COLUMNS});` : ""
      } COMMIT`,
    );
    const root = db.prepare("SELECT rootpage FROM sqlite_schema WHERE name = ?").get(table)?.["rootpage"];
    return { root: Number(root), places: Places.of(db), after };
  }

  /** Answers one SELECT: first the names of the columns, then row after row. What SQLite has against it is a Failure. */
  *ask(sql: string): Generator<Answer> {
    try {
      using db = openReadOnly(this.#path);
      const statement = db.prepare(sql);
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

  [Symbol.dispose](): void {
    if (!this.#kept) Deno.removeSync(this.#path);
    this.#file.close();
  }

  /** For writing, by SQLite itself. A power cut may spoil a kept file; made anew, it holds the same. */
  #connect(): DatabaseSync {
    const db = new DatabaseSync(this.#path);
    db.exec("PRAGMA synchronous = OFF; PRAGMA cache_size = -65536");
    return db;
  }

  #prepare(narrowing: string): void {
    using db = this.#connect();
    if (this.#file.statSync().size === 0) {
      db.exec(
        `PRAGMA page_size = ${PAGE_BYTES}; PRAGMA auto_vacuum = NONE; PRAGMA application_id = ${APPLICATION_ID};
        PRAGMA user_version = ${VERSION}; CREATE TABLE made (narrowing, loading);
        CREATE TABLE events (${TABLE_COLUMNS}); ${Places.SQL} ${viewsSql()}`,
      );
      db.prepare("INSERT INTO made VALUES (?, 0)").run(narrowing);
      return;
    }
    const id = db.prepare("PRAGMA application_id").get()?.["application_id"];
    const version = db.prepare("PRAGMA user_version").get()?.["user_version"];
    if (id !== APPLICATION_ID) throw new Failure(`${this.#path} is no database of hookline query.`);
    if (version !== VERSION) {
      throw new Failure(
        `${this.#path} was made by another version of Hookline; remove it, and it is made anew.`,
      );
    }
    const made = db.prepare("SELECT narrowing, loading FROM made").get();
    if (made?.["narrowing"] !== narrowing) {
      throw new Failure(
        `${this.#path} holds ${
          made?.["narrowing"]
        }, not ${narrowing}; give the same options or another --db.`,
      );
    }
    if (made["loading"] === 1) {
      // A load was cut off. What it had read is read again.
      const whole = db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'fresh'").get() !== undefined;
      db.exec(whole ? "DROP TABLE fresh" : "DELETE FROM events; DELETE FROM places");
      db.exec("UPDATE made SET loading = 0");
    }
  }
}

export type Answer =
  | { readonly columns: readonly string[]; readonly row?: never }
  | { readonly row: readonly Cell[]; readonly columns?: never };

function openFile(path: string): Deno.FsFile {
  try {
    return Deno.openSync(path, { read: true, write: true, create: true });
  } catch (error) {
    throw new Failure(`${path} cannot be opened: ${errorText(error)}.`, { cause: error });
  }
}
