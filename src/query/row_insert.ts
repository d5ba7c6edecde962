// Inserts rows into `events`, several with one statement, which is faster than one by one.
import type { DatabaseSync, StatementSync } from "node:sqlite";
import { COLUMNS } from "./columns.ts";
import { type Keys, putCells } from "./line_keys.ts";
import type { Cell } from "./read_only.ts";

/** Rows of one statement. SQLite takes 32,766 values in one. */
const ROWS = 40;

export class RowInsert {
  readonly #many: StatementSync;
  readonly #one: StatementSync;
  /** The cells of the rows that wait. */
  readonly #held = new Array<Cell>(ROWS * COLUMNS.length).fill(null);
  #rows = 0;

  constructor(db: DatabaseSync) {
    this.#many = insertOf(db, ROWS);
    this.#one = insertOf(db, 1);
  }

  /** @param ms Unix milliseconds, where the line has a time */
  add(keys: Keys, ms: number | undefined): void {
    putCells(this.#held, this.#rows * COLUMNS.length, keys, ms);
    if (++this.#rows < ROWS) return;
    this.#many.run(...this.#held);
    this.#rows = 0;
  }

  /** Inserts the rows that wait for others. */
  finish(): void {
    for (let row = 0; row < this.#rows; row++) {
      this.#one.run(...this.#held.slice(row * COLUMNS.length, (row + 1) * COLUMNS.length));
    }
    this.#rows = 0;
  }
}

function insertOf(db: DatabaseSync, rows: number): StatementSync {
  const row = `(${COLUMNS.map(() => "?").join(", ")})`;
  return db.prepare(
    `INSERT INTO events (${COLUMNS.join(", ")}) VALUES ${new Array(rows).fill(row).join(", ")}`,
  );
}
