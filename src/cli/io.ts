// What a verb sees of the world around it, so that tests can hand it another one.
import { errorText } from "../base/error_text.ts";
import { Failure } from "../base/failure.ts";

export interface Io {
  /** Writes to stdout as it is; throws {@link StdoutClosed} when nobody reads it any more. */
  out(text: string): void;
  /** Writes to stderr as it is; never throws. */
  err(text: string): void;
  /** Whether stdout is a terminal. */
  readonly isTerminal: boolean;
  /** Whether stderr is one. */
  readonly errIsTerminal: boolean;
  /** Columns of the terminal now, or of `COLUMNS`; `undefined` where lines have no end to fit. */
  readonly columns: number | undefined;
  readonly cwd: string;
  /** An environment variable. */
  env(name: string): string | undefined;
}

/** The reader of a pipe such as `hookline tail | head` has seen enough; the program ends with 0. */
export class StdoutClosed extends Error {
  override readonly name = "StdoutClosed";
}

/** The `Io` of this process. */
export function processIo(): Io {
  const encoder = new TextEncoder();
  return {
    out: (text) => {
      try {
        writeAll(Deno.stdout, encoder.encode(text));
      } catch (error) {
        if (error instanceof Deno.errors.BrokenPipe) throw new StdoutClosed();
        throw new Failure(`the output cannot be written: ${errorText(error)}.`, { cause: error });
      }
    },
    err: (text) => {
      try {
        writeAll(Deno.stderr, encoder.encode(text));
      } catch {
        // stderr is where failures are told; when it is closed there is no other place.
      }
    },
    isTerminal: Deno.stdout.isTerminal(),
    errIsTerminal: Deno.stderr.isTerminal(),
    get columns(): number | undefined {
      return terminalColumns() ?? wholeNumber(Deno.env.get("COLUMNS"));
    },
    cwd: Deno.cwd(),
    env: (name) => Deno.env.get(name),
  };
}

/** A pipe may take less than it was given. */
function writeAll(to: { writeSync(bytes: Uint8Array): number }, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length;) at += to.writeSync(bytes.subarray(at));
}

function terminalColumns(): number | undefined {
  if (!Deno.stdout.isTerminal()) return undefined;
  try {
    const { columns } = Deno.consoleSize();
    return columns > 0 ? columns : undefined;
  } catch {
    // Some terminals do not know their size; then COLUMNS or nothing serves.
    return undefined;
  }
}

function wholeNumber(text: string | undefined): number | undefined {
  return text !== undefined && /^[1-9][0-9]{0,4}$/.test(text) ? Number(text) : undefined;
}
