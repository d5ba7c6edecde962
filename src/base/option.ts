// One option of a configuration is one row of its room's table: the type of the options, their defaults,
// their checks and the text of the sample file all follow from the rows.

/** What every row says. A row without `default` may be left out, and is then absent from the options. */
interface Described<T> {
  /** As the configuration writes it: `http_timeout`. */
  readonly key: string;
  /** What it does, as a sentence for the sample file. */
  readonly doc: string;
  readonly default?: T;
}

interface Bounded extends Described<number> {
  readonly min: number;
  readonly max: number;
  /** What 0 means, where it is allowed below `min`. */
  readonly zero?: string;
}

export type OptionRow =
  | Described<boolean> & { readonly kind: "boolean" }
  | Bounded & { readonly kind: "integer" | "decimal" }
  /** Milliseconds; written with units, `"1m30s"`. */
  | Bounded & { readonly kind: "duration" }
  /** Bytes; written with units, `"64KB"`. */
  | Bounded & { readonly kind: "size" }
  | Described<string> & { readonly kind: "choice"; readonly choices: readonly string[] }
  /** Text that is not empty; `what` names it in an error: `a PEM file`. */
  | Described<string> & { readonly kind: "text"; readonly what: string }
  /** A path; a relative one starts from the working directory. */
  | Described<string> & { readonly kind: "path"; readonly what: string }
  /** Of a file; written in octal and quotes, `"0640"`. */
  | Described<number> & { readonly kind: "mode" }
  /** Names and values, each a text. */
  | Described<Readonly<Record<string, string>>> & { readonly kind: "texts"; readonly what: string };

/** The rows of one room, by the names its code uses. */
export type OptionTable = Readonly<Record<string, OptionRow>>;

type ValueOf<Row extends OptionRow> = Row extends { readonly kind: "boolean" } ? boolean
  : Row extends { readonly choices: readonly (infer Choice)[] } ? Choice
  : Row extends { readonly kind: "text" | "path" } ? string
  : Row extends { readonly kind: "texts" } ? Readonly<Record<string, string>>
  : number;

/** The names whose rows have a default, and which are therefore always there. */
type Present<Table extends OptionTable> = {
  [Name in keyof Table]: Table[Name] extends { readonly default: unknown } ? Name : never;
}[keyof Table];

/** The options that a table describes, by name. */
export type OptionsOf<Table extends OptionTable> =
  & { readonly [Name in Present<Table>]: ValueOf<Table[Name]> }
  & { readonly [Name in Exclude<keyof Table, Present<Table>>]?: ValueOf<Table[Name]> };

/** Keeps each row's own type, and checks that it is a row. */
export function optionTable<const Table extends OptionTable>(table: Table): Table {
  return table;
}

/**
 * The options of a table: a default wherever `values` has none.
 * @param values checked already, by key as the configuration writes it
 */
export function optionsFrom<Table extends OptionTable>(
  table: Table,
  values: Readonly<Record<string, unknown>> = {},
): OptionsOf<Table> {
  const options: Record<string, unknown> = {};
  for (const [name, row] of Object.entries(table)) {
    const value = values[row.key] ?? row.default;
    if (value !== undefined) options[name] = value;
  }
  // Each value was checked against the row of its key.
  return options as OptionsOf<Table>;
}
