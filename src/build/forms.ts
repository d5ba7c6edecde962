// The two forms of an executable, and `deno compile`, which makes the first.
import { runFlags } from "./launch.ts";
import { output } from "./project.ts";
import type { Target } from "./targets.ts";

export type Form = "compile" | "self-contained";

/** The form that `--form` names. Throws for any other. */
export function formOf(name: string | undefined): Form | undefined {
  if (name === undefined || name === "compile" || name === "self-contained") return name;
  throw new Error(`There is no form ${name}; allowed: compile, self-contained.`);
}

/** `deno compile`; resolves to why it made nothing, in one line. */
export async function compiled(target: Target, program: string, file: string): Promise<string | undefined> {
  try {
    // The bundle has no types left to check.
    await output(Deno.execPath(), [
      "compile",
      "--quiet",
      "--no-check",
      `--target=${target.triple}`,
      `--output=${file}`,
      ...runFlags(),
      program,
    ]);
    return undefined;
  } catch (error) {
    if (!/denort|lookup|download|error sending request|dl\.deno/i.test(String(error))) throw error;
    return `deno compile needs the base runtime denort ${Deno.version.deno} for ${target.triple}: it could not be ` +
      "downloaded, and DENORT_BIN names none.";
  }
}
