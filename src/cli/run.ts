// `hookline run`: wires the rooms together, and takes them apart again when it is told to stop.
import { createAccess } from "../access/access.ts";
import { Broker } from "../broker/broker.ts";
import { Turn } from "../broker/turn.ts";
import type { Config } from "../config/config.ts";
import { isLoopback } from "../config/units.ts";
import { ReloadableHooks } from "../hooks/reloadable_hooks.ts";
import { systemClock } from "../base/clock.ts";
import { maskUrl } from "../sinks/mask_url.ts";
import { openSinks, type SinkSet } from "../sinks/open_sinks.ts";
import { configuredUrls, loadConfigured, sinkOptionsOf, strayNews } from "./configured.ts";
import { EXIT } from "./exit_code.ts";
import { ListenError, Listeners } from "./listeners.ts";
import { type Log, openLogger } from "./logger.ts";
import { openNotifier } from "./notify.ts";
import { Reloader } from "./reload.ts";
import { catchSignals } from "./signals.ts";
import { textOf, type Values, type Verb, wantsJson } from "./verb.ts";

/** How long clients that do not read may hold up the end, milliseconds. */
const STOP_TIMEOUT = 5_000;

export const run: Verb = async (values, _positionals, io) => {
  using signals = catchSignals();
  const load = (before?: Config): Config => withLogLevel(loadConfigured(values, io, before), values);
  const config = load();
  await using logger = openLogger({
    ...config.log,
    format: wantsJson(values) ? "json" : "text",
    err: io.err,
  });
  const { log } = logger;
  for (const warning of config.warnings) log("warn", warning);
  const sinkOptions = (of: Config) => sinkOptionsOf(of, io.cwd);
  await using sinks = openSinks(configuredUrls(config), sinkOptions(config), log, systemClock);
  const turn = new Turn(systemClock, () => sinks.flush());
  const hooks = new ReloadableHooks(() => turn.now);
  hooks.bind(config.hooks.rules, (url) => sinks.get(url), config.hooks.packetIdType);
  const broker = new Broker({
    options: config.broker,
    hooks: hooks.hooks,
    turn,
    clock: systemClock,
    access: createAccess(),
    log,
  });
  const listeners = new Listeners(broker, log);
  await using notifier = openNotifier({
    env: io.env,
    pid: Deno.pid,
    log,
    setTimer: systemClock.setTimer,
    throughTurn: (alive) => {
      turn.enter();
      turn.flushAtEnd({ flush: alive });
    },
  });
  const ready = (): void => notifier.ready(statusText(listeners));
  const reloader = new Reloader({
    config,
    load,
    logger,
    sinks,
    sinkOptions,
    hooks,
    broker,
    listeners,
    onReload: (state) => state === "begun" ? notifier.reloading() : ready(),
  });
  const reopen = (): void => {
    sinks.reopen();
    logger.reopen();
    log("info", "files reopened");
  };
  signals.serve({
    reload: () => {
      reopen();
      reloader.request();
    },
    reopen,
    force: () => {
      log("warn", "stopped at once by a second signal");
      Deno.exit(EXIT.forced);
    },
  });
  try {
    await listeners.open(config.listeners);
  } catch (error) {
    await broker.stop(0);
    if (!(error instanceof ListenError)) throw error;
    log("error", error.message);
    return EXIT.failed;
  }
  announce(listeners, sinks, config.mainFile, log);
  for (const sentence of strayNews(config, io.cwd)) log("warn", sentence);
  ready();
  const signal = await signals.stop;
  notifier.stopping();
  log("info", `stopping: ${signal}`, { clients: broker.snapshot().clients });
  await reloader.stop();
  listeners.close();
  await broker.stop(STOP_TIMEOUT);
  await sinks[Symbol.asyncDispose]();
  reportCounts(broker, log);
  return EXIT.done;
};

/** `--log-level` stands above the file's, also after a reload. */
function withLogLevel(config: Config, values: Values): Config {
  const level = textOf(values, "log-level") as Config["log"]["level"] | undefined;
  return level === undefined ? config : { ...config, log: { ...config.log, level } };
}

function announce(listeners: Listeners, sinks: SinkSet, mainFile: string | undefined, log: Log): void {
  for (const { config: { name }, listener: { address, port } } of listeners.all) {
    log("info", `listening on ${address}`, { listener: name, port });
  }
  for (const { url } of sinks.status()) log("info", `events go to ${maskUrl(url)}`);
  if (listeners.all.every(({ config }) => isLoopback(config.hostname))) {
    log("info", `only this machine can connect; to open it to others, ${howToOpen(listeners, mainFile)}`);
  }
}

function howToOpen(listeners: Listeners, mainFile: string | undefined): string {
  const config = listeners.all[0]?.config;
  if (mainFile === undefined || config === undefined) {
    return 'run `hookline init` and set listener.tcp.external.addr = "0.0.0.0:1883" in etc/hookline.toml, ' +
      "then `hookline run --config etc/hookline.toml`";
  }
  const { name, port } = config;
  const key = `listener.tcp.${name.includes(".") ? `"${name}"` : name}.addr`;
  return `set ${key} = "0.0.0.0:${port}" in ${mainFile}`;
}

/** What `systemctl status` shows. */
function statusText(listeners: Listeners): string {
  return `listening on ${listeners.all.map(({ listener }) => listener.address).join(", ")}`;
}

function reportCounts(broker: Broker, log: Log): void {
  const { connected, received, sent, dropped, refused } = broker.counters;
  log("info", "stopped", {
    connected,
    received,
    sent,
    ...Object.fromEntries([...dropped].map(([reason, count]) => [`dropped_${reason}`, count])),
    ...Object.fromEntries(
      [...refused].map(([reason, count]) => [`refused_${reason.replaceAll(/\W+/g, "_")}`, count]),
    ),
  });
}
