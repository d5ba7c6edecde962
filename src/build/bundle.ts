// The program and its npm packages as one JavaScript file, the same for every form and target.
import { commit, output, ROOT } from "./project.ts";

/** Stands in src/cli/version.ts for the commit. */
const COMMIT_MARK = "@COMMIT@";

/**
 * Bundles main.ts into `file`. Not minified: that would save 3 MB of memory and 0.3 MB of some 42, and cost the
 * names in every stack trace a user reports.
 */
export async function bundle(file: string): Promise<void> {
  await output(Deno.execPath(), [
    "bundle",
    "--quiet",
    "--frozen",
    "--platform=deno",
    `--output=${file}`,
    `${ROOT}main.ts`,
  ]);
  const text = await Deno.readTextFile(file);
  const parts = text.split(COMMIT_MARK);
  if (parts.length !== 2) {
    throw new Error(`${COMMIT_MARK} stands ${parts.length - 1} times in the bundle, not once`);
  }
  await Deno.writeTextFile(file, parts.join(await commit()));
}
