// What `--version` says.
import manifest from "../../deno.json" with { type: "json" };

/** src/build/bundle.ts puts the commit here; in a clone it stands as it is. */
const COMMIT = "@COMMIT@";

/** The oldest Deno that the tests of the started program pass with. */
const OLDEST_DENO = "2.9.0";

/**
 * A sentence when `deno`, the version of the runtime, is too old for this program; undefined when it will do.
 */
export function runtimeProblem(deno: string): string | undefined {
  if (!isOlder(deno, OLDEST_DENO)) return undefined;
  return `Hookline needs Deno ${OLDEST_DENO} or later, and this is Deno ${deno}: upgrade it with ` +
    `\`deno upgrade\`, or run \`npx deno@latest\` in the place of \`deno\`.`;
}

function isOlder(version: string, than: string): boolean {
  const [numbers, others] = [version, than].map((text) => text.split(/[.+-]/, 3).map(Number));
  for (const [index, number] of (numbers ?? []).entries()) {
    const other = others?.[index] ?? 0;
    if (number !== other) return number < other;
  }
  return false;
}

/** Of the program: `0.1.0`. */
export const VERSION = manifest.version;

/** Version, target, runtime and commit, in one line. */
export function versionLine(): string {
  const { version: { deno, v8 }, build } = Deno;
  const commit = COMMIT.startsWith("@") ? "from source" : `commit ${COMMIT}`;
  return `hookline ${manifest.version} (deno ${deno}, v8 ${v8}, ${build.target}, ${commit})\n`;
}
