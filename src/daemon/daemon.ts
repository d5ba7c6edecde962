// The daemon: wires the rooms together, runs until it is told to stop, and takes them apart again.
import { Chain } from "../access/chain.ts";
import { type Clock, systemClock } from "../base/clock.ts";
import { nothingToPrepare, type Prepared, type Reloadable } from "../base/prepared.ts";
import { Broker } from "../broker/broker.ts";
import { Turn } from "../broker/turn.ts";
import type { Config, ServedListener } from "../config/config.ts";
import { ReloadableHooks } from "../hooks/reloadable_hooks.ts";
import { CertificateWatch } from "../listeners/certificate_watch.ts";
import { ListenError, Listeners } from "../listeners/listeners.ts";
import { openSinks, type SinkSet } from "../sinks/open_sinks.ts";
import { RecentEntries } from "../status/log_entries.ts";
import { ServeError } from "../status/server.ts";
import { Status } from "../status/status.ts";
import { NoJournal } from "../store/journal.ts";
import { KeptStore } from "../store/kept_store.ts";
import type { StoreOptions } from "../store/options.ts";
import { announce, reportCounts, statusText } from "./announce.ts";
import { configuredUrls, sinkOptionsOf, strayNews } from "./configured.ts";
import { type Logger, openLogger } from "./logger.ts";
import { type Notifier, openNotifier } from "./notify.ts";
import { Reloader } from "./reload.ts";
import { receiverFor, type ServedReceiver } from "./served_listeners.ts";
import type { Signals } from "./signals.ts";
import { sourcesOf } from "./status_sources.ts";

/** How long clients that do not read may hold up the end, milliseconds. */
const STOP_TIMEOUT = 5_000;

export interface DaemonOptions {
  /** Of the program. */
  readonly version: string;
  /** Reads the configuration, after the first time after the one that holds. Throws ConfigErrors. */
  readonly load: (before?: Config) => Config;
  readonly signals: Signals;
  readonly logFormat: "text" | "json";
  /** Writes to stderr; never throws. */
  readonly err: (text: string) => void;
  /** Folder, absolute, that relative paths start from. */
  readonly cwd: string;
  readonly env: (name: string) => string | undefined;
}

/**
 * Resolves when a signal has stopped it: true, or false when a listener could not be had, which the log
 * tells. Rejects with ConfigErrors and SinkError.
 */
export async function runDaemon(options: DaemonOptions): Promise<boolean> {
  const { version, load, signals, logFormat: format, err, cwd, env } = options;
  const clock = systemClock;
  const config = load();
  const entries = new RecentEntries();
  await using logger = openLogger({
    ...config.log,
    format,
    err,
    clock,
    onEntry: (time, level, msg, fields) => entries.add({ time, level, msg, fields }),
  });
  const { log } = logger;
  for (const warning of config.warnings) log("warn", warning);
  await using sinks = openSinks(configuredUrls(config), sinkOptionsOf(config, cwd), log, clock);
  await using store = storeOf(config.store, logger, clock);
  const wired = wire(config, sinks, store, logger, clock);
  const { turn, broker, listeners } = wired;
  await using status = new Status(sourcesOf({ ...wired, sinks, store, entries, version, log, clock }));
  using _access = wired.access;
  await using notifier = openNotifier({
    env,
    pid: Deno.pid,
    log,
    clock,
    throughTurn: (alive) => {
      turn.enter();
      turn.flushAtEnd({ flush: alive });
    },
  });
  const reloader = new Reloader({
    config,
    load,
    parts: partsOf(config, wired, sinks, logger, status, cwd),
    log,
    onReload: (state) => state === "begun" ? notifier.reloading() : tellReady(notifier, listeners),
  });
  serveSignals(signals, reloader, sinks, logger);
  try {
    await status.open(config.status);
    await listeners.open(config.listeners);
  } catch (error) {
    listeners.close();
    await broker.stop(0);
    if (!(error instanceof ListenError || error instanceof ServeError)) throw error;
    log("error", error.message);
    return false;
  }
  announce(listeners.all, sinks, config.mainFile, log);
  for (const sentence of strayNews(config, cwd)) log("warn", sentence);
  using _certificates = new CertificateWatch(() => listeners.all, clock, log);
  tellReady(notifier, listeners);

  const signal = await signals.stop;

  notifier.stopping();
  log("info", `stopping: ${signal}`, { clients: broker.snapshot().clients });
  await reloader.stop();
  listeners.close();
  await status[Symbol.asyncDispose]();
  await broker.stop(STOP_TIMEOUT);
  await store?.[Symbol.asyncDispose]();
  await sinks[Symbol.asyncDispose]();
  reportCounts(broker.counters, log);
  return true;
}

