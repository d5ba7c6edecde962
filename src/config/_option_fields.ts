// A room's option table as this file's checks, and what was read as the options it describes.
import { resolve } from "node:path";
import { type OptionRow, optionsFrom, type OptionsOf, type OptionTable } from "../base/option.ts";
import {
  anything,
  boolean,
  decimal,
  duration,
  type Field,
  fileMode,
  integer,
  oneOf,
  size,
  text,
} from "./_fields.ts";
import { durationText, sizeText } from "./units.ts";

/** A check for each row, by its key. */
export function fieldsOf(table: OptionTable): Readonly<Record<string, Field<unknown>>> {
  return Object.fromEntries(Object.values(table).map((row) => [row.key, fieldOf(row)]));
}

/**
 * The options of a table.
 * @param values checked by `fieldsOf`; a default stands in for what is missing
 * @param cwd what relative paths start from
 */
export function optionsOf<Table extends OptionTable>(
  table: Table,
  values: Readonly<Record<string, unknown>>,
  cwd: string,
): OptionsOf<Table> {
  const paths = Object.values(table).filter(({ kind }) => kind === "path").flatMap((row) => {
    const path = values[row.key] ?? row.default;
    return typeof path === "string" ? [[row.key, resolve(cwd, path)]] : [];
  });
  return optionsFrom(table, { ...values, ...Object.fromEntries(paths) });
}

function fieldOf(row: OptionRow): Field<unknown> {
  switch (row.kind) {
    case "boolean":
      return boolean();
    case "integer":
      return integer(row.min, row.max);
    case "decimal":
      return decimal(row.min, row.max);
    case "duration":
      return duration(durationText(row.min), durationText(row.max));
    case "size":
      return size(sizeText(row.min), sizeText(row.max), row.zero);
    case "choice":
      return oneOf(...row.choices);
    case "mode":
      return fileMode();
    case "text":
    case "path":
      return text(row.what);
    case "texts":
      return anything();
  }
}
