// Heads of columns, some of which sort their table.
import { make, setAttribute } from "./dom.ts";

export interface Column {
  readonly title: string;
  /** Stands right; the largest comes first. */
  readonly number?: boolean;
  /** Left out on a narrow screen. */
  readonly wide?: boolean;
  /** What the rows are sorted by; absent: this column does not sort. */
  readonly sort?: string;
}

/** Which column sorts, and in which direction; told by aria-sort, changed by a click. */
export class Heads {
  readonly #cells: readonly (readonly [Column, HTMLTableCellElement])[];
  sort: string;
  order: "asc" | "desc" = "asc";

  /** @param changed called when another order is wanted */
  constructor(row: Element, columns: readonly Column[], sort: string, changed: () => void) {
    this.sort = sort;
    this.#cells = columns.map((column) => {
      const { title, sort: by } = column;
      const cell = make("th", { scope: "col", class: classOf(column) });
      if (by === undefined) cell.append(title);
      else {
        const button = make("button", { type: "button" }, title);
        button.addEventListener("click", () => {
          this.#by(by, column.number === true);
          changed();
        });
        cell.append(button);
      }
      return [column, cell] as const;
    });
    row.append(...this.#cells.map(([, cell]) => cell));
    this.#show();
  }

  #by(sort: string, largestFirst: boolean): void {
    const other = this.order === "asc" ? "desc" : "asc";
    this.order = sort === this.sort ? other : largestFirst ? "desc" : "asc";
    this.sort = sort;
    this.#show();
  }

  #show(): void {
    for (const [{ sort }, cell] of this.#cells) {
      const word = this.order === "asc" ? "ascending" : "descending";
      setAttribute(cell, "aria-sort", sort !== undefined && sort === this.sort && word);
    }
  }
}

/** The class of the column's cells. */
export function classOf({ number, wide }: Column): string | undefined {
  const names = [number === true ? "n" : "", wide === true ? "wide" : ""].filter((name) => name !== "");
  return names.length === 0 ? undefined : names.join(" ");
}
