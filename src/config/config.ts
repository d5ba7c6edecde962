// The shape of a whole configuration: what the files say, checked, with every default filled in.
import type { AccessOptions } from "../access/options.ts";
import type { BrokerOptions, ListenerOptions } from "../broker/options.ts";
import type { LineOptions, Rules } from "../hooks/rules.ts";
import type { ListenerConfig } from "../listeners/options.ts";
import type { SinkOptions } from "../sinks/options.ts";
import type { StatusOptions } from "../status/options.ts";
import type { StoreOptions } from "../store/options.ts";
import type { LogOptions } from "./_log.ts";

export type { LogOptions } from "./_log.ts";

export interface Config {
  readonly log: LogOptions;
  readonly broker: BrokerOptions;
  readonly store: StoreOptions;
  readonly listeners: readonly ServedListener[];
  readonly hooks: HooksConfig;
  /** Who may connect, publish and subscribe. */
  readonly access: AccessOptions;
  readonly status: StatusOptions;
  /** Things the operator should know though nothing is wrong: RMQTT keys without a use here, and the like. */
  readonly warnings: readonly string[];
  /** The file of the listeners, as the operator named it; `undefined` when the built-in default serves. */
  readonly mainFile: string | undefined;
  /** The files it was read from, for messages; empty when the built-in default serves. */
  readonly files: readonly string[];
}

/** `[listener.<kind>.<name>]`: what a listener needs to listen, and what it allows its clients. */
export interface ServedListener extends ListenerConfig {
  readonly options: ListenerOptions;
}

/** The rules, how lines are written, and everything the sinks are opened with. */
export interface HooksConfig extends LineOptions, Omit<SinkOptions, "cwd"> {
  readonly rules: Rules;
}
