// One option of a configuration is one row of its room's table: the type of the options, their defaults,
// their checks and the text of the sample file all follow from the rows.

/** What every row says. A row without `default` may be left out, and is then absent from the options. */
interface Described<T> {
  /** As the configuration writes it: `http_timeout`; behind a dot where it stands in a table: `log.level`. */
  readonly key: string;
  /** What it does, in sentences for the sample file. */
  readonly doc: string;
  /** A function where it follows from the machine, or from what is given for other keys. */
  readonly default?: T | ((values: Values) => T);
  /** What the sample file has, where that is not the default. */
  readonly sample?: T;
  /** The sample file has an empty line before it. */
  readonly paragraph?: true;
}

interface Bounded extends Described<number> {
  readonly min: number;
  readonly max: number;
  /** What 0 means, where it is allowed below `min`. */
  readonly zero?: string;
  /** What 0 is then read as; default: 0. */
  readonly zeroIs?: number;
}

interface Text extends Described<string> {
  /** Names it in an error: `a PEM file`. */
  readonly what: string;
  /** Default: there must be at least one character. */
  readonly mayBeEmpty?: true;
}

/** Names and their values: a table in the configuration. */
interface Texts extends Described<Readonly<Record<string, string>>> {
  readonly kind: "texts";
  readonly what: string;
  /** What is wrong with a name, as a phrase. */
  readonly nameProblem: (name: string) => string | undefined;
  /** What a value must match, and what that is in an error. */
  readonly values: { readonly pattern: RegExp; readonly what: string };
}

/** An array of strings. */
interface List extends Described<readonly string[]> {
  readonly kind: "list";
  /** Names them in an error: `addresses, as in ["10.0.0.0/8"]`. */
  readonly what: string;
  readonly isItem: (text: string) => boolean;
}

/** Where to listen. */
export interface Address {
  /** IPv6 without its brackets. */
  readonly hostname: string;
  /** 0: the system picks a free one. */
  readonly port: number;
}

/** `duration`: milliseconds, written with units as `"1m30s"`; `size`: bytes, written as `"64KB"`. */
export type NumberRow = Bounded & { readonly kind: "integer" | "decimal" | "duration" | "size" };

export type OptionRow =
  | NumberRow
  | Described<boolean> & { readonly kind: "boolean" }
  | Described<0 | 1 | 2> & { readonly kind: "qos" }
  | Described<string> & { readonly kind: "choice"; readonly choices: readonly string[] }
  /** A relative path starts from the working directory. */
  | Text & { readonly kind: "text" | "path" }
  /** Written in quotes, `"[::]:1883"`. */
  | Described<Address> & { readonly kind: "address" }
  /** Of a file; written in octal and quotes, `"0640"`. */
  | Described<number> & { readonly kind: "mode" }
  | List
  /** Topic Filters. */
  | Described<readonly string[]> & { readonly kind: "filters" }
  | Texts;

/** What was given and checked, by key as the configuration writes it. */
export type Values = Readonly<Record<string, unknown>>;

/** The rows of one room, by the names its code uses. */
export type OptionTable = Readonly<Record<string, OptionRow>>;

type ValueOf<Row extends OptionRow> = Row extends { readonly kind: "boolean" } ? boolean
  : Row extends { readonly choices: readonly (infer Choice)[] } ? Choice
  : Row extends { readonly kind: "text" | "path" } ? string
  : Row extends { readonly kind: "qos" } ? 0 | 1 | 2
  : Row extends { readonly kind: "address" } ? Address
  : Row extends { readonly kind: "filters" | "list" } ? readonly string[]
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

/** The options of a table: a default wherever `values` has none. */
export function optionsFrom<Table extends OptionTable>(table: Table, values: Values = {}): OptionsOf<Table> {
  const options: Record<string, unknown> = {};
  for (const [name, row] of Object.entries(table)) {
    const value = values[row.key] ?? defaultOf(row, values);
    if (value !== undefined) options[name] = value;
  }
  // Each value was checked against the row of its key.
  return options as OptionsOf<Table>;
}

/** What a row is when nothing is given for it but `values` for other keys. */
export function defaultOf(row: OptionRow, values: Values = {}): unknown {
  return typeof row.default === "function" ? row.default(values) : row.default;
}
