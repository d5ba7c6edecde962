// The main file, rmqtt.toml by its key names: node, log, plugins, retained messages and listeners.
import { brokerDefaults, type BrokerOptions } from "../broker/options.ts";
import type { Document } from "./_document.ts";
import { anything, integer, size } from "./_fields.ts";
import { DEFAULT_LISTENER, readListeners } from "./_listener.ts";
import { defaultLog, readLog } from "./_log.ts";
import { PLUGINS_DIR, readPlugins } from "./_plugins.ts";
import { FOREIGN_AT_TOP, FOREIGN_IN_MQTT, FOREIGN_IN_NODE } from "./_rmqtt_keys.ts";
import { readTable } from "./_table.ts";
import type { LogOptions, TcpListener } from "./config.ts";

export interface BrokerFile {
  readonly log: LogOptions;
  readonly broker: BrokerOptions;
  readonly listeners: readonly TcpListener[];
  /** `plugins.dir`, as written; `undefined` after an error in it. */
  readonly pluginsDir: string | undefined;
}

/** What serves without any file: loopback only. */
export function defaultBroker(cwd: string): BrokerFile {
  return {
    log: defaultLog(cwd),
    broker: brokerDefaults(),
    listeners: [DEFAULT_LISTENER],
    pluginsDir: PLUGINS_DIR,
  };
}

/** Reads the whole file; what is wrong goes to the document's findings, and a default stands in for it. */
export function readBrokerFile(doc: Document, cwd: string): BrokerFile {
  const top = {
    node: anything(),
    log: anything(),
    plugins: anything(),
    mqtt: anything(),
    retainer: anything(),
    listener: anything(),
  };
  readTable(doc, [], doc.data, top, FOREIGN_AT_TOP);
  const { node, log, plugins, mqtt, retainer, listener } = doc.data;
  const nodeValues = readTable(doc, ["node"], node, { id: integer(0, 4_294_967_295) }, FOREIGN_IN_NODE);
  const mqttValues = readTable(
    doc,
    ["mqtt"],
    mqtt,
    {
      max_sessions: integer(0, 1_000_000_000),
      max_mqueue_bytes_total: size("1MB", "1024TB", "no limit"),
    },
    FOREIGN_IN_MQTT,
  );
  const retainerValues = readTable(doc, ["retainer"], retainer, {
    max_retained_messages: integer(1, 100_000_000),
    max_retained_bytes: size("1KB", "1TB"),
  });
  const listeners = readListeners(doc, listener);
  const defaults = brokerDefaults();
  return {
    log: readLog(doc, log, cwd),
    broker: {
      nodeId: nodeValues?.id ?? defaults.nodeId,
      maxSessions: mqttValues?.max_sessions ?? defaults.maxSessions,
      maxQueuedBytesTotal: mqttValues?.max_mqueue_bytes_total ?? defaults.maxQueuedBytesTotal,
      maxRetainedMessages: retainerValues?.max_retained_messages ?? defaults.maxRetainedMessages,
      maxRetainedBytes: retainerValues?.max_retained_bytes ?? defaults.maxRetainedBytes,
    },
    listeners,
    pluginsDir: readPlugins(doc, plugins, listeners),
  };
}
