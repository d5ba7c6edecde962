// What a row of the conformance table holds: a statement of the standard, and the tests that show it or the reason why
// none does.

/** A file under tests/ and the exact name of a test in it; `test > step` for a step. */
export type Test = readonly [file: string, name: string];

export interface Statement {
  /** The standard's number, without brackets; for what has none, the section and a word. */
  readonly id: string;
  /** In short. */
  readonly says: string;
  /** All must pass. Empty where `because` says why. */
  readonly tests: readonly Test[];
  /** Why it does not bind this server, or cannot be shown. */
  readonly because?: string;
  /** What is still missing: the row is printed as failing, whatever its tests say. */
  readonly known?: string;
}

export function shown(id: string, says: string, ...tests: readonly Test[]): Statement {
  return { id, says, tests };
}

export function explained(id: string, says: string, because: string): Statement {
  return { id, says, tests: [], because };
}

/** It binds clients alone. */
export function client(id: string, says: string): Statement {
  return explained(id, says, "binds clients only");
}
