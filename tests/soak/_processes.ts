// The processes of a soak test, and what is looked at in them.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const CONFIG = fileURLToPath(new URL("../../deno.json", import.meta.url));

/** A helper process: lines out of it, words into it. */
export class Helper {
  readonly #process: Deno.ChildProcess;
  readonly #lines: ReadableStreamDefaultReader<string>;
  readonly #in: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>;

  /** @param script beside this file */
  constructor(script: string, args: readonly string[]) {
    this.#process = new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "--quiet",
        "-A",
        "--config",
        CONFIG,
        fileURLToPath(new URL(script, import.meta.url)),
        ...args,
      ],
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    this.#lines = this.#process.stdout.pipeThrough(new TextDecoderStream()).getReader();
    this.#in = this.#process.stdin.getWriter();
  }

  /** What it prints next. */
  async line(): Promise<string> {
    return ((await this.#lines.read()).value ?? "").trim();
  }

  async say(word: string): Promise<void> {
    await this.#in.write(new TextEncoder().encode(`${word}\n`));
  }

  /** Closes its input, and waits for its end; returns the rest it printed. */
  async end(): Promise<string> {
    await this.#in.close().catch(() => undefined);
    let rest = "";
    for (let next = await this.#lines.read(); !next.done; next = await this.#lines.read()) rest += next.value;
    await this.#process.status;
    return rest.trim();
  }

  async kill(): Promise<void> {
    this.#process.kill("SIGKILL");
    await this.end();
  }
}

/** Resident memory of a process, bytes. */
export function residentBytes(pid: number): number {
  return Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) * 1024;
}

export function megabytes(bytes: number): number {
  return Number((bytes / 1024 / 1024).toFixed(1));
}

/** Numbers, one a line. */
export function numbersIn(path: string): Set<number> {
  return new Set(readFileSync(path, "utf8").split("\n").filter((line) => line !== "").map(Number));
}

export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

export function print(value: unknown): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${JSON.stringify(value)}\n`));
}
