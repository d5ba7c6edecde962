// The main file, rmqtt.toml by its key names: node, log, plugins, retained messages and listeners.
import { resolve } from "node:path";
import { ACL_OPTIONS, AUTH_OPTIONS } from "../access/options.ts";
import type { Values } from "../base/option.ts";
import { BROKER_OPTIONS, type BrokerOptions } from "../broker/options.ts";
import { STORE_OPTIONS, type StoreOptions } from "../store/options.ts";
import type { AccessSections } from "./_access.ts";
import { SYS_OPTIONS } from "../status/options.ts";
import { anything, type Checks, checksOf, optionsOf, textList } from "./_checks.ts";
import type { Document } from "./_document.ts";
import { readListeners } from "./_listeners.ts";
import { LOG_OPTIONS, type LogOptions, logOptions } from "./_log.ts";
import { PLUGIN_OPTIONS, tellPlugins } from "./_plugins.ts";
import { FOREIGN_AT_TOP, FOREIGN_IN_SECTION } from "./_rmqtt_keys.ts";
import { readTable } from "./_table.ts";
import type { ServedListener } from "./config.ts";

export interface MainFile {
  readonly log: LogOptions;
  readonly broker: BrokerOptions;
  readonly store: StoreOptions;
  readonly listeners: readonly ServedListener[];
  /** `plugins.dir`, as written; `undefined` after an error in `[plugins]`. */
  readonly pluginsDir: string | undefined;
  readonly access: AccessSections;
  /** `mqtt.sys_interval`, milliseconds; 0: never. */
  readonly sysInterval: number;
  /** For messages on what only other files decide. */
  readonly doc: Document;
}

const TABLES = [
  "node",
  "log",
  "plugins",
  "auth",
  "acl",
  "mqtt",
  "retainer",
  "store",
  "http_api",
  "listener",
] as const;

const CHECKS: Checks = {
  ...checksOf(
    BROKER_OPTIONS,
    STORE_OPTIONS,
    SYS_OPTIONS,
    LOG_OPTIONS,
    PLUGIN_OPTIONS,
    AUTH_OPTIONS,
    ACL_OPTIONS,
  ),
  "auth.order": textList("names of those who are asked about clients"),
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
  const names = (plugins?.["plugins.default_startups"] ?? []) as string[];
  tellPlugins(doc, names);
  return {
    log,
    broker: optionsOf(BROKER_OPTIONS, limits, cwd),
    store: storeOptions(readSection(doc, "store") ?? {}, cwd),
    listeners,
    pluginsDir: plugins && optionsOf(PLUGIN_OPTIONS, plugins, cwd).dir,
    access: {
      auth: readSection(doc, "auth") ?? {},
      acl: readSection(doc, "acl") ?? {},
      plugins: names,
    },
    sysInterval: optionsOf(SYS_OPTIONS, limits, cwd).sysInterval,
    doc,
  };
}

function storeOptions(values: Values, cwd: string): StoreOptions {
  const { path, ...options } = optionsOf(STORE_OPTIONS, values, cwd);
  return { ...options, path: path === "memory" ? undefined : resolve(cwd, path) };
}

/** The values of one table of the file, by key behind the table's name; `undefined` after an error. */
function readSection(doc: Document, name: keyof typeof FOREIGN_IN_SECTION): Values | undefined {
  const prefix = `${name}.`;
  const own = Object.entries(CHECKS).filter(([key]) => key.startsWith(prefix));
  const checks = Object.fromEntries(own.map(([key, check]) => [key.slice(prefix.length), check]));
  const values = readTable(doc, [name], doc.data[name], checks, FOREIGN_IN_SECTION[name]);
  return values && Object.fromEntries(Object.entries(values).map(([key, value]) => [prefix + key, value]));
}
