// What the system said, for the middle of a sentence.

export function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** EDQUOT and ENOSPC have no class of their own in Deno's errors: the code tells. */
export function isDiskFull(error: unknown): boolean {
  return error instanceof Error && "code" in error && (error.code === "ENOSPC" || error.code === "EDQUOT");
}
