// What the system said, for the middle of a sentence.

/** Deno's own text tells users to start the program with other permissions, which is not theirs to do. */
export function reason(error: unknown): string {
  if (error instanceof Deno.errors.NotCapable) {
    return "Hookline runs without the permission for it (devices and /proc are closed to it)";
  }
  return error instanceof Error ? error.message : String(error);
}

/** EDQUOT and ENOSPC have no class of their own in Deno's errors: the code tells. */
export function isDiskFull(error: unknown): boolean {
  return error instanceof Error && "code" in error && (error.code === "ENOSPC" || error.code === "EDQUOT");
}
