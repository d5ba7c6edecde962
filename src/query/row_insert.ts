// Inserts rows into `events`, several with one statement, which is faster than one by one.
import type { DatabaseSync, StatementSync } from "node:sqlite";
import { COLUMNS } from "./columns.ts";
import type { Cell } from "./read_only.ts";

/** Rows of one statement. SQLite takes 32,766 values in one. */
const ROWS = 40;

export class RowInsert {
  readonly #many: StatementSync;
  readonly #one: StatementSync;
  /** The cells of the rows that wait. */
  #held: Cell[] = [];

  constructor(db: DatabaseSync) {
    this.#many = insertOf(db, ROWS);
    this.#one = insertOf(db, 1);
  }

  add(cells: readonly Cell[]): void {
    this.#held.push(...cells);
    if (this.#held.length < ROWS * COLUMNS.length) return;
    this.#many.run(...this.#held);
    this.#held = [];
  }

  /** Inserts the rows that wait for others. */
  finish(): void {
    for (let at = 0; at < this.#held.length; at += COLUMNS.length) {
      this.#one.run(...this.#held.slice(at, at + COLUMNS.length));
    }
    this.#held = [];
  }
}

function insertOf(db: DatabaseSync, rows: number): StatementSync {
  const row = `(${COLUMNS.map(() => "?").join(", ")})`;
  return db.prepare(
    `INSERT INTO events (${COLUMNS.join(", ")}) VALUES ${new Array(rows).fill(row).join(", ")}`,
  );
}
