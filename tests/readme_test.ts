// README shows what a user does first, so all of it is tried: commands exist and work, samples load.
import { equal, match, ok } from "node:assert/strict";
import { fileURLToPath } from "node:url";
import manifest from "../deno.json" with { type: "json" };
import { EVENT_NAMES } from "../src/hooks/events.ts";
import { EXIT_MEANINGS } from "../src/cli/exit_code.ts";
import { hooklineCommand } from "./helpers/hookline.ts";
import { tempDir } from "./helpers/temp_dir.ts";

const README = await Deno.readTextFile(fileURLToPath(new URL("../README.md", import.meta.url)));

/** The fenced blocks of one language. */
function blocks(language: string): string[] {
  return [...README.matchAll(new RegExp("^```" + language + "\\n(.*?)^```", "gms"))].map((m) => m[1] ?? "");
}

const COMMANDS = blocks("sh").flatMap((block) => block.trimEnd().split("\n"));

async function run(
  command: string,
  args: readonly string[],
  cwd: string,
  env: Record<string, string> = {},
): Promise<string> {
  const { code, stdout, stderr } = await new Deno.Command(command, { args: [...args], cwd, env }).output();
  const text = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  equal(code, 0, `${command} ${args.join(" ")}: ${text}`);
  return text;
}

Deno.test("every task that README names is one", () => {
  const named = COMMANDS.flatMap((line) =>
    /^(?:npx --yes deno@2\.9\.6|deno) task (\w+)/.exec(line)?.[1] ?? []
  );
  ok(named.length >= 6);
  for (const task of named) ok(task in manifest.tasks, `there is no task ${task}`);
});

Deno.test("README's way to open the broker to others works to the letter", async () => {
  await using dir = await tempDir();
  const block = blocks("sh").find((text) => text.includes("hookline init")) ?? "";
  const steps = block.trimEnd().split("\n");
  equal(steps.length, 4);
  for (const step of steps.slice(0, 3)) {
    const hookline = /^deno task hookline (.*)$/.exec(step)?.[1];
    if (hookline === undefined) await run("sh", ["-c", step], dir.path);
    else {
      const { command, args } = hooklineCommand(withoutNetwork(hookline.split(" ")));
      await run(command, args, dir.path);
    }
  }
  equal(steps[3], "deno task hookline run --config etc/hookline.toml");
  const { command, args } = hooklineCommand(withoutNetwork(["check", "--config", "etc/hookline.toml"]));
  match(await run(command, args, dir.path), /0\.0\.0\.0:1883 .*the network/);
});

Deno.test("every verb that README names explains itself", async () => {
  const verbs = new Set(COMMANDS.flatMap((line) => /^(?:deno task )?hookline (\w+)/.exec(line)?.[1] ?? []));
  ok(verbs.size >= 4);
  for (const verb of verbs) {
    const { command, args } = hooklineCommand([verb, "--help"]);
    match(await run(command, args, "."), new RegExp(`hookline ${verb}`));
  }
});

Deno.test("README's configuration loads", async () => {
  await using dir = await tempDir();
  const [broker = "", files = "", http = ""] = blocks("toml");
  await Deno.writeTextFile(`${dir.path}/hookline.toml`, broker);
  await Deno.writeTextFile(`${dir.path}/files.toml`, files.replaceAll("/var/log", `${dir.path}/log`));
  await Deno.writeTextFile(`${dir.path}/http.toml`, http);
  const check = async (hooks: string): Promise<string> => {
    const { command, args } = hooklineCommand(
      withoutNetwork(["check", "--config", "hookline.toml", "--hooks", hooks]),
    );
    return await run(command, args, dir.path, { HOOK_TOKEN: "secret" });
  };
  match(await check("files.toml"), /message_publish +alarm +alarm\/\+/);
  const told = await check("http.toml");
  match(told, /message_publish +message_publish +all +https:\/\/example\.com\/hook/);
  ok(!told.includes("secret"));
});

Deno.test("README's line is a line, its events are all there are, its exit codes are those of the program", () => {
  const [line = ""] = blocks("json");
  equal(JSON.parse(line).action, "message_publish");
  for (const event of EVENT_NAMES) ok(README.includes(`\`${event}\``), `${event} is not in README`);
  for (const code of EXIT_MEANINGS.keys()) match(README, new RegExp(`Exit codes:.*\\b${code}\\b`));
});

/** The port of the samples may be another test's. */
function withoutNetwork(args: string[]): string[] {
  return args[0] === "check" ? [...args, "--offline"] : args;
}
