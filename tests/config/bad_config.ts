// What a bad configuration is in the tables of this folder, and the error each one must give.

export interface BadConfig {
  /** What is wrong, for the test's name. */
  readonly what: string;
  readonly file: "broker" | "hooks";
  readonly toml: string;
  /** Undefined where the whole file is at fault. */
  readonly line: number | undefined;
  readonly key: string;
  /** Each must stand in the message. */
  readonly words: readonly string[];
  /** None may stand in the message. */
  readonly never?: readonly string[];
}

export type Row = readonly [what: string, toml: string, line: number, key: string, ...words: string[]];

/** A row per bad configuration of one file. */
export function rows(file: BadConfig["file"], ...table: readonly Row[]): BadConfig[] {
  return table.map(([what, toml, line, key, ...words]) => ({ what, file, toml, line, key, words }));
}
