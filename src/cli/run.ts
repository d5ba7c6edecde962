// `hookline run`: wires the rooms together, and takes them apart again when it is told to stop.
import { createAccess } from "../access/access.ts";
import { Broker } from "../broker/broker.ts";
import { type Clock, Turn } from "../broker/turn.ts";
import type { Config } from "../config/config.ts";
import { createHooks } from "../hooks/bus.ts";
import { type Listener, listenTcp } from "../listeners/tcp.ts";
import { systemClock } from "../sinks/clock.ts";
import { openSinks, type SinkSet } from "../sinks/open_sinks.ts";
import { configuredUrls, isLoopback, loadConfigured } from "./configured.ts";
import { EXIT } from "./exit_code.ts";
import { type Log, openLogger } from "./logger.ts";
import { catchSignals } from "./signals.ts";
import { maskUrl } from "../sinks/mask_url.ts";
import { textOf, type Verb } from "./verb.ts";

/** How long clients that do not read may hold up the end, milliseconds. */
const STOP_TIMEOUT = 5_000;

const brokerClock: Clock = {
  now: Date.now,
  monotonic: systemClock.now,
  setTimer: systemClock.setTimer,
};

export const run: Verb = async (values, _positionals, io) => {
  const config = loadConfigured(values, io);
  await using logger = openLogger({
    ...config.log,
    level: (textOf(values, "log-level") ?? config.log.level) as Config["log"]["level"],
    format: textOf(values, "log-format") === "json" ? "json" : "text",
    err: io.err,
  });
  const { log } = logger;
  for (const warning of config.warnings) log("warn", warning);
  await using sinks = openConfiguredSinks(config, io.cwd, log);
  const turn = new Turn(brokerClock, () => sinks.flush());
  const broker = new Broker({
    options: config.broker,
    hooks: createHooks(config.hooks.rules, (url) => sinks.get(url), () => turn.now),
    turn,
    clock: brokerClock,
    access: createAccess(),
    log,
  });
  using signals = catchSignals({
    reopen: () => {
      sinks.reopen();
      logger.reopen();
      log("info", "files reopened");
    },
    force: () => {
      log("warn", "stopped at once by a second signal");
      Deno.exit(EXIT.forced);
    },
  });
  const listeners = openListeners(config, broker, log);
  if (listeners === undefined) {
    await broker.stop(0);
    return EXIT.failed;
  }
  announce(config, listeners, sinks, log);
  const signal = await signals.stop;
  log("info", `stopping: ${signal}`, { clients: broker.clients });
  for (const listener of listeners) listener.close();
  await broker.stop(STOP_TIMEOUT);
  sinks.flush();
  reportCounts(broker, log);
  return EXIT.done;
};

function openConfiguredSinks(config: Config, cwd: string, log: Log): SinkSet {
  const { file, http, endpoints } = config.hooks;
  return openSinks(
    configuredUrls(config),
    { cwd, file, http, endpoints },
    ({ level, url, text, dropped }) =>
      log(level, text, { url: maskUrl(url), ...(dropped !== undefined && { dropped }) }),
    systemClock,
  );
}

/** All listeners, or none and `undefined`. */
function openListeners(config: Config, broker: Broker, log: Log): Listener[] | undefined {
  const open: Listener[] = [];
  for (const listener of config.listeners) {
    try {
      open.push(listenTcp(
        listener,
        (transport) => broker.accept(transport, listener.options),
        (error) =>
          log("error", "a connection could not be accepted", { listener: listener.name, error: text(error) }),
      ));
    } catch (error) {
      for (const other of open) other.close();
      log("error", `cannot listen on ${listener.hostname}:${listener.port}: ${whyNot(error)}`, {
        listener: listener.name,
      });
      return undefined;
    }
  }
  return open;
}

function announce(config: Config, listeners: readonly Listener[], sinks: SinkSet, log: Log): void {
  for (const [i, listener] of listeners.entries()) {
    log("info", `listening on ${listener.address}`, {
      listener: config.listeners[i]?.name ?? "",
      port: listener.port,
    });
  }
  for (const { url } of sinks.status()) log("info", `events go to ${maskUrl(url)}`);
  if (config.listeners.every((listener) => isLoopback(listener.hostname))) {
    log(
      "info",
      "only this machine can connect; to open it to others, run `hookline init` and set " +
        'listener.tcp.external.addr = "0.0.0.0:1883" in etc/hookline.toml, then `hookline run --config etc/hookline.toml`',
    );
  }
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

function whyNot(error: unknown): string {
  if (error instanceof Deno.errors.AddrInUse) {
    return "the address is in use; is another broker running there?";
  }
  if (error instanceof Deno.errors.PermissionDenied) {
    return "ports below 1024 need a privilege this process does not have";
  }
  return text(error);
}

function text(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
