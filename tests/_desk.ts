// The desk of someone who reads README: a clone, a folder beside it, and terminals in which lines are typed.
import { equal } from "node:assert/strict";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { hooklineCommand } from "./helpers/hookline.ts";
import { Terminal } from "./helpers/terminal.ts";
import { until } from "./helpers/until.ts";

const ROOT = fileURLToPath(new URL("../", import.meta.url));

/** Disposing of it presses Ctrl-C in every terminal. */
export class Desk implements AsyncDisposable {
  readonly #open: Terminal[] = [];
  readonly #tools: string;
  readonly #prefix: readonly string[];

  private constructor(
    /** A fresh clone of this repository, with the changes that are not committed yet. */
    readonly clone: string,
    /** Another folder, of someone who has `hookline` installed. */
    readonly folder: string,
    tools: string,
    prefix: readonly string[],
  ) {
    this.#tools = tools;
    this.#prefix = prefix;
  }

  /** @param prefix what stands before each command */
  static async at(path: string, prefix: readonly string[]): Promise<Desk> {
    const [clone, folder, tools] = [`${path}/clone`, `${path}/folder`, `${path}/tools`];
    for (const made of [folder, tools]) await Deno.mkdir(made);
    await git(ROOT, "clone", "--quiet", ROOT, clone);
    const deleted = await git(ROOT, "ls-files", "-z", "--deleted");
    const changed = await git(ROOT, "ls-files", "-z", "--modified", "--others", "--exclude-standard");
    for (const name of changed.filter((name) => !deleted.includes(name))) {
      await Deno.mkdir(dirname(`${clone}/${name}`), { recursive: true });
      await Deno.copyFile(`${ROOT}${name}`, `${clone}/${name}`);
    }
    for (const name of deleted) await Deno.remove(`${clone}/${name}`);
    await git(clone, "add", "--all");
    // Nothing is downloaded: npx is this Deno, and hookline is the program in the clone.
    const run = hooklineCommand([]);
    const words = [run.command, ...run.args].map((word) => `'${word.replace(ROOT, `${clone}/`)}'`).join(" ");
    for (
      const [name, command] of [
        ["deno", `'${Deno.execPath()}' "$@"`],
        ["npx", `"$2" "$@"`],
        [`deno@${Deno.version.deno}`, `sh -c 'shift 2; exec deno "$@"' npx "$@"`],
        ["hookline", `${words} "$@"`],
      ] as const
    ) await Deno.writeTextFile(`${tools}/${name}`, `#!/bin/sh\nexec ${command}\n`, { mode: 0o755 });
    return new Desk(clone, folder, tools, prefix);
  }

  /** Types a line and lets it run. */
  type(line: string, cwd = this.clone): Terminal {
    const env = { PATH: `${this.#tools}:/usr/sbin:/usr/bin:/sbin:/bin`, NO_COLOR: "1", COLUMNS: "200" };
    const terminal = new Terminal(line, { cwd, env, prefix: this.#prefix });
    this.#open.push(terminal);
    return terminal;
  }

  /** Types a line, waits until it ends well, and returns what it printed. */
  async run(line: string, cwd?: string): Promise<string> {
    const terminal = this.type(line, cwd);
    equal(await terminal.end(), 0, `${line}\n${terminal.text}`);
    return terminal.text;
  }

  /** Ctrl-C in every terminal. */
  async stop(): Promise<void> {
    for (const terminal of this.#open.splice(0).reverse()) await terminal.interrupt();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  /** The files of the clone that differ from what it was made with, and those that were added. */
  async changes(): Promise<string> {
    return await this.run("git diff --name-only && git ls-files --others --exclude-standard");
  }

  /** What hook.log holds so far. */
  async lines(cwd = this.clone): Promise<Record<string, unknown>[]> {
    const text = await Deno.readTextFile(`${cwd}/hook.log`).catch(() => "");
    return text.split("\n").slice(0, -1).map((line) => JSON.parse(line));
  }

  /** Waits for the first line of an event. */
  async event(action: string, cwd?: string): Promise<Record<string, unknown>> {
    let found: Record<string, unknown> | undefined;
    const find = async (): Promise<boolean> =>
      (found = (await this.lines(cwd)).find((line) => line["action"] === action)) !== undefined;
    await until(find, `${action} is in hook.log`);
    return found ?? {};
  }
}

/** The names that a git command prints, each ended by a zero byte. */
async function git(cwd: string, ...args: string[]): Promise<string[]> {
  const { success, stdout, stderr } = await new Deno.Command("git", { args, cwd }).output();
  if (!success) throw new Error(`git ${args.join(" ")}: ${new TextDecoder().decode(stderr)}`);
  return new TextDecoder().decode(stdout).split("\0").slice(0, -1);
}
