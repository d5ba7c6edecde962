// Where the readers of this room's files tell what is wrong or worth a warning, and how they say it.

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
