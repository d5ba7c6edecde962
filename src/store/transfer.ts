// What is in a store as lines of JSON, one a row, and such lines as a store: a gateway is replaced with them.
import type { DatabaseSync, StatementSync } from "node:sqlite";
import { dirname } from "node:path";
import { errorText } from "../base/error_text.ts";
import { Failure } from "../base/failure.ts";
import type { Log } from "../base/log.ts";
import { damageOf, makeSound } from "./_damage.ts";
import { openDatabase } from "./open_store.ts";
import { StoreLock } from "./lock.ts";
import { TABLES, VERSION } from "./schema.ts";

/** First what others refer to. */
const ORDER: readonly string[] = TABLES.toSorted((a, b) => Number(b === "message") - Number(a === "message"))
  .toSorted((a, b) => Number(b === "session") - Number(a === "session"));
/** The highest that a column may have, where it is not just any number. */
const HIGHEST: Readonly<Record<string, number>> = {
  qos: 2,
  dup: 1,
  retain: 1,
  released: 1,
  no_local: 1,
  retain_as_published: 1,
  packet_id: 65_535,
};
/** Columns that hold JSON. */
const JSON_COLUMNS: readonly string[] = ["opts", "identifiers"];

/** How many rows each table has. */
export type Counts = Readonly<Record<string, number>>;

interface Column {
  readonly name: string;
  readonly type: "INTEGER" | "TEXT" | "BLOB";
  readonly nullable: boolean;
}

type Value = string | number | Uint8Array | null;

/** A store that no other process has, until it is disposed of. */
export class StoreFile implements Disposable {
  readonly #path: string;
  readonly #lock: StoreLock;
  readonly #db: DatabaseSync;
  readonly #columns: ReadonlyMap<string, readonly Column[]>;

  /**
   * Throws Failure: another process has it, it is damaged, or it is not there.
   * @param make makes one where there is none
   */
  constructor(path: string, make: boolean, log: Log) {
    this.#path = path;
    if (!make && !isThere(path)) throw new Failure(`there is no store ${path}`);
    try {
      if (make) Deno.mkdirSync(dirname(path), { recursive: true, mode: 0o750 });
      this.#lock = new StoreLock(path);
    } catch (error) {
      throw asFailure(error, path);
    }
    try {
      const damage = damageOf(path);
      if (damage !== undefined) throw new Failure(`the store ${path} is damaged: ${oneLine(damage)}`);
      this.#db = openDatabase(path, "always", log);
    } catch (error) {
      this.#lock[Symbol.dispose]();
      throw asFailure(error, path);
    }
    this.#columns = new Map(ORDER.map((table) => [table, columnsOf(this.#db, table)]));
  }

