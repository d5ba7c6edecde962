// The Deno executable of a target: the running one, or the one in Deno's npm package of the same version.
import { output } from "./project.ts";
import type { Target } from "./targets.ts";

/** Its path; a downloaded one is put into `folder`. */
export async function runtimeOf(target: Target, folder: string): Promise<string> {
  if (target.triple === Deno.build.target) return Deno.execPath();
  const spec = `${target.npmPackage}@${Deno.version.deno}`;
  // Its warnings are of no use here, and without its errors nobody knows what to do.
  const printed = await output("npm", ["pack", spec, "--loglevel=error", "--pack-destination", folder]);
  const archive = printed.trim().split("\n").pop() ?? "";
  await output("tar", ["-xzf", `${folder}/${archive}`, "-C", folder, "package/deno"]);
  const runtime = `${folder}/deno-${target.triple}`;
  await Deno.rename(`${folder}/package/deno`, runtime);
  return runtime;
}
