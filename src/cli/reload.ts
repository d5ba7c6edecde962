// SIGHUP: the configuration is read again and takes effect as a whole, or, with any error in it, not at all.
import type { Broker } from "../broker/broker.ts";
import type { Config } from "../config/config.ts";
import { ConfigErrors } from "../config/config_error.ts";
import type { ReloadableHooks } from "../hooks/reloadable_hooks.ts";
import { maskUrl } from "../sinks/mask_url.ts";
import type { SinkOptions, SinkSet } from "../sinks/open_sinks.ts";
import { SinkError } from "../sinks/sink.ts";
import { configuredUrls } from "./configured.ts";
import { ListenError, type Listeners } from "./listeners.ts";
import type { Log, Logger } from "./logger.ts";

/** What a configuration takes effect on. */
export interface ReloadParts {
  /** The configuration that holds at first. */
  readonly config: Config;
  /** Reads the configuration as it is now, after the one that holds. Throws ConfigErrors. */
  readonly load: (before: Config) => Config;
  readonly logger: Logger;
  readonly sinks: SinkSet;
  readonly sinkOptions: (config: Config) => SinkOptions;
  readonly hooks: ReloadableHooks;
  readonly broker: Broker;
  readonly listeners: Listeners;
  /** Told before each reload and after it, however it went. */
  readonly onReload: (state: "begun" | "done") => void;
}

export class Reloader {
  readonly #parts: ReloadParts;
  #config: Config;
  #running: Promise<void> | undefined;
  #again = false;
  #stopped = false;

  constructor(parts: ReloadParts) {
    this.#parts = parts;
    this.#config = parts.config;
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
    const { onReload } = this.#parts;
    do {
      this.#again = false;
      onReload("begun");
      await this.#reload();
      onReload("done");
    } while (this.#again && !this.#stopped);
    this.#running = undefined;
  }

  async #reload(): Promise<void> {
    const { log } = this.#parts.logger;
    try {
      await this.#apply(this.#parts.load(this.#config));
    } catch (error) {
      const problems = problemsOf(error);
      for (const problem of problems) log("error", problem);
      log("error", "the configuration was not reloaded and stays as it was", { errors: problems.length });
    }
  }

  /** What can fail comes first and undoes itself; the rest happens within one turn. */
  async #apply(config: Config): Promise<void> {
    const { logger, sinks, sinkOptions, hooks, broker, listeners } = this.#parts;
    const before = new Map(sinks.status().map(({ url, status }) => [url, status.linesWaiting]));
    const prepared = await sinks.prepare(configuredUrls(config), sinkOptions(config));
    let changes: Awaited<ReturnType<Listeners["reload"]>>;
    try {
      changes = await listeners.reload(config.listeners);
    } catch (error) {
      prepared.abandon();
      throw error;
    }
    prepared.commit();
    hooks.bind(config.hooks.rules, (url) => sinks.get(url), config.hooks.packetIdType);
    const nodeId = broker.options.nodeId;
    broker.reconfigure(config.broker);
    logger.reconfigure(config.log);
    const { log } = logger;
    for (const warning of config.warnings) log("warn", warning);
    if (config.broker.nodeId !== nodeId) log("warn", `node.id stays ${nodeId} until a restart`);
    for (const { url, keys } of prepared.afterRestart) {
      log("warn", `${url}: its new ${keys.join(", ")} take effect after a restart`);
    }
    for (const { config: { name }, listener: { address, port } } of changes.opened) {
      log("info", `listening on ${address}`, { listener: name, port });
    }
    for (const { config: { name }, listener: { address } } of changes.closed) {
      log("info", `no longer listening on ${address}; its clients stay`, { listener: name });
    }
    this.#tellSinks(before, new Set(sinks.status().map(({ url }) => url)), log);
    this.#config = config;
    log("info", "configuration reloaded", { files: config.files.join(", ") || "none" });
  }

  /** @param before lines that waited, by URL */
  #tellSinks(before: ReadonlyMap<string, number>, after: ReadonlySet<string>, log: Log): void {
    for (const url of after) if (!before.has(url)) log("info", `events go to ${maskUrl(url)}`);
    for (const [url, waiting] of before) {
      if (!after.has(url)) {
        log("info", `events no longer go to ${maskUrl(url)}`, waiting > 0 ? { waiting } : {});
      }
    }
  }
}

/** Each mistake as a sentence. */
function problemsOf(error: unknown): string[] {
  if (error instanceof ConfigErrors) return error.errors.map(({ message }) => message);
  if (error instanceof SinkError) return [error.message.replaceAll(error.url, maskUrl(error.url))];
  if (error instanceof ListenError) return [error.message];
  // A defect of ours, and no reason for a running broker to end.
  return [error instanceof Error ? error.stack ?? error.message : String(error)];
}
