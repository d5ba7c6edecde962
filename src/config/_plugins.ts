// `[plugins]`: the folder of the hooks file, and RMQTT's plugins that Hookline has to do without.
import { optionTable } from "../base/option.ts";
import type { Document } from "./_document.ts";
import { isAccessPlugin } from "./_access.ts";
import { PLUGINS } from "./_rmqtt_keys.ts";

export const PLUGIN_OPTIONS = optionTable({
  dir: {
    key: "plugins.dir",
    // No path: it is looked for beside the configuration file, too.
    kind: "text",
    what: "a folder",
    default: "plugins",
    doc: "The folder with rmqtt-web-hook.toml and the files of other plugins. A relative one is looked for " +
      "beside this file, then in the working directory.",
  },
});

/** Tells of each plugin that RMQTT would start what does not happen without it. */
export function tellPlugins(doc: Document, names: readonly string[]): void {
  for (const [index, name] of names.entries()) {
    if (isAccessPlugin(name)) continue;
    const missed = Object.hasOwn(PLUGINS, name) ? PLUGINS[name] : "nothing of what it does happens";
    const path = ["plugins", "default_startups", index];
    if (missed !== "") doc.warn(path, `Hookline does not have ${name}: ${missed}`);
  }
}
