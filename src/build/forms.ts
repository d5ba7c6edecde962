// The two forms of an executable, and `deno compile`, which makes the first.
import { bundle } from "./bundle.ts";
import { runFlags } from "./launch.ts";
import { runs } from "./made.ts";
import { output } from "./project.ts";
import type { Target } from "./targets.ts";

export type Form = "compile" | "self-contained";

/** The form that `--form` names. Throws for any other. */
export function formOf(name: string | undefined): Form | undefined {
  if (name === undefined || name === "compile" || name === "self-contained") return name;
  throw new Error(`There is no form ${name}; allowed: compile, self-contained.`);
}

/**
 * `deno compile`, tried by a start. Resolves to why it made nothing where nobody has the base runtime, in one
 * line; throws for anything else, a DENORT_BIN that is none too.
 *
 * @param work a folder for what lies between
 */
export async function compiled(target: Target, work: string, file: string): Promise<string | undefined> {
  const program = `${work}/compiled.mjs`;
  await bundle(program, "src/build/compiled.ts");
  try {
    // The bundle has no types left to check. It gives --allow-ffi back once it is started as it should be.
    const flags = ["--quiet", "--no-check", ...runFlags(), "--allow-ffi"];
    await output(Deno.execPath(), [
      "compile",
      ...flags,
      `--target=${target.triple}`,
      `--output=${file}`,
      program,
    ]);
  } catch (error) {
    const missing = /denort|lookup|download|error sending request|dl\.deno/i.test(String(error));
    if (!missing || Deno.env.has("DENORT_BIN")) throw error;
    return `deno compile needs the base runtime denort ${Deno.version.deno} for ${target.triple}: ` +
      "it could not be downloaded, and DENORT_BIN names none.";
  }
  await runs(target, [file]);
  return undefined;
}
