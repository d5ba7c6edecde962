// The completions in the shells they are for, and the manual page in man: all made from the table of verbs.
import assert from "node:assert/strict";
import { VERBS } from "../../src/cli/verbs.ts";
import { hooklineCommand } from "../helpers/hookline.ts";
import { tempDir } from "../helpers/temp_dir.ts";

async function output(command: string, args: string[], cwd?: string): Promise<string> {
  const options = {
    args,
    stdin: "null" as const,
    env: { MANWIDTH: "100" },
    ...(cwd !== undefined && { cwd }),
  };
  const { code, stdout, stderr } = await new Deno.Command(command, options).output();
  const text = new TextDecoder().decode(stdout);
  assert.equal(code, 0, `${command} ${args.join(" ")}: ${text}${new TextDecoder().decode(stderr)}`);
  assert.equal(new TextDecoder().decode(stderr), "");
  return text;
}

async function hookline(...args: string[]): Promise<string> {
  const { command, args: all } = hooklineCommand(args);
  return await output(command, all);
}

function has(command: string): boolean {
  try {
    return new Deno.Command(command, { args: ["--version"], stdin: "null" }).outputSync().success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** What bash proposes for the last word. */
async function bashProposes(script: string, cwd: string, words: string[]): Promise<string[]> {
  const line = words.map((word) => `'${word}'`).join(" ");
  const ask = `${script}\nCOMP_WORDS=(${line}); COMP_CWORD=${
    words.length - 1
  }; _hookline; printf '%s\\n' "\${COMPREPLY[@]}"`;
  return (await output("bash", ["-c", ask], cwd)).split("\n").filter((word) => word !== "");
}

Deno.test({
  name: "bash completes verbs, options, their values, files and shells",
  ignore: !has("bash"),
  fn: async () => {
    await using dir = await tempDir();
    await Deno.writeTextFile(`${dir.path}/two words.log`, "");
    const script = await hookline("completions", "bash");
    const propose = (...words: string[]): Promise<string[]> => bashProposes(script, dir.path, words);
    assert.deepEqual(await propose("hookline", "r"), ["run", "report", "replay", "redeliver"]);
    assert.deepEqual(await propose("hookline", "run", "--log-"), ["--log-format", "--log-level"]);
    assert.deepEqual(await propose("hookline", "run", "--log-format", ""), ["text", "json"]);
    assert.deepEqual(await propose("hookline", "tail", "two"), ["two words.log"]);
    assert.deepEqual(await propose("hookline", "check", "--config", "two"), ["two words.log"]);
    assert.deepEqual(await propose("hookline", "completions", "z"), ["zsh"]);
    assert.deepEqual(await propose("hookline", "nonsense", ""), []);
  },
});

Deno.test({
  name: "fish completes verbs, options and their values",
  ignore: !has("fish"),
  fn: async () => {
    await using dir = await tempDir();
    await Deno.writeTextFile(`${dir.path}/hookline.fish`, await hookline("completions", "fish"));
    const propose = async (line: string): Promise<string[]> => {
      const text = await output("fish", ["-c", `source ${dir.path}/hookline.fish; complete -C '${line}'`]);
      return text.split("\n").map((row) => row.split("\t")[0] ?? "").filter((word) => word !== "");
    };
    assert.deepEqual((await propose("hookline r")).sort(), ["redeliver", "replay", "report", "run"]);
    assert.ok((await propose("hookline tail --")).includes("--no-follow"));
    assert.deepEqual((await propose("hookline run --log-format ")).sort(), ["json", "text"]);
  },
});

Deno.test({
  name: "zsh can read its completions",
  ignore: !has("zsh"),
  fn: async () => {
    await using dir = await tempDir();
    await Deno.writeTextFile(`${dir.path}/_hookline`, await hookline("completions", "zsh"));
    await output("zsh", ["-n", `${dir.path}/_hookline`]);
    const load =
      `autoload -U compinit; compinit -u -D; source ${dir.path}/_hookline; print $_comps[hookline]`;
    assert.equal(await output("zsh", ["-f", "-c", load]), "_hookline\n");
  },
});

Deno.test("a shell that is missing or unknown ends with 64 and names those there are", async () => {
  for (const [args, message] of [[[], /bash\|zsh\|fish/], [["bsh"], /Did you mean bash\?/]] as const) {
    const { command, args: all } = hooklineCommand(["completions", ...args]);
    const { code, stderr } = await new Deno.Command(command, { args: all }).output();
    assert.equal(code, 64);
    assert.match(new TextDecoder().decode(stderr), message);
  }
});

Deno.test({
  name: "man shows the page without a warning, with every verb, option and exit code",
  ignore: !has("man"),
  fn: async () => {
    await using dir = await tempDir();
    await Deno.writeTextFile(`${dir.path}/hookline.1`, await hookline("man"));
    const shown = await output("man", ["--warnings=w", "--local-file", `${dir.path}/hookline.1`]);
    const text = shown.replaceAll(/\s+/g, " ");
    for (const { name, usage, about, options } of VERBS) {
      assert.ok(text.includes(`hookline ${usage}`), name);
      assert.ok(text.includes(about.replaceAll(/\s+/g, " ")), `${name}: ${about}`);
      for (const option of Object.keys(options)) assert.ok(text.includes(`--${option}`), option);
    }
    for (const code of [0, 1, 2, 64, 78]) assert.match(text, new RegExp(`EXIT STATUS.* ${code} `));
    assert.match(
      text,
      /While the file cannot be written, clients are told all the same: .*file_buffer, past it/,
    );
  },
});
