// An answer as text: an aligned table, CSV, JSON lines or Markdown.
import { visible } from "../terminal/visible.ts";
import { cutEnd, pad, widthOf } from "../terminal/width.ts";
import type { Answer } from "./events_database.ts";
import type { Cell } from "./read_only.ts";

export type Format = "table" | "csv" | "json" | "markdown";

export interface Screen {
  /** Columns a line of a table may have; `undefined`: any. */
  readonly columns: number | undefined;
  /** The text goes to a terminal: nothing in it may steer it, whatever the format. */
  readonly isTerminal: boolean;
}

/** Rows that decide how wide a table's columns are; memory holds no more of them. */
const MEASURED = 1_000;
/** Columns of the narrowest column that is still worth a look. */
const NARROWEST = 6;

/** Gives the text of `answers` piece by piece. */
export function* textOf(answers: Iterable<Answer>, format: Format, screen: Screen): Generator<string> {
  let names: readonly string[] = [];
  let table: Table | undefined;
  for (const { columns, row } of answers) {
    if (columns !== undefined) {
      names = columns;
      if (format === "csv") yield csvLine(columns, screen);
      if (format === "markdown") yield markdownHead(columns);
      if (format === "table") table = new Table(columns, screen.columns);
    } else if (table !== undefined) yield* table.add(row);
    else {yield format === "json"
        ? jsonLine(names, row, screen)
        : format === "csv"
        ? csvLine(row, screen)
        : markdownLine(row);}
  }
  if (table !== undefined) yield* table.end();
}

/** Holds its first rows back until it knows how wide its columns are. */
class Table {
  readonly #held: (readonly Cell[])[] = [];
  #widths: number[] | undefined;

  constructor(readonly names: readonly string[], readonly room: number | undefined) {}

  *add(row: readonly Cell[]): Generator<string> {
    if (this.#widths !== undefined) yield line(row, this.#widths);
    else if (this.#held.push(row) >= MEASURED) yield* this.end();
  }

  *end(): Generator<string> {
    if (this.#widths !== undefined) return;
    const widths = this.names.map((name, i) =>
      Math.max(widthOf(visible(name)), ...this.#held.map((row) => widthOf(shown(row[i] ?? null))))
    );
    fit(widths, this.room);
    this.#widths = widths;
    yield line(this.names, widths);
    yield `${widths.map((width) => "─".repeat(width)).join("  ")}\n`;
    for (const row of this.#held.splice(0)) yield line(row, widths);
  }
}

/** Takes from the widest until all of them and their gaps fit. */
function fit(widths: number[], room: number | undefined): void {
  if (room === undefined) return;
  const gaps = 2 * (widths.length - 1);
  for (;;) {
    const sum = widths.reduce((a, b) => a + b, gaps);
    const widest = Math.max(...widths);
    if (sum <= room || widest <= NARROWEST) return;
    const next = Math.max(NARROWEST, ...widths.filter((width) => width < widest));
    const count = widths.filter((width) => width === widest).length;
    const narrower = Math.max(next, Math.floor(widest - (sum - room) / count));
    widths.forEach((width, i) => widths[i] = Math.min(width, narrower));
  }
}

function line(row: readonly Cell[], widths: readonly number[]): string {
  const cells = row.map((cell, i) => {
    const width = widths[i] ?? 0;
    const text = cutEnd(shown(cell), width);
    return typeof cell === "bigint" || typeof cell === "number" ? text.padStart(width) : pad(text, width);
  });
  return `${cells.join("  ").trimEnd()}\n`;
}

/** For eyes. */
function shown(cell: Cell): string {
  return visible(plain(cell));
}

/** null is nothing, bytes are `0x…`. */
function plain(cell: Cell): string {
  if (cell === null) return "";
  return cell instanceof Uint8Array ? `0x${cell.toHex()}` : String(cell);
}

/** RFC 4180, with a newline alone at the end as everywhere else here. */
function csvLine(row: readonly Cell[], { isTerminal }: Screen): string {
  return `${
    row.map((cell) => {
      const text = isTerminal ? shown(cell) : plain(cell);
      return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
    }).join(",")
  }\n`;
}

function jsonLine(names: readonly string[], row: readonly Cell[], { isTerminal }: Screen): string {
  const pairs = names.map((name, i) => `${JSON.stringify(name)}:${json(row[i] ?? null)}`);
  const text = `{${pairs.join(",")}}\n`;
  return isTerminal ? text.replace(/[\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g, escapeOne) : text;
}

function escapeOne(char: string): string {
  return `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

function json(cell: Cell): string {
  if (typeof cell === "bigint") return String(cell);
  return JSON.stringify(cell instanceof Uint8Array ? plain(cell) : cell);
}

function markdownHead(names: readonly string[]): string {
  return `${markdownLine(names)}|${" --- |".repeat(names.length)}\n`;
}

/** What Markdown would read as its own is escaped. */
function markdownLine(row: readonly Cell[]): string {
  return `| ${row.map((cell) => shown(cell).replace(/[\\`*_{}[\]<>()#+!|~&]/g, "\\$&")).join(" | ")} |\n`;
}
