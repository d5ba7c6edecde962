// The command line: finds the verb, parses its options, runs it, turns what it throws into an exit code.
import manifest from "../../deno.json" with { type: "json" };
import { ConfigErrors } from "../config/config_error.ts";
import { SinkError } from "../sinks/sink.ts";
import { hintFor, parseArguments } from "./arguments.ts";
import { EXIT } from "./exit_code.ts";
import { programHelp, verbHelp } from "./help.ts";
import { type Io, processIo, StdoutClosed } from "./io.ts";
import { maskUrl } from "../sinks/mask_url.ts";
import { UsageError } from "./verb.ts";
import { versionLine } from "./version.ts";
import { VERBS } from "./verbs.ts";
import { visible } from "./visible.ts";

/** Runs one command line; resolves to the exit code. Never rejects. */
export async function main(args: readonly string[], io: Io = processIo()): Promise<number> {
  try {
    return await dispatch(args, io);
  } catch (error) {
    return report(error, io);
  }
}

async function dispatch(args: readonly string[], io: Io): Promise<number> {
  const [name, ...rest] = args;
  if (name === undefined || name === "--help" || name === "-h") {
    return print(programHelp(manifest.version), io);
  }
  if (name === "--version" || name === "-V" || name === "version") return print(versionLine(), io);
  if (name === "help") return await dispatch(rest[0] === undefined ? ["--help"] : [rest[0], "--help"], io);
  const verb = VERBS.find((entry) => entry.name === name);
  if (verb === undefined) throw unknownVerb(name);
  const { values, positionals } = parseArguments(verb, rest);
  if (values["help"] === true) return print(verbHelp(verb), io);
  if (values["version"] === true) return print(versionLine(), io);
  return await (await verb.load())(values, positionals, io);
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

/** Says what went wrong where the operator reads it, and chooses the exit code. */
function report(error: unknown, io: Io): number {
  if (error instanceof StdoutClosed) return EXIT.done;
  if (error instanceof UsageError) {
    io.err(`hookline: ${error.message}\n`);
    return EXIT.usage;
  }
  if (error instanceof ConfigErrors) {
    const lines = error.errors.map(({ message }) => `${visible(message)}\n`);
    const count = lines.length === 1 ? "1 error" : `${lines.length} errors`;
    io.err(`${lines.join("")}hookline: ${count} in the configuration.\n`);
    return EXIT.config;
  }
  if (error instanceof SinkError) {
    io.err(`hookline: ${visible(error.message.replaceAll(error.url, maskUrl(error.url)))}\n`);
    return EXIT.config;
  }
  io.err(`hookline: ${describe(error)}\n`);
  return EXIT.failed;
}

/** What the system refused is told in one line; anything else is a fault of the program and shows where. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return "code" in error && typeof error.code === "string" ? error.message : error.stack ?? error.message;
}
