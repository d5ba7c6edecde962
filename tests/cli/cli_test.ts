// The command line: verbs, options, help, exit codes.
import assert from "node:assert/strict";
import manifest from "../../deno.json" with { type: "json" };
import { parseArguments } from "../../src/cli/arguments.ts";
import { VERBS } from "../../src/cli/verbs.ts";
import { inProcess, outsideProcess, program } from "./_io.ts";
import { inTempDir } from "../helpers/temp_dir.ts";

function parse(...args: string[]): ReturnType<typeof parseArguments> {
  const tail = VERBS.find(({ name }) => name === "tail");
  assert.ok(tail);
  return parseArguments(tail, args);
}

Deno.test("the program shows help on stdout and ends with 0 when it is given nothing", async () => {
  const { code, stdout, stderr } = await outsideProcess([]);
  assert.equal(code, 0);
  assert.equal(stderr, "");
  for (const { name, summary } of VERBS) assert.match(stdout, new RegExp(`^ {2}${name} +${summary}$`, "m"));
  for (const code of [0, 1, 2, 64, 78]) assert.match(stdout, new RegExp(`^ {2}${code} `, "m"));
});

Deno.test("the program tells its version and Deno's", async () => {
  const { code, stdout } = await outsideProcess(["--version"]);
  assert.equal(code, 0);
  const { deno, v8 } = Deno.version;
  const start = `hookline ${manifest.version} (deno ${deno}, v8 ${v8}, ${Deno.build.target}, `;
  assert.ok(stdout.startsWith(start), stdout);
  assert.match(stdout.slice(start.length), /^(from source|commit [0-9a-f]{12}(-dirty)?)\)\n$/);
});

Deno.test("the program ends with 64 and names the nearest verb", async () => {
  const { code, stdout, stderr } = await outsideProcess(["chekc"]);
  assert.equal(code, 64);
  assert.equal(stdout, "");
  assert.match(stderr, /^hookline: Unknown verb "chekc"; .* Did you mean check\?/);
});

Deno.test("the program ends with 1 and one line when the system refuses", () =>
  inTempDir(async (dir) => {
    const { code, stdout, stderr } = await outsideProcess(["tail", "--no-follow"], dir);
    assert.equal(code, 1);
    assert.equal(stdout, "");
    assert.match(stderr, /^hookline: .*hook\.log.*\n$/);
  }));

Deno.test("the program ends with 0 and in silence when nobody reads its output any more", () =>
  inTempDir(async (dir) => {
    const line = `${JSON.stringify({ action: "a", clientid: "x".repeat(200) })}\n`;
    await Deno.writeTextFile(`${dir}/hook.log`, line.repeat(20_000));
    const child = program(["tail", "--json", "-n", "20000"], dir).spawn();
    const reader = child.stdout.getReader();
    await reader.read();
    await reader.cancel();
    const decoder = new TextDecoder();
    let stderr = "";
    for await (const chunk of child.stderr) stderr += decoder.decode(chunk);
    assert.equal((await child.status).code, 0);
    assert.doesNotMatch(stderr, /hookline|error/i);
  }));

Deno.test("every verb explains itself and each of its options", async () => {
  for (const verb of VERBS) {
    const help = await inProcess([verb.name, "--help"]);
    assert.equal(help.code, 0);
    assert.ok(help.stdout.includes(`Usage: hookline ${verb.usage}\n`));
    for (const [name, option] of Object.entries(verb.options)) {
      assert.ok(help.stdout.includes(`--${name}`), `${verb.name} --${name}`);
      assert.ok(help.stdout.includes(option.help), `${verb.name} --${name}`);
    }
    for (const line of help.stdout.split("\n")) assert.ok(line.length <= 100, line);
    assert.deepEqual(await inProcess(["help", verb.name]), help);
  }
});

Deno.test("loads the code behind every verb", async () => {
  for (const verb of VERBS) assert.equal(typeof await verb.load(), "function", verb.name);
});

const WRONG: readonly (readonly [string[], RegExp])[] = [
  [["--confg", "x"], /Unknown option "--confg": options stand behind a verb/],
  [["run", "--confg", "x"], /Unknown option "--confg" of hookline run\. Did you mean --config\?/],
  [["run", "-x"], /Unknown option "-x" of hookline run\. See hookline run --help/],
  [["run", "--__proto__"], /Unknown option "--__proto__"/],
  [["run", "extra"], /Unexpected argument "extra"\. Usage: hookline run/],
  [["run", "--config"], /--config needs a value: --config FILE\./],
  [["run", "--config", "--hooks"], /--config needs a value: .* is written --config=--hooks/],
  [["run", "--log-format", "jsn"], /--log-format cannot be "jsn"; allowed: text, json\. Did you mean json\?/],
  [["run", "--log-level=verbose"], /--log-level cannot be "verbose"; allowed: off, error, warn/],
  [["tail", "-n", "ten"], /-n cannot be "ten"; allowed: a whole number from 0/],
  [["tail", "--lines=-1"], /--lines cannot be "-1"/],
  [["tail", "--lines=1e3"], /--lines cannot be "1e3"/],
  [["tail", "--no-follow=yes"], /--no-follow takes no value; it was given "yes"/],
  [["tail", "--topic", "a/#/b"], /--topic cannot be "a\/#\/b": # must stand alone in the last level/],
  [["tail", "a", "b"], /Unexpected argument "b"/],
  [["\x1b[31m"], /Unknown verb "\\u001b\[31m"/],
];

for (const [args, message] of WRONG) {
  Deno.test(`ends with 64 and says why: ${JSON.stringify(args)}`, async () => {
    const { code, stdout, stderr } = await inProcess(args);
    assert.equal(code, 64);
    assert.equal(stdout, "");
    assert.match(stderr, message);
  });
}

Deno.test("fills in defaults and takes values in every way they are written", () => {
  assert.deepEqual({ ...parse().values }, { lines: 10, event: [], color: "auto" });
  assert.equal(parse("-n5").values["lines"], 5);
  assert.equal(parse("-n", "0").values["lines"], 0);
  assert.deepEqual(parse("--event", "a", "f.log", "--event=b").values["event"], ["a", "b"]);
  assert.deepEqual(parse("--event", "a", "f.log").positionals, ["f.log"]);
  assert.equal(parse("--client=--odd").values["client"], "--odd");
  assert.equal(parse("--client=").values["client"], "");
  assert.deepEqual(parse("--", "--no-follow").positionals, ["--no-follow"]);
});
