// Runs what was made: a file that has the right size and name can still be dead.
import { errorText } from "../base/error_text.ts";
import { VERSION } from "./project.ts";
import type { Target } from "./targets.ts";

/** How long a start may take, milliseconds: the self-contained form unpacks itself first. */
const PATIENCE = 120_000;

/**
 * Throws unless `command --version` prints Hookline's version, this Deno's, and `target`. An executable for
 * another machine cannot be run, and is taken as it is.
 */
export async function runs(
  target: Target,
  command: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<void> {
  if (target.triple !== Deno.build.target) return;
  const expected =
    `hookline ${VERSION} (deno ${Deno.version.deno}, v8 ${Deno.version.v8}, ${target.triple}, `;
  const [file = "", ...args] = command;
  const printed = await firstLine(file, [...args, "--version"], env);
  if (printed.startsWith(expected)) return;
  const hint = Deno.env.has("DENORT_BIN") ? ` DENORT_BIN must name denort ${Deno.version.deno}.` : "";
  throw new Error(
    `what was made does not run: --version was to print "${expected}…", and it printed "${printed}".${hint}`,
  );
}

/** Of what a command prints, errors included; or why it cannot be run. */
async function firstLine(
  file: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<string> {
  try {
    const signal = AbortSignal.timeout(PATIENCE);
    const run = new Deno.Command(file, { args: [...args], env: { ...env }, stdin: "null", signal });
    const { stdout, stderr } = await run.output();
    const text = new TextDecoder().decode(stdout) || new TextDecoder().decode(stderr);
    return text.trim().split("\n")[0] ?? "";
  } catch (error) {
    return errorText(error);
  }
}
