// What an unknown error says, for the middle of a sentence.

/** The message of an Error, anything else as text. */
export function errorText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** With the stack where there is one: for defects, which somebody must find. */
export function errorStack(error: unknown): string {
  return error instanceof Error ? error.stack ?? error.message : String(error);
}
