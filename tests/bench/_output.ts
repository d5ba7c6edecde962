// Programs of the machine that the bench needs, run to their end.

/** Throws `missing` where there is no such program. */
export async function output(
  [program, ...args]: readonly [string, ...string[]],
  missing: string,
): Promise<Deno.CommandOutput> {
  try {
    return await new Deno.Command(program, { args, stdin: "null" }).output();
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new Error(missing, { cause: error });
  }
}
