// What the two tasks that make something for dist/ have in common.
import { basename } from "node:path";
import { errorText } from "../base/error_text.ts";
import { sha256 } from "./self_contained.ts";

/** Runs a task with the command line's arguments; an error is one line, and exit code 1. */
export async function task(name: string, main: (args: string[]) => Promise<void>): Promise<void> {
  try {
    await main(Deno.args);
  } catch (error) {
    Deno.stderr.writeSync(new TextEncoder().encode(`${name}: ${errorText(error)}\n`));
    Deno.exit(1);
  }
}

export function say(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${text}\n`));
}

/** Writes the checksum of `file` beside it, as sha256sum(1) does. Returns the size as text. */
export async function addChecksum(file: string): Promise<string> {
  const bytes = await Deno.readFile(file);
  await Deno.writeTextFile(`${file}.sha256`, `${sha256(bytes)}  ${basename(file)}\n`);
  return `${(bytes.length / 1e6).toFixed(1)} MB`;
}