  get counts(): Counts {
    return Object.fromEntries(ORDER.map((table) => [table, this.#count(table)]));
  }

  /** What is wrong with any page of it; `undefined` where nothing is. It reads the whole file. */
  problem(): string | undefined {
    const [row] = this.#db.prepare("PRAGMA integrity_check(1)").all();
    const told = String(Object.values(row ?? {})[0]);
    return told === "ok" ? undefined : oneLine(told);
  }

  /** Everything, a line each, with its line end. */
  *lines(): Generator<string> {
    yield `${JSON.stringify({ hookline_store: VERSION })}\n`;
    for (const [table, columns] of this.#columns) {
      const names = columns.map(({ name }) => name).join(", ");
      for (const row of this.#db.prepare(`SELECT ${names} FROM ${table}`).iterate()) {
        yield `${JSON.stringify({ table, ...row }, asText)}\n`;
      }
    }
  }

  /**
   * Begins to take lines; nothing is in it before {@link Import.finish}. Throws Failure where it is not
   * empty.
   */
  import(force: boolean): Import {
    const full = ORDER.some((table) => table !== "clock" && this.#count(table) > 0);
    if (full && !force) {
      throw new Failure(`the store ${this.#path} is not empty; --force replaces what is in it`);
    }
    this.#db.exec("BEGIN IMMEDIATE");
    for (const table of ORDER) this.#db.exec(`DELETE FROM ${table}`);
    return new Import(this.#db, this.#columns);
  }

  /** What was imported and not finished is not in it. */
  [Symbol.dispose](): void {
    if (this.#db.isTransaction) this.#db.exec("ROLLBACK");
    this.#db.close();
    this.#lock[Symbol.dispose]();
  }

  #count(table: string): number {
    const { count } = this.#db.prepare(`SELECT count(*) AS count FROM ${table}`).get() ?? {};
    return Number(count);
  }
}

export class Import {
  readonly #db: DatabaseSync;
  readonly #columns: ReadonlyMap<string, readonly Column[]>;
  readonly #puts: ReadonlyMap<string, StatementSync>;
  readonly #finds: ReadonlyMap<string, StatementSync>;
  #begun = false;

  constructor(db: DatabaseSync, columns: ReadonlyMap<string, readonly Column[]>) {
    this.#db = db;
    this.#columns = columns;
    this.#puts = new Map([...columns].map(([table, of]) => {
      const [names, marks] = [of.map(({ name }) => name), of.map(() => "?")];
      // How many keep a message is counted in the end.
      if (table === "message") (names.push("keepers"), marks.push("0"));
      return [table, db.prepare(`INSERT INTO ${table} (${names.join(", ")}) VALUES (${marks.join(", ")})`)];
    }));
    this.#finds = new Map(
      ["session", "message"].map((table) => [table, db.prepare(`SELECT 1 FROM ${table} WHERE id = ?`)]),
    );
  }

  /** Takes one. Throws Failure that says what is wrong with it. */
  line(text: string): void {
    const row = objectOf(text);
    if (!this.#begun) {
      const version = row["hookline_store"];
      if (version === undefined) throw new Failure("is no export of a store: it begins with hookline_store");
      if (version !== VERSION) throw new Failure(`has version ${version}; this Hookline reads ${VERSION}`);
      this.#begun = true;
      return;
    }
    const { table, ...rest } = row;
    const columns = typeof table === "string" ? this.#columns.get(table) : undefined;
    if (typeof table !== "string" || columns === undefined) {
      throw new Failure(`table cannot be ${JSON.stringify(table)}; allowed: ${ORDER.join(", ")}`);
    }
    const strange = Object.keys(rest).find((key) => !columns.some(({ name }) => name === key));
    if (strange !== undefined) throw new Failure(`${table} has no ${JSON.stringify(strange)}`);
    const values = columns.map((column) => valueOf(column, rest[column.name]));
    for (const [refers, find] of this.#finds) {
      const to = columns.some(({ name }) => name === refers) ? rest[refers] : undefined;
      if (typeof to === "number" && find.get(to) === undefined) {
        throw new Failure(`there is no ${refers} ${to} before it`);
      }
    }
    try {
      this.#puts.get(table)?.run(...values);
    } catch (error) {
      throw new Failure(errorText(error), { cause: error });
    }
  }

  /** All of it is in the store then, and on the disk. */
  finish(): void {
    if (!this.#begun) throw new Failure("is empty");
    makeSound(this.#db);
    this.#db.exec("COMMIT");
  }
}

function columnsOf(db: DatabaseSync, table: string): Column[] {
  return db.prepare(`PRAGMA table_info(${table})`).all()
    .filter(({ name }) => name !== "keepers")
    .map(({ name, type, notnull, pk }) => ({
      name: String(name),
      type: type === "BLOB" || type === "TEXT" ? type : "INTEGER",
      nullable: notnull === 0 && pk === 0,
    }));
}

function objectOf(text: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Failure("is no JSON");
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new Failure("is no JSON object");
  }
  return { ...value };
}

function valueOf({ name, type, nullable }: Column, value: unknown): Value {
  if (value === null && nullable) return null;
  if (type === "BLOB" && typeof value === "string") {
    try {
      return Uint8Array.fromBase64(value);
    } catch {
      throw new Failure(`${name} is no base64`);
    }
  }
  if (type === "TEXT" && typeof value === "string") {
    if (JSON_COLUMNS.includes(name) && !isJson(value)) throw new Failure(`${name} is no JSON`);
    return value;
  }
  if (type === "INTEGER" && typeof value === "number" && Number.isSafeInteger(value)) {
    const highest = HIGHEST[name] ?? Infinity;
    if (value >= 0 && value <= highest) return value;
    throw new Failure(`${name} cannot be ${value}; allowed: 0 to ${highest}`);
  }
  const allowed = { BLOB: "base64", TEXT: "text", INTEGER: "a whole number" }[type];
  throw new Failure(`${name} must be ${allowed}${nullable ? " or null" : ""}`);
}

function isJson(text: string): boolean {
  try {
    return typeof JSON.parse(text) === "object";
  } catch {
    return false;
  }
}

/** Bytes as base64. */
function asText(_key: string, value: unknown): unknown {
  return value instanceof Uint8Array ? value.toBase64() : value;
}

function isThere(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw asFailure(error, path);
  }
}

function asFailure(error: unknown, path: string): Failure {
  if (error instanceof Failure) return error;
  return new Failure(`the store ${path} cannot be opened: ${oneLine(errorText(error))}`, { cause: error });
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, " ");
}
