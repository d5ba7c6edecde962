// What the log says of the daemon as a whole: where it can be reached, where events go, and what it did in
// its life.
import type { Log } from "../base/log.ts";
import type { Counters } from "../broker/counters.ts";
import type { ServedListener } from "../config/config.ts";
import { isLocal, isSocketFile } from "../listeners/options.ts";
import type { OpenListener } from "../listeners/listeners.ts";
import { maskUrl } from "../sinks/mask_url.ts";
import type { SinkSet } from "../sinks/open_sinks.ts";

type Listening = readonly OpenListener<ServedListener>[];

/** @param mainFile the configuration file, where there is one */
export function announce(listening: Listening, sinks: SinkSet, mainFile: string | undefined, log: Log): void {
  for (const { url } of sinks.status()) log("info", `events go to ${maskUrl(url)}`);
  if (listening.every(({ config }) => isLocal(config.place))) {
    log("info", `only this machine can connect; to open it to others, ${howToOpen(listening, mainFile)}`);
  }
}

function howToOpen([first]: Listening, mainFile: string | undefined): string {
  if (mainFile === undefined || first === undefined) {
    return 'run `hookline init` and set listener.tcp.external.addr = "0.0.0.0:1883" in etc/hookline.toml, ' +
      "then `hookline run --config etc/hookline.toml`";
  }
  const { kind, name, place } = first.config;
  if (isSocketFile(place)) return `add listener.tcp.external.addr = "0.0.0.0:1883" in ${mainFile}`;
  const key = `listener.${kind}.${name.includes(".") ? `"${name}"` : name}.addr`;
  return `set ${key} = "0.0.0.0:${place.port}" in ${mainFile}`;
}

/** What `systemctl status` shows. */
export function statusText(listening: Listening): string {
  return `listening on ${listening.map(({ listener }) => listener.address).join(", ")}`;
}

/** The daemon's last words. */
export function reportCounts({ connected, received, sent, ...by }: Counters, log: Log): void {
  const counts = (what: "dropped" | "refused" | "throttled"): Record<string, number> =>
    Object.fromEntries(
      [...by[what]].map(([why, count]) => [`${what}_${why.replaceAll(/\W+/g, "_")}`, count]),
    );
  log("info", "stopped", {
    connected,
    received,
    sent,
    ...counts("dropped"),
    ...counts("refused"),
    ...counts("throttled"),
  });
}
