// The started program, as a newcomer starts it: a process of its own, real sockets, real files.
import { fileURLToPath } from "node:url";
import { RUN_ENV, V8_FLAGS } from "../../src/build/launch.ts";
import { until } from "./until.ts";

const MAIN = fileURLToPath(new URL("../../main.ts", import.meta.url));
const CONFIG = fileURLToPath(new URL("../../deno.json", import.meta.url));

export interface StartOptions {
  /** Working folder: hook.log of the default configuration lands here. */
  readonly cwd: string;
  /** hookline.toml as text; its listeners should have port 0. Default: one anonymous listener. */
  readonly config?: string;
  /** Has the HTTP API, at a free port of 127.0.0.1, for a configuration that says nothing of it. Default: none. */
  readonly http?: true;
  /** rmqtt-web-hook.toml as text. Default: every event to ./hook.log. */
  readonly hooks?: string;
  readonly env?: Record<string, string>;
  /** Default: nowhere. A pipe is the caller's to read or to close. */
  readonly stdout?: "piped";
}

/** One entry of the daemon's log. */
export type LogEntry = { readonly level: string; readonly msg: string } & Readonly<Record<string, unknown>>;

/** The command that runs Hookline: the source under Deno, or the executable that HOOKLINE_BIN names. */
export function hooklineCommand(args: readonly string[]): { command: string; args: string[] } {
  const binary = Deno.env.get("HOOKLINE_BIN");
  if (binary !== undefined) return { command: binary, args: [...args] };
  return {
    command: "env",
    args: [
      ...RUN_ENV,
      Deno.execPath(),
      "run",
      "--quiet",
      V8_FLAGS,
      "--cached-only",
      "-P=hookline",
      "--config",
      CONFIG,
      MAIN,
      ...args,
    ],
  };
}

/** A running broker. Disposing of it stops it with SIGTERM and waits. */
export class Hookline implements AsyncDisposable {
  readonly #process: Deno.ChildProcess;
  readonly #reading: Promise<void>;
  readonly log: LogEntry[] = [];
  #ended = false;

  private constructor(readonly options: StartOptions, process: Deno.ChildProcess) {
    this.#process = process;
    this.#reading = this.#readLog();
    void process.status.then(() => this.#ended = true);
  }

  /** Starts it and waits until it listens. */
  static async start(options: StartOptions): Promise<Hookline> {
    const config = options.config ?? `listener.tcp.default.addr = "127.0.0.1:0"\n`;
    const http = options.http ? 'http_laddr = "127.0.0.1:0"' : "enable = false";
    const whole = config.includes("http_api") ? config : `${config}\n[http_api]\n${http}\n`;
    await Deno.writeTextFile(`${options.cwd}/hookline.toml`, whole);
    const args = ["run", "--config", "hookline.toml", "--log-format", "json"];
    if (options.hooks !== undefined) {
      await Deno.writeTextFile(`${options.cwd}/hooks.toml`, options.hooks);
      args.push("--hooks", "hooks.toml");
    }
    const { command, args: all } = hooklineCommand(args);
    const process = new Deno.Command(command, {
      args: all,
      cwd: options.cwd,
      stdin: "null",
      stdout: options.stdout ?? "null",
      stderr: "piped",
      env: { NO_COLOR: "1", ...options.env },
    }).spawn();
    const hookline = new Hookline(options, process);
    try {
      // The live view listens right behind the broker.
      const listens = (): boolean =>
        hookline.port > 0 && (options.http !== true || hookline.#view !== undefined);
      await until(() => hookline.#ended || listens(), "the broker listens", 20_000);
      if (hookline.port === 0) throw new Error(`the broker did not start: ${JSON.stringify(hookline.log)}`);
    } catch (error) {
      await hookline[Symbol.asyncDispose]();
      throw error;
    }
    return hookline;
  }

  get pid(): number {
    return this.#process.pid;
  }

  /** Only of one that was started with `stdout: "piped"`. */
  get stdout(): ReadableStream<Uint8Array> {
    return this.#process.stdout;
  }

  /** Of the first listener; 0 until it listens. */
  get port(): number {
    const entry = this.log.find((e) => e.msg.startsWith("listening on"));
    return typeof entry?.["port"] === "number" ? entry["port"] : 0;
  }

  /** Of the HTTP API, without a path. */
  get httpUrl(): string {
    return `http://127.0.0.1:${this.#view?.["port"]}`;
  }

  get #view(): LogEntry | undefined {
    return this.log.findLast(({ msg }) => msg.startsWith("live view on "));
  }

  get url(): string {
    return `mqtt://127.0.0.1:${this.port}`;
  }

  /** The events in hook.log (or another file in the working folder), parsed; a torn line throws. */
  async events(file = "hook.log"): Promise<Record<string, unknown>[]> {
    const text = await Deno.readTextFile(`${this.options.cwd}/${file}`).catch(() => "");
    return text.split("\n").filter((line) => line !== "").map((line) => JSON.parse(line));
  }

  /** Waits until an event satisfies `test` and returns it. */
  async event(
    test: (event: Record<string, unknown>) => boolean,
    what: string,
  ): Promise<Record<string, unknown>> {
    let found: Record<string, unknown> | undefined;
    await until(async () => (found = (await this.events()).find(test)) !== undefined, what);
    return found ?? {};
  }

  /** Harmless once it has ended. */
  signal(signal: Deno.Signal): void {
    try {
      if (!this.#ended) this.#process.kill(signal);
    } catch (error) {
      // It has ended, and its status is not told yet.
      if (!(error instanceof TypeError)) throw error;
    }
  }

  /** Sends SIGHUP and waits for the outcome; returns what was logged since. */
  async reload(): Promise<LogEntry[]> {
    const before = this.log.length;
    const since = (): LogEntry[] => this.log.slice(before);
    this.signal("SIGHUP");
    await until(() => since().some(({ msg }) => /configuration (re|was not re)loaded/.test(msg)), "a reload");
    return since();
  }

  /** Sends `signal` and waits for the end. */
  async stop(signal: Deno.Signal = "SIGTERM"): Promise<Deno.CommandStatus> {
    this.signal(signal);
    return await this.end();
  }

  /** Waits for the end without asking for it. */
  async end(): Promise<Deno.CommandStatus> {
    const status = await this.#process.status;
    await this.#reading;
    return status;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async #readLog(): Promise<void> {
    let rest = "";
    for await (const text of this.#process.stderr.pipeThrough(new TextDecoderStream())) {
      const lines = (rest + text).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) this.log.push(parseEntry(line));
    }
  }
}

function parseEntry(line: string): LogEntry {
  try {
    return JSON.parse(line);
  } catch {
    // What Deno itself says (a crash) is no JSON, and is what a failing test wants to show.
    return { level: "raw", msg: line };
  }
}
