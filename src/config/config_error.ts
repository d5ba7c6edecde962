// What is wrong with a configuration: one error per mistake, all mistakes of all files in one throw.

/** Where a mistake stands and what it is. `message` is the whole sentence, ready to print. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
  /** The file, as the operator named it. */
  readonly file: string;
  /** From 1; absent when the file could not be read at all. */
  readonly line?: number;
  /** From 1, in UTF-16 units. */
  readonly column?: number;
  /** `listener.tcp.a.max_inflight`, `rule.message_publish[1].topics[0]`; empty when it is the file itself. */
  readonly key: string;
  /** What is wrong and what is allowed, without the place. */
  readonly problem: string;

  constructor(place: ErrorPlace, key: string, problem: string) {
    super(`${placeText(place, key)}: ${key === "" ? "" : `${key}: `}${problem}`);
    this.file = place.file;
    if (place.line !== undefined) this.line = place.line;
    if (place.column !== undefined) this.column = place.column;
    this.key = key;
    this.problem = problem;
  }
}

export interface ErrorPlace {
  readonly file: string;
  readonly line?: number;
  readonly column?: number;
}

/** How many of them are told, each: a file of another kind is wrong in every line. */
export const TOLD_ERRORS = 20;

/** Everything wrong with the configuration, ordered by file and line; `message` has one line for each. */
export class ConfigErrors extends Error {
  override readonly name = "ConfigErrors";
  readonly errors: readonly ConfigError[];

  constructor(errors: readonly ConfigError[]) {
    const sorted = [...errors].sort(byPlace);
    super(sorted.map((error) => error.message).join("\n"));
    this.errors = sorted;
  }
}

/** A column is shown only where there is no key to find the place by. */
function placeText(place: ErrorPlace, key: string): string {
  if (place.line === undefined) return place.file;
  if (key !== "" || place.column === undefined) return `${place.file}:${place.line}`;
  return `${place.file}:${place.line}:${place.column}`;
}

function byPlace(a: ConfigError, b: ConfigError): number {
  if (a.file !== b.file) return a.file < b.file ? -1 : 1;
  return (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0);
}
