// What the build knows of the project: its folder, version and commit.
import { fileURLToPath } from "node:url";
import manifest from "../../deno.json" with { type: "json" };

export const VERSION: string = manifest.version;

/** The repository's folder, absolute, with a slash at its end. */
export const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** The commit that is built, marked when files differ from it; `unknown` outside of a clone. */
export async function commit(): Promise<string> {
  try {
    const hash = (await output("git", ["-C", ROOT, "rev-parse", "--short=12", "HEAD"])).trim();
    const changes = await output("git", ["-C", ROOT, "status", "--porcelain", "--untracked-files=no"]);
    return changes === "" ? hash : `${hash}-dirty`;
  } catch {
    return "unknown"; // no git, or no clone: a build from a tarball is as good
  }
}

/** Runs a command and returns what it prints; throws with its stderr when it fails. */
export async function output(
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<string> {
  const done = await new Deno.Command(command, { args: [...args], stdin: "null", env: { ...env } }).output();
  const decoder = new TextDecoder();
  if (!done.success) throw new Error(`${command} ${args.join(" ")}: ${decoder.decode(done.stderr).trim()}`);
  return decoder.decode(done.stdout);
}
