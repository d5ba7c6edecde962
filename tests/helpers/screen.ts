// A program that draws a whole terminal, as someone sees it who types: util-linux's script gives it a terminal.
import { until } from "./until.ts";

/** `await using screen = Screen.run(command, args, { cwd });` */
export class Screen implements AsyncDisposable {
  readonly #process: Deno.ChildProcess;
  readonly #reading: Promise<void>;
  readonly #keys: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>;
  #ended = false;
  /** All that was written to the terminal. */
  output = "";

  private constructor(process: Deno.ChildProcess) {
    this.#process = process;
    this.#keys = process.stdin.getWriter();
    this.#reading = this.#read();
    void process.status.then(() => this.#ended = true);
  }

  /** Starts it on a terminal of 100 columns and 24 rows. */
  static run(
    command: string,
    args: readonly string[],
    { cwd, env = {} }: { readonly cwd: string; readonly env?: Readonly<Record<string, string>> },
  ): Screen {
    const line = [command, ...args].map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(" ");
    const child = new Deno.Command("script", {
      args: ["-qefc", `tty; stty columns 100 rows 24; exec ${line}`, "/dev/null"],
      cwd,
      env: { ...env, TERM: "xterm-256color" },
      stdin: "piped",
      stdout: "piped",
    });
    return new Screen(child.spawn());
  }

  /** What is drawn now, without colours, as lines. */
  get lines(): string[] {
    const drawn = this.output.split("\x1b[H").at(-1) ?? "";
    // deno-lint-ignore no-control-regex -- a terminal's own sequences
    return drawn.replaceAll(/\x1b\[[0-9;?]*[A-Za-z]/g, "").split(/\r*\n/);
  }

  /** Waits until what is drawn matches; fails with it when it ends or takes too long. */
  async shows(pattern: RegExp): Promise<void> {
    try {
      const matches = (): boolean => pattern.test(this.lines.join("\n"));
      await until(() => matches() || this.#ended, `the screen shows ${pattern}`, 20_000);
      if (!matches()) throw new Error(`it ended without ${pattern}`);
    } catch (error) {
      throw new Error(`the screen is:\n${this.lines.join("\n")}`, { cause: error });
    }
  }

  async type(text: string): Promise<void> {
    await this.#keys.write(new TextEncoder().encode(text));
  }

  /** Somebody drags the corner of the window. */
  async resize(columns: number, rows: number): Promise<void> {
    const [tty = ""] = /\/dev\/\S+/.exec(this.output) ?? [];
    const { success } = await new Deno.Command("stty", {
      args: ["-F", tty, "columns", `${columns}`, "rows", `${rows}`],
    }).output();
    if (!success) throw new Error(`${tty} could not be resized`);
  }

  /** Waits for its end; returns the exit code. */
  async end(): Promise<number> {
    const { code } = await this.#process.status;
    await this.#reading;
    await this.#keys.close().catch(() => undefined); // it is closed where the program ended first
    return code;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#ended) this.#process.kill();
    await this.end();
  }

  async #read(): Promise<void> {
    for await (const text of this.#process.stdout.pipeThrough(new TextDecoderStream())) this.output += text;
  }
}
