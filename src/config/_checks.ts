// A row of an option table as the check of a value, whose message says what is allowed.
import * as v from "valibot";
import { resolve } from "node:path";
import type { Address, NumberRow, OptionRow, OptionsOf, OptionTable, Values } from "../base/option.ts";
import { optionsFrom } from "../base/option.ts";
import { topicFilterProblem } from "../mqtt/topics.ts";
import * as units from "./units.ts";

/** A schema for something out of a file. */
export type Check<T = unknown> = v.GenericSchema<unknown, T>;

/** Checks by key. Every key may be left out. */
export type Checks = Readonly<Record<string, Check>>;

/** A check for each row, by its key. */
export function checksOf(...tables: readonly OptionTable[]): Checks {
  return Object.fromEntries(
    tables.flatMap((table) => Object.values(table).map((row) => [row.key, checkOf(row)])),
  );
}

/**
 * The options of a table.
 * @param values checked by {@link checksOf}; a default stands in for what is missing
 * @param cwd what relative paths start from
 */
export function optionsOf<Table extends OptionTable>(
  table: Table,
  values: Values,
  cwd: string,
): OptionsOf<Table> {
  const paths = Object.values(table).filter(({ kind }) => kind === "path").flatMap((row) => {
    const path = values[row.key] ?? row.default;
    return typeof path === "string" ? [[row.key, resolve(cwd, path)]] : [];
  });
  return optionsFrom(table, { ...values, ...Object.fromEntries(paths) });
}

function checkOf(row: OptionRow): Check {
  switch (row.kind) {
    case "integer":
    case "decimal":
    case "duration":
    case "size":
      return number(row);
    case "boolean":
      return boolean();
    case "qos":
      return v.pipe(v.unknown(), v.transform(unquoted), v.picklist([0, 1, 2], "must be a QoS: 0, 1 or 2"));
    case "choice":
      return choice(row.choices);
    case "mode":
      return fileMode();
    case "text":
    case "path":
      return row.mayBeEmpty ? textOrEmpty(row.what) : text(row.what);
    case "address":
      return address();
    case "filters":
      return filters();
    case "list":
      return list(row.what, row.isItem);
    case "texts":
      return anything();
  }
}

/** A key that other code checks. */
export function anything(): Check {
  return v.unknown();
}

/** How each kind of number is called and read, and how its bounds are written. */
const NUMBERS = {
  integer: { what: "an integer", read: unquoted, written: String },
  decimal: { what: "a number", read: unquoted, written: String },
  duration: {
    what: `a duration ${units.DURATION_FORM},`,
    read: parsed(units.parseDuration),
    written: units.durationText,
  },
  size: { what: `a size ${units.SIZE_FORM},`, read: parsed(units.parseSize), written: units.sizeText },
} as const;

function number(row: NumberRow): Check<number> {
  const { kind, min, max, zero, zeroIs = 0 } = row;
  const { what, read, written } = NUMBERS[kind];
  const or = zero === undefined ? "" : `, or 0: ${zero}`;
  const allowed = `must be ${what} from ${written(min)} to ${written(max)}${or}`;
  const isZero = (n: number): boolean => n === 0 && zero !== undefined;
  return v.pipe(
    v.unknown(),
    v.transform(read),
    v.number(allowed),
    v.check(
      (n) => isZero(n) || (n >= min && n <= max && (kind !== "integer" || Number.isInteger(n))),
      allowed,
    ),
    v.transform((n) => isZero(n) ? zeroIs : n),
  );
}

/** The number that a string holds, for RMQTT takes numbers in quotes; anything else as it is. */
function unquoted(input: unknown): unknown {
  return typeof input === "string" && /^[+-]?\d{1,20}(\.\d{1,20})?$/.test(input.trim())
    ? Number(input)
    : input;
}

function parsed(parse: (text: string) => number | undefined): (input: unknown) => unknown {
  return (input) => typeof input === "string" || typeof input === "number" ? parse(String(input)) : undefined;
}

/** What RMQTT takes for true and false; in strings, in any case. */
const BOOLEANS: ReadonlyMap<unknown, boolean> = new Map<unknown, boolean>([
  ...[1, "1", "true", "on", "yes"].map((word) => [word, true] as const),
  ...[0, "0", "false", "off", "no"].map((word) => [word, false] as const),
]);

export function boolean(): Check<boolean> {
  return v.pipe(
    v.unknown(),
    v.transform((input) => BOOLEANS.get(lowerCase(input)) ?? input),
    v.boolean("must be true or false"),
  );
}

/** `names` are in lower case; the file may have them in any. */
function choice(names: readonly string[]): Check<string> {
  const list = names.map((name) => JSON.stringify(name)).join(", ");
  return v.pipe(v.unknown(), v.transform(lowerCase), v.picklist(names, `must be one of ${list}`));
}

function lowerCase(input: unknown): unknown {
  return typeof input === "string" ? input.trim().toLowerCase() : input;
}

/** The mode of a file that its owner reads and writes, and nobody executes. */
function fileMode(): Check<number> {
  const message =
    'must be a file mode in quotes, such as "0640": 6 for the owner, then 0, 2, 4 or 6 for its group and ' +
    "for everyone";
  return v.pipe(
    v.unknown(),
    v.string(message),
    v.regex(/^0?6[0246]{2}$/, message),
    v.transform((text) => parseInt(text, 8)),
  );
}

/** Text with at least one character and without U+0000; `what` names it: "a folder". */
export function text(what: string): Check<string> {
  const message = `must be ${what}: a string that is not empty`;
  return v.pipe(
    v.unknown(),
    v.string(message),
    v.nonEmpty(message),
    v.excludes("\0", `must be ${what}: a string without U+0000`),
  );
}

function textOrEmpty(what: string): Check<string> {
  const message = `must be ${what}: a string without U+0000`;
  return v.pipe(v.unknown(), v.string(message), v.excludes("\0", message));
}

function filters(): Check<string[]> {
  return list('Topic Filters, as in ["a/b", "foo/#"]', (text) => topicFilterProblem(text) === undefined);
}

function list(what: string, isItem: (text: string) => boolean): Check<string[]> {
  const message = `must be an array of ${what}`;
  return v.pipe(v.unknown(), v.array(v.pipe(v.string(message), v.check(isItem, message)), message));
}

/** An array of strings; `what` names them: "names of plugins". */
export function textList(what: string): Check<string[]> {
  const message = `must be an array of ${what}, in quotes`;
  return v.pipe(v.unknown(), v.array(v.string(message), message));
}

function address(): Check<Address> {
  const allowed = `must be ${units.ADDRESS_FORM}, with a port from 0 (any free one) to 65535`;
  return v.pipe(
    v.unknown(),
    v.string(allowed),
    v.transform(units.parseAddress),
    v.custom<Address>((value) => value !== undefined, allowed),
  );
}
