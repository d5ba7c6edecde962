// A line as someone types it into a terminal: it runs on, its output can be looked at, Ctrl-C ends it.
import { until } from "./until.ts";

export interface TerminalOptions {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** What stands before the shell. */
  readonly prefix?: readonly string[];
}

export class Terminal implements AsyncDisposable {
  readonly #process: Deno.ChildProcess;
  readonly #reading: Promise<unknown>;
  #ended = false;
  /** All that it printed, errors included. */
  text = "";

  constructor(readonly line: string, { cwd, env, prefix = [] }: TerminalOptions) {
    const [command = "", ...args] = [...prefix, "sh", "-c", line];
    // Detached: a process group of its own, which Ctrl-C goes to as a whole.
    this.#process = new Deno.Command(command, {
      args,
      cwd,
      env: { ...env },
      detached: true,
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.#reading = Promise.all([this.#read(this.#process.stdout), this.#read(this.#process.stderr)]);
    void this.#process.status.then(() => this.#ended = true);
  }

  /** Waits until what it printed matches; fails with all of it when it ends or takes too long before. */
  async shows(pattern: RegExp, timeout = 20_000): Promise<void> {
    try {
      await until(() => pattern.test(this.text) || this.#ended, `${this.line} shows ${pattern}`, timeout);
      if (this.#ended) await this.#reading;
      if (!pattern.test(this.text)) throw new Error(`${this.line} ended without ${pattern}`);
    } catch (error) {
      throw new Error(`it printed:\n${this.text}`, { cause: error });
    }
  }

  /** Waits for its end; returns the exit code. */
  async end(): Promise<number> {
    const { code } = await this.#process.status;
    await this.#reading;
    return code;
  }

  /** Ctrl-C, and waits for the end. */
  async interrupt(): Promise<void> {
    try {
      Deno.kill(-this.#process.pid, "SIGINT");
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error; // it has ended
    }
    await this.end();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.interrupt();
  }

  async #read(stream: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<void> {
    for await (const text of stream.pipeThrough(new TextDecoderStream())) this.text += text;
  }
}
