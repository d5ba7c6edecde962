// What the live view is shown by the other rooms: each its own snapshot, as plain data.
import type { Clock } from "../base/clock.ts";
import type { Log } from "../base/log.ts";
import type { BrokerView } from "../broker/view.ts";
import type { ReloadableHooks } from "../hooks/reloadable_hooks.ts";
import type { Outcome } from "../sinks/delivery/send_again.ts";
import type { SinkSetStatus } from "../sinks/open_sinks.ts";
import type { ListenerInfo, LogEntry, StoreInfo } from "./api_types.ts";

export interface StatusSources {
  /** Hookline's own: `0.1.0`. */
  readonly version: string;
  readonly broker: BrokerView;
  readonly hooks: Pick<ReloadableHooks, "counts" | "lineOptions" | "watch">;
  readonly listeners: () => readonly ListenerInfo[];
  readonly sinks: () => readonly SinkSetStatus[];
  /**
   * Sends parked events of a sink again; undefined where it parks none.
   * @param index among those of `sinks`
   */
  readonly redeliver: (index: number, signal: AbortSignal) => Promise<Outcome> | undefined;
  /** Absent where nothing survives a restart. */
  readonly store?: () => StoreInfo;
  readonly entries: LogEntries;
  readonly log: Log;
  readonly clock: Clock;
}

/** The daemon's own log, as it is written. */
export interface LogEntries {
  /** The newest ones, oldest first. */
  readonly recent: readonly LogEntry[];
  /** Tells of each from here on, until the returned function is called. `tell` does not throw. */
  watch(tell: (entry: LogEntry) => void): () => void;
}
