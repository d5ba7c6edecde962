// Opens the store: one process, settings, version; what is damaged is put aside first.
import { DatabaseSync } from "node:sqlite";
import { dirname } from "node:path";
import type { Clock } from "../base/clock.ts";
import { errorText } from "../base/error_text.ts";
import { Failure } from "../base/failure.ts";
import type { Log } from "../base/log.ts";
import { damageOf, putAside, salvage } from "./_damage.ts";
import { ClosedStore } from "./closed_store.ts";
import { StoreLock } from "./lock.ts";
import type { StoreOptions } from "./options.ts";
import { isStore, migrate, VERSION, versionOf } from "./schema.ts";
import { Store } from "./store.ts";

/** Kept small by SQLite itself, bytes and pages. */
const WAL_BYTES = 32 * 1024 ** 2;
const WAL_PAGES = 2_000;
const CACHE_KIB = 4_096;

/**
 * One that cannot be opened now is closed, and says so.
 * Throws Failure where another process has it, or another program or a newer Hookline wrote it.
 */
export function openStore(
  path: string,
  options: Pick<StoreOptions, "fsync" | "maxBytes">,
  clock: Clock,
  log: Log,
): Store | ClosedStore {
  let lock: StoreLock | undefined;
  let db: DatabaseSync | undefined;
  try {
    Deno.mkdirSync(dirname(path), { recursive: true, mode: 0o750 });
    lock = new StoreLock(path);
    const damage = damageOf(path);
    const aside = damage === undefined ? undefined : putAside(path, clock.now());
    db = openDatabase(path, options.fsync, log);
    if (damage !== undefined && aside !== undefined) {
      log("error", `the store ${path} is damaged: it was put aside, and what could be read is taken over`, {
        error: damage,
        aside,
        ...salvage(aside, db),
      });
    }
    return new Store({ db, lock, path, options, clock, log });
  } catch (error) {
    db?.close();
    lock?.[Symbol.dispose]();
    if (error instanceof Failure) throw error;
    return new ClosedStore(`the store ${path} cannot be opened: ${errorText(error)}`, clock, log);
  }
}

/** With its settings, at this version. Throws Failure where another program or a newer Hookline wrote it. */
export function openDatabase(path: string, fsync: StoreOptions["fsync"], log: Log): DatabaseSync {
  // Its mode is that of the files beside it, too.
  Deno.openSync(path, { write: true, create: true, mode: 0o600 }).close();
  const db = new DatabaseSync(path);
  try {
    // Before its first table, or it stays as it was.
    db.exec("PRAGMA auto_vacuum = INCREMENTAL");
    if (!isStore(db)) throw new Failure(`${path} is a database of another program`);
    const version = versionOf(db);
    if (version > VERSION) {
      throw new Failure(
        `the store ${path} was written by a newer Hookline: it has version ${version}, and this one knows ` +
          `no later than ${VERSION}`,
      );
    }
    db.exec(
      `PRAGMA journal_mode = WAL; PRAGMA synchronous = ${fsync === "always" ? "FULL" : "NORMAL"};
       PRAGMA wal_autocheckpoint = ${WAL_PAGES}; PRAGMA journal_size_limit = ${WAL_BYTES};
       PRAGMA cache_size = -${CACHE_KIB}; PRAGMA busy_timeout = 0`,
    );
    if (version > 0 && version < VERSION) keepCopy(db, path, version, log);
    migrate(db);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** Before a file is changed into one of a newer version. */
function keepCopy(db: DatabaseSync, path: string, version: number, log: Log): void {
  const copy = `${path}.version-${version}`;
  try {
    Deno.removeSync(copy);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  // Not by VACUUM INTO: it needs ATTACH, which Deno forbids where not everything is allowed.
  db.exec("PRAGMA wal_checkpoint(TRUNCATE)");
  Deno.copyFileSync(path, copy);
  Deno.chmodSync(copy, 0o600);
  log("info", "the store is of an older version and becomes one of this; a copy was kept", {
    store: path,
    copy,
  });
}
