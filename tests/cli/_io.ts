// The two ways these tests run the command line: in this process with an Io in memory, or as the real program.
import { fileURLToPath } from "node:url";
import { main } from "../../src/cli/cli.ts";
import type { Io } from "../../src/cli/io.ts";

export interface MemoryIo extends Io {
  readonly stdout: string;
  readonly stderr: string;
}

export interface MemoryIoOptions {
  readonly cwd?: string;
  readonly isTerminal?: boolean;
  readonly errIsTerminal?: boolean;
  readonly columns?: number;
  readonly env?: Readonly<Record<string, string>>;
}

export function memoryIo(options: MemoryIoOptions = {}): MemoryIo {
  let stdout = "";
  let stderr = "";
  return {
    out: (text) => stdout += text,
    err: (text) => stderr += text,
    isTerminal: options.isTerminal ?? false,
    errIsTerminal: options.errIsTerminal ?? false,
    columns: options.columns,
    cwd: options.cwd ?? "/",
    env: (name) => options.env?.[name],
    get stdout(): string {
      return stdout;
    },
    get stderr(): string {
      return stderr;
    },
  };
}

export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** One command line in this process. */
export async function inProcess(args: readonly string[], options?: MemoryIoOptions): Promise<Outcome> {
  const io = memoryIo(options);
  const code = await main(args, io);
  return { code, stdout: io.stdout, stderr: io.stderr };
}

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** The real program, not yet started. */
export function program(args: readonly string[], cwd: string): Deno.Command {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", `--config=${ROOT}deno.json`, "-P=hookline", `${ROOT}main.ts`, ...args],
    cwd,
    env: { NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  });
}

/** The real program, run to its end. */
export async function outsideProcess(args: readonly string[], cwd = Deno.cwd()): Promise<Outcome> {
  const { code, stdout, stderr } = await program(args, cwd).output();
  const decoder = new TextDecoder();
  // Deno's own warning that named permission sets are new is not the program's.
  const own = decoder.decode(stderr).split("\n").filter((line) =>
    !line.includes("Permissions in the config file")
  );
  return { code, stdout: decoder.decode(stdout), stderr: own.join("\n") };
}
