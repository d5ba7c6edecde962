// The tables of the store, their version, and how a file of an older one becomes one of this.
//
// Times are milliseconds of the store's own clock, which runs while Hookline runs and goes on over a stop by
// the time of day; `created_at` and `received_at` are Unix milliseconds. NULL stands for what never comes or
// has no limit.
import type { DatabaseSync } from "node:sqlite";

/** "Hkst", in the file's header. */
export const APPLICATION_ID = 0x486b7374;

/** What makes each version out of the one before; the first makes it out of an empty file. */
const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE clock (
    id INTEGER PRIMARY KEY CHECK (id = 1), now INTEGER NOT NULL, time_of_day INTEGER NOT NULL
  );
  CREATE TABLE session (
    id INTEGER PRIMARY KEY, node INTEGER NOT NULL, address TEXT NOT NULL, client_id TEXT NOT NULL,
    username TEXT, created_at INTEGER NOT NULL, expiry_interval INTEGER, away_since INTEGER,
    max_queued_messages INTEGER, max_queued_bytes INTEGER
  );
  CREATE TABLE will (
    session INTEGER PRIMARY KEY, topic TEXT NOT NULL, payload BLOB NOT NULL, qos INTEGER NOT NULL,
    retain INTEGER NOT NULL, properties BLOB NOT NULL, message_expiry_interval INTEGER,
    delay_interval INTEGER NOT NULL, due_at INTEGER
  );
  CREATE TABLE subscription (
    session INTEGER NOT NULL, topic_filter TEXT NOT NULL, qos INTEGER NOT NULL, no_local INTEGER NOT NULL,
    retain_as_published INTEGER NOT NULL, identifier INTEGER, opts TEXT NOT NULL,
    PRIMARY KEY (session, topic_filter)
  ) WITHOUT ROWID;
  CREATE TABLE received (
    session INTEGER NOT NULL, packet_id INTEGER NOT NULL, PRIMARY KEY (session, packet_id)
  ) WITHOUT ROWID;
  CREATE TABLE message (
    id INTEGER PRIMARY KEY, keepers INTEGER NOT NULL,
    from_node INTEGER NOT NULL, from_address TEXT NOT NULL, from_client_id TEXT NOT NULL, from_username TEXT,
    from_type TEXT NOT NULL, topic TEXT NOT NULL, payload BLOB NOT NULL, qos INTEGER NOT NULL,
    dup INTEGER NOT NULL, retain INTEGER NOT NULL, packet_id INTEGER NOT NULL, properties BLOB NOT NULL,
    message_expiry_interval INTEGER, received_at INTEGER NOT NULL, expires_at INTEGER
  );
  CREATE TABLE delivery (
    session INTEGER NOT NULL, sequence INTEGER NOT NULL, message INTEGER NOT NULL, size INTEGER NOT NULL,
    qos INTEGER NOT NULL, retain INTEGER NOT NULL, packet_id INTEGER NOT NULL,
    released INTEGER NOT NULL, identifiers TEXT, expires_at INTEGER,
    PRIMARY KEY (session, sequence)
  ) WITHOUT ROWID;
  CREATE INDEX delivery_qos0 ON delivery (session, sequence) WHERE qos = 0;
  CREATE INDEX delivery_expiry ON delivery (expires_at) WHERE expires_at IS NOT NULL AND packet_id = 0;
  CREATE TABLE retained (topic TEXT PRIMARY KEY, message INTEGER NOT NULL, expires_at INTEGER) WITHOUT ROWID;
  CREATE INDEX retained_expiry ON retained (expires_at) WHERE expires_at IS NOT NULL;
  `,
];

/** The version that this program writes. */
export const VERSION = MIGRATIONS.length;

/** The tables, in the order in which a damaged file gives them up. */
export const TABLES: readonly string[] = [
  "clock",
  "session",
  "will",
  "subscription",
  "received",
  "retained",
  "delivery",
  "message",
];

/** 0: it is empty. */
export function versionOf(db: DatabaseSync): number {
  return numberOf(db, "user_version");
}

/** Whether it is one of ours, or empty. */
export function isStore(db: DatabaseSync): boolean {
  const id = numberOf(db, "application_id");
  if (id === APPLICATION_ID) return true;
  return id === 0 && db.prepare("SELECT 1 FROM sqlite_schema LIMIT 1").get() === undefined;
}

/** Makes it one of {@link VERSION}, in one transaction. */
export function migrate(db: DatabaseSync): void {
  const from = versionOf(db);
  if (from === VERSION) return;
  db.exec("BEGIN IMMEDIATE");
  try {
    for (const sql of MIGRATIONS.slice(from)) db.exec(sql);
    db.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${VERSION}; COMMIT`);
  } catch (error) {
    db.exec("ROLLBACK");
    throw error;
  }
}

export function numberOf(db: DatabaseSync, pragma: string): number {
  return Number(Object.values(db.prepare(`PRAGMA ${pragma}`).get() ?? {})[0] ?? 0);
}
