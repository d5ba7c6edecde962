// SIGHUP: the configuration is read again and takes effect as a whole, or, with any error in it, not at all.
import { errorStack } from "../base/error_text.ts";
import type { Log } from "../base/log.ts";
import type { Prepared, Reloadable } from "../base/prepared.ts";
import type { Config } from "../config/config.ts";
import { ConfigErrors, TOLD_ERRORS } from "../config/config_error.ts";
import { ListenError } from "../listeners/listeners.ts";
import { SinkError } from "../sinks/sink.ts";
import { ServeError } from "../status/server.ts";
import { limitChanges } from "./limit_changes.ts";

export interface ReloadOptions {
  /** The configuration that holds at first. */
  readonly config: Config;
  /** Reads the configuration as it is now, after the one that holds. Throws ConfigErrors. */
  readonly load: (before: Config) => Config;
  /** What a configuration takes effect on, in this order. */
  readonly parts: readonly Reloadable<Config>[];
  readonly log: Log;
  /** Told before each reload and after it, however it went. */
  readonly onReload: (state: "begun" | "done") => void;
}

export class Reloader {
  readonly #options: ReloadOptions;
  #config: Config;
  #running: Promise<void> | undefined;
  #again = false;
  #stopped = false;

  constructor(options: ReloadOptions) {
    this.#options = options;
    this.#config = options.config;
  }

  /** Begins a reload; one that is asked for during another follows it. */
  request(): void {
    if (this.#stopped) return;
    if (this.#running !== undefined) {
      this.#again = true;
      return;
    }
    this.#running = this.#run();
  }

  /** Begins no more, and waits for the one under way. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#running;
  }

  async #run(): Promise<void> {
    const { onReload } = this.#options;
    do {
      this.#again = false;
      onReload("begun");
      await this.#reload();
      onReload("done");
    } while (this.#again && !this.#stopped);
    this.#running = undefined;
  }

  async #reload(): Promise<void> {
    const { load, log } = this.#options;
    try {
      const config = load(this.#config);
      const parts = await this.#prepareAll(config);
      // Within one turn, so that no event meets half of it.
      for (const part of parts) part.commit();
      for (const sentence of limitChanges(this.#config, config)) log("info", sentence);
      this.#config = config;
      for (const warning of config.warnings) log("warn", warning);
      for (const sentence of parts.flatMap(({ afterRestart }) => afterRestart)) log("warn", sentence);
      log("info", "configuration reloaded", { files: config.files.join(", ") || "none" });
    } catch (error) {
      const problems = problemsOf(error);
      for (const problem of problems.slice(0, TOLD_ERRORS)) log("error", problem);
      log("error", "the configuration was not reloaded and stays as it was", { errors: problems.length });
    }
  }

  /** Every part ready, or rejects and leaves every part as it was. */
  async #prepareAll(config: Config): Promise<readonly Prepared[]> {
    const prepared: Prepared[] = [];
    try {
      for (const part of this.#options.parts) prepared.push(await part.prepare(config));
      return prepared;
    } catch (error) {
      for (const part of prepared.toReversed()) await part.abandon();
      throw error;
    }
  }
}

/** Each mistake as a sentence. */
function problemsOf(error: unknown): string[] {
  if (error instanceof ConfigErrors) return error.errors.map(({ message }) => message);
  if (error instanceof SinkError) return [error.shown];
  if (error instanceof ListenError || error instanceof ServeError) return [error.message];
  // A defect of ours, and no reason for a running broker to end.
  return [errorStack(error)];
}
