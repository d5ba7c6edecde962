// `[plugins]`: the folder of the hooks file, and RMQTT's plugins that Hookline has to do without.
import type { Document } from "./_document.ts";
import { text, texts } from "./_fields.ts";
import { FOREIGN_IN_PLUGINS, PLUGINS, PROTECTING_PLUGINS } from "./_rmqtt_keys.ts";
import { readTable } from "./_table.ts";
import type { TcpListener } from "./config.ts";
import { addressText, isLoopback } from "./units.ts";

export const PLUGINS_DIR = "plugins";

/** `plugins.dir`, as written; `undefined` after an error. */
export function readPlugins(
  doc: Document,
  value: unknown,
  listeners: readonly TcpListener[],
): string | undefined {
  const fields = { dir: text("a folder"), default_startups: texts("names of plugins") };
  const table = readTable(doc, ["plugins"], value, fields, FOREIGN_IN_PLUGINS);
  const open = listeners.filter((listener) => isOpenByDefault(doc, listener));
  table?.default_startups?.forEach((name, index) => tellPlugin(doc, name, index, open));
  return table && (table.dir ?? PLUGINS_DIR);
}

/** Others reach the listener, and the file does not say that they may. */
function isOpenByDefault(doc: Document, { name, hostname, options }: TcpListener): boolean {
  if (isLoopback(hostname)) return false;
  return !(options.allowAnonymous && doc.has(["listener", "tcp", name, "allow_anonymous"]));
}

function tellPlugin(doc: Document, name: string, index: number, open: readonly TcpListener[]): void {
  const path = ["plugins", "default_startups", index];
  if (PROTECTING_PLUGINS.includes(name) && open.length > 0) {
    const where = open.map((listener) => `${addressText(listener)} (listener ${listener.name})`).join(", ");
    doc.error(
      path,
      `Hookline does not have ${name} yet, and without it whoever reaches ${where} may do everything; ` +
        "write allow_anonymous = true in the table of each such listener if they may, " +
        'or an addr that only this machine reaches, such as "127.0.0.1:1883"',
    );
    return;
  }
  const missed = Object.hasOwn(PLUGINS, name) ? PLUGINS[name] : "nothing of what it does happens";
  if (missed !== "") doc.warn(path, `Hookline does not have ${name}: ${missed}`);
}
