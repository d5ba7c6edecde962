// The shape of a whole configuration: what the files say, checked, with every default filled in.
import type { BrokerOptions, ListenerOptions } from "../broker/options.ts";
import type { PacketIdType, Rules } from "../hooks/rules.ts";
import type { SinkOptions } from "../sinks/options.ts";

export interface Config {
  readonly log: LogOptions;
  readonly broker: BrokerOptions;
  readonly listeners: readonly TcpListener[];
  readonly hooks: HooksConfig;
  /** Things the operator should know though nothing is wrong: RMQTT keys without a use here, and the like. */
  readonly warnings: readonly string[];
  /** The file that names the listeners, as the operator named it; `undefined` when the built-in default serves. */
  readonly mainFile: string | undefined;
  /** The files it was read from, for messages; empty when the built-in default serves. */
  readonly files: readonly string[];
}

export interface LogOptions {
  /** `log.level`. */
  readonly level: "error" | "warn" | "info" | "debug" | "trace" | "off";
  /** `log.to`: `console` is stderr. */
  readonly to: "console" | "file" | "both" | "off";
  /** `log.dir` and `log.file`, joined. */
  readonly file: string;
}

/** `[listener.tcp.<name>]` */
export interface TcpListener {
  readonly name: string;
  /** `addr`, split: `"0.0.0.0:1883"`, `"[::]:1883"`. */
  readonly hostname: string;
  readonly port: number;
  /** `nodelay`: TCP_NODELAY on accepted connections. */
  readonly nodelay: boolean;
  readonly options: ListenerOptions;
}

/** The rules, and everything the sinks are opened with. */
export interface HooksConfig extends Omit<SinkOptions, "cwd"> {
  readonly rules: Rules;
  /** `packet_id_type` */
  readonly packetIdType: PacketIdType;
}
