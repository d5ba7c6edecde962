// Rows of cells as aligned text.
import { pad, widthOf } from "./width.ts";

/** Each column as wide as its widest cell, two spaces between columns, each line indented by two. */
export function tableText(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, i) => widths[i] = Math.max(widths[i] ?? 0, widthOf(cell)));
  }
  const lines = rows.map((row) =>
    "  " + row.map((cell, i) => pad(cell, widths[i] ?? 0)).join("  ").trimEnd()
  );
  return lines.map((line) => `${line}\n`).join("");
}
