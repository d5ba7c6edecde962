// `[plugins]`: the folder of the hooks file, and RMQTT's plugins that Hookline has to do without.
import { optionTable } from "../base/option.ts";
import type { Document } from "./_document.ts";
import { PLUGINS, PROTECTING_PLUGINS } from "./_rmqtt_keys.ts";
import type { TcpListener } from "./config.ts";
import { addressText, isLoopback } from "./units.ts";

export const PLUGIN_OPTIONS = optionTable({
  dir: {
    key: "plugins.dir",
    // No path: it is looked for beside the configuration file, too.
    kind: "text",
    what: "a folder",
    default: "plugins",
    doc: "The folder with rmqtt-web-hook.toml. A relative one is looked for beside this file, then in the " +
      "working directory.",
  },
});

/** Tells of each plugin that RMQTT would start what does not happen without it. */
export function tellPlugins(
  doc: Document,
  names: readonly string[],
  listeners: readonly TcpListener[],
): void {
  const open = listeners.filter((listener) => isOpenByDefault(doc, listener));
  names.forEach((name, index) => tellPlugin(doc, name, index, open));
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
