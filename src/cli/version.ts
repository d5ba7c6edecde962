// What `--version` says.
import manifest from "../../deno.json" with { type: "json" };

/** src/build/bundle.ts puts the commit here; in a clone it stands as it is. */
const COMMIT = "@COMMIT@";

/** Version, target, runtime and commit, in one line. */
export function versionLine(): string {
  const { version, build } = Deno;
  const commit = COMMIT.startsWith("@") ? "from source" : `commit ${COMMIT}`;
  return `hookline ${manifest.version} (deno ${version.deno}, v8 ${version.v8}, ${build.target}, ${commit})\n`;
}
