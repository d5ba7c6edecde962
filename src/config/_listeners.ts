// `[listener.tcp.<name>]`: where clients connect and what they may ask for.
import * as v from "valibot";
import { isTable } from "../base/table.ts";
import { LISTENER_OPTIONS } from "../broker/options.ts";
import { TCP_OPTIONS } from "../listeners/options.ts";
import { type Check, checksOf, optionsOf } from "./_checks.ts";
import type { Document, Table } from "./_document.ts";
import { FOREIGN_IN_LISTENER } from "./_rmqtt_keys.ts";
import { readTable } from "./_table.ts";
import type { TcpListener } from "./config.ts";

/** `[listener.tcp]` and its like: a table of named tables. */
const NAMED: Check<Table> = v.custom<Table>(
  isTable,
  "must be a table of named listeners, as in [listener.tcp.external]",
);

const CHECKS = checksOf(TCP_OPTIONS, LISTENER_OPTIONS);

/** Kinds of RMQTT's that Hookline does not serve; what stands in their tables is not looked at. */
const UNSERVED = ["tls", "ws", "wss", "quic"] as const;

/** All enabled TCP listeners of `[listener]`; the default one where no listener of any kind is written. */
export function readListeners(doc: Document, value: unknown, cwd: string): readonly TcpListener[] {
  const kinds = readTable(doc, ["listener"], value, {
    tcp: NAMED,
    tls: NAMED,
    ws: NAMED,
    wss: NAMED,
    quic: NAMED,
  });
  if (kinds === undefined) return [];
  for (const kind of UNSERVED) warnUnserved(doc, kind, kinds[kind]);
  const alone = UNSERVED.every((kind) => kinds[kind] === undefined);
  const named = kinds.tcp ?? (alone ? { default: {} } : undefined);
  if (named === undefined) {
    doc.error(
      ["listener"],
      "has no TCP listener, and Hookline serves no other kind yet, so no client could connect; " +
        'add one, as in listener.tcp.external.addr = "0.0.0.0:1883"',
    );
    return [];
  }
  const listeners = Object.entries(named).map(([name, table]) => readListener(doc, name, table, cwd));
  if (listeners.every((listener) => listener === "off")) {
    doc.error(["listener", "tcp"], "has no listener that is enabled, so no client could connect");
  }
  const enabled = listeners.filter((listener) => listener !== undefined && listener !== "off");
  refuseSameAddress(doc, enabled);
  return enabled;
}

/** `"off"` when it is not enabled, `undefined` after an error. */
function readListener(
  doc: Document,
  name: string,
  value: unknown,
  cwd: string,
): TcpListener | "off" | undefined {
  const path = ["listener", "tcp", name];
  if (!/^[A-Za-z0-9_.-]{1,64}$/.test(name)) {
    doc.error(path, "a listener's name has 1 to 64 letters, digits, dots, - and _");
    return undefined;
  }
  const values = readTable(doc, path, value, CHECKS, FOREIGN_IN_LISTENER);
  if (values === undefined) return undefined;
  const { enable, address, nodelay } = optionsOf(TCP_OPTIONS, values, cwd);
  const options = optionsOf(LISTENER_OPTIONS, values, cwd);
  const { minKeepAlive, maxKeepAlive } = options;
  if (minKeepAlive > maxKeepAlive) {
    const key = values["min_keepalive"] === undefined ? "max_keepalive" : "min_keepalive";
    const problem = `min_keepalive (${minKeepAlive}) must not exceed max_keepalive (${maxKeepAlive})`;
    doc.error([...path, key], problem);
    return undefined;
  }
  if (!enable) return "off";
  return { name, ...address, nodelay, options };
}

/** The system would refuse the second one only at start, without saying which. */
function refuseSameAddress(doc: Document, listeners: readonly TcpListener[]): void {
  const takenBy = new Map<string, string>();
  for (const { name, hostname, port } of listeners) {
    if (port === 0) continue;
    const address = `${hostname}:${port}`;
    const other = takenBy.get(address);
    if (other === undefined) takenBy.set(address, name);
    else {
      const path = ["listener", "tcp", name, "addr"];
      doc.error(path, `${address} is already the address of listener.tcp.${other}`);
    }
  }
}

function warnUnserved(doc: Document, kind: string, named: Table | undefined): void {
  for (const [name, table] of Object.entries(named ?? {})) {
    const path = ["listener", kind, name];
    if (isTable(table) && table["enable"] === false) doc.unused(path);
    else doc.warn(path, "this listener is not served: Hookline has only TCP listeners yet");
  }
}
