// The command line: finds the verb, parses its options, runs it, turns what it throws into an exit code.
import manifest from "../../deno.json" with { type: "json" };
import { hintFor, parseArguments } from "./arguments.ts";
import { EXIT } from "./exit_code.ts";
import { programHelp, verbHelp } from "./help.ts";
import { type Io, processIo } from "./io.ts";
import { tellError } from "./tell_error.ts";
import { UsageError, wantsJson } from "./verb.ts";
import { runtimeProblem, versionLine } from "./version.ts";
import { VERBS } from "./verbs.ts";

/**
 * Runs one command line; resolves to the exit code. Never rejects.
 * @param deno the version of the runtime. It is looked at before a verb is loaded: an older one would stumble
 * over that.
 */
export async function main(
  args: readonly string[],
  io: Io = processIo(),
  deno: string = Deno.version.deno,
): Promise<number> {
  const problem = runtimeProblem(deno);
  if (problem !== undefined) {
    io.err(`hookline: ${problem}\n`);
    return EXIT.failed;
  }
  try {
    return await dispatch(args, io);
  } catch (error) {
    return tellError(error, io, false);
  }
}

async function dispatch(args: readonly string[], io: Io): Promise<number> {
  const [name, ...rest] = args;
  if (name === undefined || name === "--help" || name === "-h") {
    return print(programHelp(manifest.version, VERBS), io);
  }
  if (name === "--version" || name === "-V" || name === "version") return print(versionLine(), io);
  if (name === "help") return await dispatch(rest[0] === undefined ? ["--help"] : [rest[0], "--help"], io);
  const verb = VERBS.find((entry) => entry.name === name);
  if (verb === undefined) throw unknownVerb(name);
  const { values, positionals } = parseArguments(verb, rest);
  if (values["help"] === true) return print(verbHelp(verb), io);
  if (values["version"] === true) return print(versionLine(), io);
  try {
    return await (await verb.load())(values, positionals, io);
  } catch (error) {
    return tellError(error, io, wantsJson(values));
  }
}

function print(text: string, io: Io): number {
  io.out(text);
  return EXIT.done;
}

function unknownVerb(name: string): UsageError {
  const names = VERBS.map((verb) => verb.name);
  if (name.startsWith("-")) {
    return new UsageError(
      `Unknown option ${JSON.stringify(name)}: options stand behind a verb, as in ` +
        `hookline run ${name}. See hookline --help.`,
    );
  }
  return new UsageError(
    `Unknown verb ${JSON.stringify(name)}; allowed: ${names.join(", ")}.${hintFor(name, names)} ` +
      `See hookline --help.`,
  );
}
