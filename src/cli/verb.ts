// What a verb is: its row in the table of verbs, and the function behind it.
import type { ConfigPlace } from "../daemon/configured.ts";
import type { Io } from "./io.ts";

/** The options of one call, by long name, checked against the table; absent options have their default. */
export type Values = Readonly<Record<string, OptionValue | undefined>>;
export type OptionValue = string | number | boolean | readonly string[];

/** Does the work of a verb; resolves to the exit code. What it throws ends the program with 1, 64 or 78. */
export type Verb = (values: Values, positionals: readonly string[], io: Io) => Promise<number>;

export interface VerbOption {
  /** `text`: one value; `count`: a whole number from 0; `list`: may come several times; `flag`: no value. */
  readonly type: "text" | "count" | "list" | "flag";
  readonly short?: string;
  /** What the value is called in help: `FILE`. */
  readonly value?: string;
  /** The only values allowed. */
  readonly choices?: readonly string[];
  readonly default?: string | number;
  /** One sentence without a full stop. */
  readonly help: string;
}

export interface VerbEntry {
  readonly name: string;
  /** One line for the list of verbs. */
  readonly summary: string;
  /** Behind `hookline `. */
  readonly usage: string;
  /** A paragraph of `--help`, wrapped by hand. */
  readonly about: string;
  /** How many positional arguments it takes at most. */
  readonly maxPositionals: number;
  /**
   * What they are, for the shell's completion: files, a folder, or one of these words. Default: nothing to
   * propose.
   */
  readonly positionals?: "files" | "folder" | readonly string[];
  /** By long name, in the order of `--help`. */
  readonly options: Readonly<Record<string, VerbOption>>;
  /** Loads the verb's code when it is called, so that `tail` does not start a broker's worth of modules. */
  readonly load: () => Promise<Verb>;
}

/** The command line is wrong: exit code 64. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** The options that every verb has. */
export const COMMON_OPTIONS: Readonly<Record<string, VerbOption>> = {
  help: { type: "flag", short: "h", help: "show this help" },
  version: { type: "flag", short: "V", help: "show the version" },
};

/** The value of a `text` option. */
export function textOf(values: Values, name: string): string | undefined {
  const value = values[name];
  return typeof value === "string" ? value : undefined;
}

/** The values of a `list` option, in the order they were given. */
export function listOf(values: Values, name: string): readonly string[] {
  const value = values[name];
  return Array.isArray(value) ? value : [];
}

/** Where `--config` and `--hooks` say that the configuration is. */
export function configPlace(values: Values, { cwd, env }: Io): ConfigPlace {
  return { configFile: textOf(values, "config"), hooksFile: textOf(values, "hooks"), cwd, env };
}

/** Whether stderr is for a collector: `--log-format json`. */
export function wantsJson(values: Values): boolean {
  return values["log-format"] === "json";
}

/** The value of a `count` option. */
export function countOf(values: Values, name: string): number | undefined {
  const value = values[name];
  return typeof value === "number" ? value : undefined;
}

/** Whether a `flag` was given. */
export function flagOf(values: Values, name: string): boolean {
  return values[name] === true;
}
