// The main file, rmqtt.toml by its key names: node, log, plugins, retained messages and listeners.
import type { Values } from "../base/option.ts";
import { BROKER_OPTIONS, type BrokerOptions } from "../broker/options.ts";
import { anything, type Checks, checksOf, optionsOf, textList } from "./_checks.ts";
import type { Document } from "./_document.ts";
import { readListeners } from "./_listeners.ts";
import { LOG_OPTIONS, type LogOptions, logOptions } from "./_log.ts";
import { PLUGIN_OPTIONS, tellPlugins } from "./_plugins.ts";
import { FOREIGN_AT_TOP, FOREIGN_IN_SECTION } from "./_rmqtt_keys.ts";
import { readTable } from "./_table.ts";
import type { TcpListener } from "./config.ts";

export interface MainFile {
  readonly log: LogOptions;
  readonly broker: BrokerOptions;
  readonly listeners: readonly TcpListener[];
  /** `plugins.dir`, as written; `undefined` after an error in `[plugins]`. */
  readonly pluginsDir: string | undefined;
}

const TABLES = ["node", "log", "plugins", "mqtt", "retainer", "listener"] as const;

const CHECKS: Checks = {
  ...checksOf(BROKER_OPTIONS, LOG_OPTIONS, PLUGIN_OPTIONS),
  "plugins.default_startups": textList("names of plugins"),
};

/** Reads the whole file; what is wrong goes to the document's findings, and a default stands in for it. */
export function readMainFile(doc: Document, cwd: string): MainFile {
  const top = Object.fromEntries(TABLES.map((name) => [name, anything()]));
  readTable(doc, [], doc.data, top, FOREIGN_AT_TOP);
  const limits = {
    ...readSection(doc, "node"),
    ...readSection(doc, "mqtt"),
    ...readSection(doc, "retainer"),
  };
  const listeners = readListeners(doc, doc.data["listener"], cwd);
  const log = logOptions(doc, readSection(doc, "log") ?? {}, cwd);
  const plugins = readSection(doc, "plugins");
  // Checked to be a list of strings.
  tellPlugins(doc, (plugins?.["plugins.default_startups"] ?? []) as string[], listeners);
  return {
    log,
    broker: optionsOf(BROKER_OPTIONS, limits, cwd),
    listeners,
    pluginsDir: plugins && optionsOf(PLUGIN_OPTIONS, plugins, cwd).dir,
  };
}

/** The values of one table of the file, by key behind the table's name; `undefined` after an error. */
function readSection(doc: Document, name: keyof typeof FOREIGN_IN_SECTION): Values | undefined {
  const prefix = `${name}.`;
  const own = Object.entries(CHECKS).filter(([key]) => key.startsWith(prefix));
  const checks = Object.fromEntries(own.map(([key, check]) => [key.slice(prefix.length), check]));
  const values = readTable(doc, [name], doc.data[name], checks, FOREIGN_IN_SECTION[name]);
  return values && Object.fromEntries(Object.entries(values).map(([key, value]) => [prefix + key, value]));
}
