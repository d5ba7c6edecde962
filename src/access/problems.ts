// Where the readers of this room's files tell what is wrong or worth a warning, and how they say it.
import { nearest } from "../base/nearest.ts";

/** A place within a file: keys and indexes, from the top. */
export type Place = readonly (string | number)[];

export interface Problems {
  /** A mistake: the file as a whole is not used. `text` never holds a secret. */
  error(place: Place, text: string): void;
  warn(place: Place, text: string): void;
}

/** A mistake in a file of lines. */
export interface LineProblem {
  /** From 1. */
  readonly line: number;
  readonly text: string;
}

/** `unknown word; did you mean "subscribe"?`, or what is allowed where nothing is near. */
export function unknownWord(what: string, word: string, allowed: readonly string[]): string {
  const near = nearest(word, allowed);
  return near === undefined
    ? `unknown ${what}; allowed: ${allowed.join(", ")}`
    : `unknown ${what}; did you mean "${near}"?`;
}

export function isTable(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Date);
}
