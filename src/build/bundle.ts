// The program and its npm packages as one JavaScript file, the same for every target.
import { commit, output, ROOT } from "./project.ts";

/** Stands in src/cli/version.ts for the commit. */
const COMMIT_MARK = "@COMMIT@";

/**
 * Bundles `entry`, a file of the repository, into `file`. Not minified: that would save little, and cost the
 * names in every stack trace a user reports.
 */
export async function bundle(file: string, entry = "main.ts"): Promise<void> {
  await output(Deno.execPath(), [
    "bundle",
    "--quiet",
    "--frozen",
    "--platform=deno",
    `--output=${file}`,
    `${ROOT}${entry}`,
  ]);
  const text = await Deno.readTextFile(file);
  const parts = text.split(COMMIT_MARK);
  if (parts.length !== 2) {
    throw new Error(`${COMMIT_MARK} stands ${parts.length - 1} times in the bundle, not once`);
  }
  await Deno.writeTextFile(file, parts.join(await commit()));
}
