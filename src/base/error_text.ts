// What an unknown error says, for the middle of a sentence.

/**
 * The message of an Error, anything else as text. Deno's own text on permissions tells users to start the
 * program with others, which is not theirs to do.
 */
export function errorText(error: unknown): string {
  if (error instanceof Deno.errors.NotCapable) {
    return "Hookline runs without the permission for it (devices and /proc are closed to it)";
  }
  return error instanceof Error ? error.message : String(error);
}

/** With the stack where there is one: for defects, which somebody must find. */
export function errorStack(error: unknown): string {
  return error instanceof Error ? error.stack ?? error.message : String(error);
}
