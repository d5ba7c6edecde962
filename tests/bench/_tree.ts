// A checkout of Hookline, this one or another, and how it is started with its own flags or with others.
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

export interface Tree {
  command(args: readonly string[]): readonly string[];
  /** How a script of its tests/bench is started; undefined where it has none of that name. */
  part(script: string): readonly string[] | undefined;
}

/**
 * @param folder default: this checkout
 * @param v8Flags separated by commas or blanks; "": none; default: those of the tree's src/build/launch.ts
 */
export async function tree(folder = ROOT, v8Flags?: string): Promise<Tree> {
  const root = resolve(folder);
  const launchFile = `${root}/src/build/launch.ts`;
  if (!existsSync(launchFile)) {
    throw new Error(`${root} is no checkout of Hookline: it has no src/build/launch.ts`);
  }
  const launch = await import(pathToFileURL(launchFile).href) as typeof import("../../src/build/launch.ts");
  const flags = v8Flags === undefined ? [launch.V8_FLAGS] : flagsOf(v8Flags);
  const deno = (permissions: string, script: string, args: readonly string[]): readonly string[] => [
    "env",
    ...launch.RUN_ENV,
    Deno.execPath(),
    "run",
    "--quiet",
    ...flags,
    "--cached-only",
    permissions,
    "--config",
    `${root}/deno.json`,
    script,
    ...args,
  ];
  return {
    command: (args) => deno("-P=hookline", `${root}/main.ts`, args),
    part(script): readonly string[] | undefined {
      const path = `${root}/tests/bench/${script}`;
      return existsSync(path) ? deno("-A", path, []) : undefined;
    },
  };
}

function flagsOf(text: string): string[] {
  const flags = text.split(/[\s,]+/).filter((flag) => flag !== "");
  return flags.length === 0 ? [] : [`--v8-flags=${flags.join(",")}`];
}
