// What ends a command line, said where the operator reads it, and the exit code that stands for it.
import { ConfigErrors, TOLD_ERRORS } from "../config/config_error.ts";
import type { LogFields } from "../base/log.ts";
import { errorText } from "../base/error_text.ts";
import { Failure } from "../base/failure.ts";
import { SinkError } from "../sinks/sink.ts";
import { EXIT } from "./exit_code.ts";
import { type Io, StdoutClosed } from "./io.ts";
import { jsonLog } from "../daemon/logger.ts";
import { UsageError } from "./verb.ts";
import { visible } from "../terminal/visible.ts";

/**
 * Writes `error` to stderr and returns the exit code.
 * @param json as entries of the log (`--log-format json`), not as text
 */
export function tellError(error: unknown, io: Io, json: boolean): number {
  if (error instanceof StdoutClosed) return EXIT.done;
  if (error instanceof ConfigErrors) {
    tellConfigErrors(error, io, json);
    return EXIT.config;
  }
  const [text, code] = sentenceOf(error);
  tell(text, {}, io, json, "hookline: ");
  return code;
}

function tellConfigErrors({ errors }: ConfigErrors, io: Io, json: boolean): void {
  for (const { message, file, line, key } of errors.slice(0, TOLD_ERRORS)) {
    tell(message, { file, ...(line !== undefined && { line }), ...(key !== "" && { key }) }, io, json);
  }
  const count = errors.length === 1 ? "1 error" : `${errors.length} errors`;
  const shown = errors.length > TOLD_ERRORS ? `; the first ${TOLD_ERRORS} are shown` : "";
  if (!json) io.err(`hookline: ${count} in the configuration${shown}.\n`);
}

function tell(text: string, fields: LogFields, io: Io, json: boolean, before = ""): void {
  if (json) jsonLog(io.err)("error", text, fields);
  else io.err(`${before}${text}\n`);
}

function sentenceOf(error: unknown): [text: string, code: number] {
  if (error instanceof UsageError) return [error.message, EXIT.usage];
  if (error instanceof SinkError) return [visible(error.shown), EXIT.config];
  if (error instanceof Failure) return [visible(error.message), EXIT.failed];
  return [failureText(error), EXIT.failed];
}

/** What the system refused is told in one line; anything else is a fault of the program and shows where. */
function failureText(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof Deno.errors.NotCapable) {
    const what = /"(.*?)"/.exec(error.message)?.[1];
    return visible(`${what === undefined ? "" : `${what} cannot be used: `}${errorText(error)}.`);
  }
  return "code" in error && typeof error.code === "string"
    ? visible(error.message)
    : error.stack ?? error.message;
}