interface Wired {
  readonly turn: Turn;
  readonly hooks: ReloadableHooks;
  readonly access: Chain;
  readonly broker: Broker;
  /** None is open yet. */
  readonly listeners: Listeners<ServedListener, ServedReceiver>;
}

/** `undefined`: nothing outlives the process. */
function storeOf({ path, ...options }: StoreOptions, { log }: Logger, clock: Clock): KeptStore | undefined {
  return path === undefined ? undefined : new KeptStore(path, options, clock, log);
}

function wire(
  config: Config,
  sinks: SinkSet,
  store: KeptStore | undefined,
  { log }: Logger,
  clock: Clock,
): Wired {
  const turn = new Turn(clock, () => {
    const logged = sinks.flush();
    const stored = store?.commit() ?? true;
    return logged && stored;
  });
  const hooks = new ReloadableHooks(() => turn.now, (url) => sinks.get(url));
  hooks.prepare(config.hooks).commit();
  const access = new Chain(config.access, clock, log);
  const journal = store?.journal ?? new NoJournal();
  const broker = new Broker({
    options: config.broker,
    hooks: hooks.hooks,
    turn,
    clock,
    access,
    journal,
    requiredLines: sinks,
    log,
  });
  store?.heal((opened) => broker.adopt(opened));
  const listeners = new Listeners<ServedListener, ServedReceiver>(
    (listener) => receiverFor(broker, listener),
    log,
    clock,
  );
  return { turn, hooks, access, broker, listeners };
}

/**
 * All that a reload changes. The log first, for the others tell there what changed; the sinks before the
 * hooks, whose rules lead to them; the listeners last, for a connection may come as soon as one is open, and
 * whether a client may stay depends on its listener.
 */
function partsOf(
  atStart: Config,
  { hooks, access, broker, listeners }: Wired,
  sinks: SinkSet,
  logger: Logger,
  status: Status,
  cwd: string,
): readonly Reloadable<Config>[] {
  return [
    { prepare: ({ log }) => logger.prepare(log) },
    { prepare: (config) => sinks.prepare(configuredUrls(config), sinkOptionsOf(config, cwd)) },
    { prepare: (config) => hooks.prepare(config.hooks) },
    { prepare: ({ store }) => nothingToPrepare(() => {}, changedStore(atStart.store, store)) },
    { prepare: (config) => broker.prepare(config.broker) },
    { prepare: (config) => access.prepare(config.access) },
    { prepare: async (config) => withClients(await listeners.prepare(config.listeners), broker) },
    { prepare: (config) => status.prepare(config.status) },
  ];
}

/** What only a restart can give. */
function changedStore(before: StoreOptions, now: StoreOptions): string[] {
  const same = before.path === now.path && before.fsync === now.fsync && before.maxBytes === now.maxBytes;
  return same ? [] : ["[store] stays as it was until a restart"];
}

/** Who is here already must have what the new rules allow, and nothing more. */
function withClients(prepared: Prepared, broker: Broker): Prepared {
  return {
    ...prepared,
    commit: () => {
      prepared.commit();
      broker.reauthorise();
    },
  };
}

function serveSignals(signals: Signals, reloader: Reloader, sinks: SinkSet, logger: Logger): void {
  const reopen = (): void => {
    sinks.reopen();
    logger.reopen();
    logger.log("info", "files reopened");
  };
  signals.serve({
    reload: () => {
      reopen();
      reloader.request();
    },
    reopen,
    forced: () => logger.log("warn", "stopped at once by a second signal"),
  });
}

function tellReady(notifier: Notifier, listeners: Listeners<ServedListener>): void {
  notifier.ready(statusText(listeners.all));
}
