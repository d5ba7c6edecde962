// The tables of the store, their version, and how a file of an older one becomes one of this.
//
// Times are milliseconds of the store's own clock, which runs while Hookline runs and goes on over a stop by
// the time of day; `created_at` and `received_at` are Unix milliseconds. NULL stands for what never comes or
// has no limit.
import { DatabaseSync } from "node:sqlite";

/** "Hkst", in the file's header. */
export const APPLICATION_ID = 0x486b7374;

/** What makes each version out of the one before; the first makes it out of an empty file. */
const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE clock (
    id INTEGER PRIMARY KEY CHECK (id = 1), now INTEGER NOT NULL CHECK (now >= 0),
    time_of_day INTEGER NOT NULL CHECK (time_of_day >= 0)
  ) STRICT;
  CREATE TABLE session (
    id INTEGER PRIMARY KEY CHECK (id > 0), node INTEGER NOT NULL, address TEXT NOT NULL,
    client_id TEXT NOT NULL UNIQUE, username TEXT, created_at INTEGER NOT NULL CHECK (created_at >= 0),
    expiry_interval INTEGER CHECK (expiry_interval >= 0), away_since INTEGER,
    max_queued_messages INTEGER CHECK (max_queued_messages >= 0),
    max_queued_bytes INTEGER CHECK (max_queued_bytes >= 0)
  ) STRICT;
  CREATE TABLE will (
    session INTEGER PRIMARY KEY, topic TEXT NOT NULL, payload BLOB NOT NULL,
    qos INTEGER NOT NULL CHECK (qos BETWEEN 0 AND 2), retain INTEGER NOT NULL CHECK (retain IN (0, 1)),
    properties BLOB NOT NULL, message_expiry_interval INTEGER CHECK (message_expiry_interval >= 0),
    delay_interval INTEGER NOT NULL CHECK (delay_interval >= 0), due_at INTEGER
  ) STRICT;
  CREATE TABLE subscription (
    session INTEGER NOT NULL, topic_filter TEXT NOT NULL, qos INTEGER NOT NULL CHECK (qos BETWEEN 0 AND 2),
    no_local INTEGER NOT NULL CHECK (no_local IN (0, 1)),
    retain_as_published INTEGER NOT NULL CHECK (retain_as_published IN (0, 1)),
    identifier INTEGER CHECK (identifier BETWEEN 1 AND 268435455),
    opts TEXT NOT NULL CHECK (json_valid(opts)), PRIMARY KEY (session, topic_filter)
  ) WITHOUT ROWID, STRICT;
  CREATE TABLE received (
    session INTEGER NOT NULL, packet_id INTEGER NOT NULL CHECK (packet_id BETWEEN 1 AND 65535),
    PRIMARY KEY (session, packet_id)
  ) WITHOUT ROWID, STRICT;
  CREATE TABLE message (
    id INTEGER PRIMARY KEY CHECK (id > 0), keepers INTEGER NOT NULL,
    from_node INTEGER NOT NULL, from_address TEXT NOT NULL, from_client_id TEXT NOT NULL, from_username TEXT,
    from_type TEXT NOT NULL CHECK (from_type IN ('custom', 'lastwill', 'system')),
    topic TEXT NOT NULL, payload BLOB NOT NULL, qos INTEGER NOT NULL CHECK (qos BETWEEN 0 AND 2),
    dup INTEGER NOT NULL CHECK (dup IN (0, 1)), retain INTEGER NOT NULL CHECK (retain IN (0, 1)),
    packet_id INTEGER NOT NULL CHECK (packet_id BETWEEN 0 AND 65535), properties BLOB NOT NULL,
    message_expiry_interval INTEGER CHECK (message_expiry_interval >= 0),
    received_at INTEGER NOT NULL CHECK (received_at >= 0), expires_at INTEGER
  ) STRICT;
  CREATE TABLE delivery (
    session INTEGER NOT NULL, sequence INTEGER NOT NULL CHECK (sequence > 0), message INTEGER NOT NULL,
    size INTEGER NOT NULL CHECK (size >= 0), qos INTEGER NOT NULL CHECK (qos BETWEEN 0 AND 2),
    retain INTEGER NOT NULL CHECK (retain IN (0, 1)),
    packet_id INTEGER NOT NULL CHECK (packet_id BETWEEN 0 AND 65535),
    released INTEGER NOT NULL CHECK (released IN (0, 1)), identifiers TEXT CHECK (json_valid(identifiers)),
    expires_at INTEGER, PRIMARY KEY (session, sequence)
  ) WITHOUT ROWID, STRICT;
  CREATE INDEX delivery_qos0 ON delivery (session, sequence) WHERE qos = 0;
  CREATE INDEX delivery_expiry ON delivery (expires_at) WHERE expires_at IS NOT NULL AND packet_id = 0;
  CREATE TABLE retained (
    topic TEXT PRIMARY KEY, message INTEGER NOT NULL, expires_at INTEGER
  ) WITHOUT ROWID, STRICT;
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

/** Whether its tables are those of its version, of which this program knows. */
export function hasItsTables(db: DatabaseSync): boolean {
  const made = new DatabaseSync(":memory:");
  try {
    for (const sql of MIGRATIONS.slice(0, versionOf(db))) made.exec(sql);
    return schemaOf(db) === schemaOf(made);
  } finally {
    made.close();
  }
}

function schemaOf(db: DatabaseSync): string {
  const sql = "SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY type, name";
  return JSON.stringify(db.prepare(sql).all());
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
