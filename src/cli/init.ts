// `hookline init`: writes the sample configuration files.
import { dirname, join, resolve } from "node:path";
import { hooksSample, mainSample } from "../config/samples.ts";
import { EXIT } from "./exit_code.ts";
import type { Io } from "./io.ts";
import type { Verb } from "./verb.ts";

// deno-lint-ignore require-await -- a Verb is async; this one has nothing to wait for
export const init: Verb = async (_values, positionals, io) => {
  const folder = positionals[0] ?? "etc";
  const files = [
    { path: join(folder, "hookline.toml"), text: mainSample(), mode: 0o644 },
    // Headers and URLs may hold tokens.
    { path: join(folder, "plugins", "rmqtt-web-hook.toml"), text: hooksSample(), mode: 0o600 },
  ];
  const existing = files.filter(({ path }) => exists(resolve(io.cwd, path)));
  if (existing.length > 0) {
    const names = existing.map(({ path }) => path).join(" and ");
    io.err(
      `hookline init: ${names} exists already; nothing was written. Name another folder or move it away.\n`,
    );
    return EXIT.failed;
  }
  for (const { path, text, mode } of files) {
    const target = resolve(io.cwd, path);
    Deno.mkdirSync(dirname(target), { recursive: true });
    Deno.writeTextFileSync(target, text, { createNew: true, mode });
    io.out(`wrote ${path}${mode === 0o600 ? ", readable by you alone: it may come to hold tokens" : ""}\n`);
  }
  nextSteps(join(folder, "hookline.toml"), io);
  return EXIT.done;
};

function nextSteps(config: string, io: Io): void {
  io.out(`
Next:
  hookline check --config ${config}   # shows what it means, finds mistakes
  hookline run --config ${config}     # starts the broker
`);
}

/** A dangling link counts: writing through it would make a file elsewhere. */
function exists(path: string): boolean {
  try {
    Deno.lstatSync(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
