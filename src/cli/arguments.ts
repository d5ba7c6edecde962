// The command line, checked against the table of verbs.
import { parseArgs } from "node:util";
import { nearest } from "../base/nearest.ts";
import {
  COMMON_OPTIONS,
  type OptionValue,
  UsageError,
  type Values,
  type VerbEntry,
  type VerbOption,
} from "./verb.ts";

/** Everything behind the verb, taken apart. */
export interface Arguments {
  readonly values: Values;
  readonly positionals: readonly string[];
}

/**
 * Parses what stands behind a verb.
 * Throws {@link UsageError} that names the wrong argument and the nearest right one.
 */
export function parseArguments(verb: VerbEntry, args: readonly string[]): Arguments {
  const options: Record<string, VerbOption> = { ...verb.options, ...COMMON_OPTIONS };
  // Not parseArgs' own strict mode: its errors know neither the verb nor the nearest name. The tokens are
  // checked here just as strictly.
  const { tokens } = parseArgs({
    args: [...args],
    options: Object.fromEntries(
      Object.entries(options).map(([name, option]) => [name, {
        type: option.type === "flag" ? "boolean" as const : "string" as const,
        ...(option.short === undefined ? {} : { short: option.short }),
      }]),
    ),
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const values: Record<string, OptionValue> = defaults(options);
  const positionals: string[] = [];
  for (const token of tokens) {
    if (token.kind === "positional") positionals.push(token.value);
    if (token.kind !== "option") continue;
    const option = Object.hasOwn(options, token.name) ? options[token.name] : undefined;
    if (option === undefined) throw unknownOption(verb, token.rawName, Object.keys(options));
    const value = check(option, token.rawName, token.value, token.inlineValue === true);
    values[token.name] = option.type === "list"
      ? [...values[token.name] as readonly string[], String(value)]
      : value;
  }
  if (positionals.length > verb.maxPositionals) {
    const extra = JSON.stringify(positionals[verb.maxPositionals]);
    throw new UsageError(`Unexpected argument ${extra}. Usage: hookline ${verb.usage}`);
  }
  return { values, positionals };
}

function defaults(options: Readonly<Record<string, VerbOption>>): Record<string, OptionValue> {
  const values: Record<string, OptionValue> = {};
  for (const [name, option] of Object.entries(options)) {
    if (option.type === "list") values[name] = [];
    else if (option.default !== undefined) values[name] = option.default;
  }
  return values;
}

function check(option: VerbOption, rawName: string, value: string | undefined, inline: boolean): OptionValue {
  if (option.type === "flag") {
    if (value !== undefined) throw new UsageError(`${rawName} takes no value; it was given ${quote(value)}.`);
    return true;
  }
  const name = option.value ?? "VALUE";
  if (value === undefined || (!inline && value.startsWith("-") && value !== "-")) {
    const hint = value === undefined ? "" : ` (a value that begins with - is written ${rawName}=${value})`;
    throw new UsageError(`${rawName} needs a value: ${rawName} ${name}${hint}.`);
  }
  if (option.choices !== undefined && !option.choices.includes(value)) {
    const allowed = option.choices.join(", ");
    throw new UsageError(
      `${rawName} cannot be ${quote(value)}; allowed: ${allowed}.${hintFor(value, option.choices)}`,
    );
  }
  if (option.type !== "count") return value;
  const count = Number(value);
  if (!/^[0-9]+$/.test(value) || !Number.isSafeInteger(count)) {
    throw new UsageError(`${rawName} cannot be ${quote(value)}; allowed: a whole number from 0.`);
  }
  return count;
}

function unknownOption(verb: VerbEntry, rawName: string, names: readonly string[]): UsageError {
  const hint = hintFor(rawName, names.map((name) => `--${name}`));
  return new UsageError(
    `Unknown option ${quote(rawName)} of hookline ${verb.name}.${hint} ` +
      `See hookline ${verb.name} --help.`,
  );
}

/** ` Did you mean …?` with a space before it, or nothing. */
export function hintFor(wrong: string, names: readonly string[]): string {
  const near = nearest(wrong, names);
  return near === undefined ? "" : ` Did you mean ${near}?`;
}

function quote(text: string): string {
  return JSON.stringify(text);
}
