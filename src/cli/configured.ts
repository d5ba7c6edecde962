// The configuration that --config and --hooks of a command line name, and what several verbs ask of it.
import type { Config } from "../config/config.ts";
import { loadConfig } from "../config/load.ts";
import { straySpools } from "../sinks/http/stray_spools.ts";
import type { Io } from "./io.ts";
import { textOf, type Values } from "./verb.ts";

/**
 * Throws ConfigErrors.
 * @param before what was loaded before: a hooks file that it came from must be there still
 */
export function loadConfigured(values: Values, io: Io, before?: Config): Config {
  const configFile = textOf(values, "config");
  const hooksFile = textOf(values, "hooks");
  return loadConfig({
    ...(configFile !== undefined && { configFile }),
    ...(hooksFile !== undefined && { hooksFile }),
    // The configuration file comes first; there is no second one but the hooks file.
    hooksFileExpected: before !== undefined && before.files.length > 1,
    cwd: io.cwd,
    env: io.env,
  });
}

/** Every URL that a rule names, once. */
export function configuredUrls(config: Config): ReadonlySet<string> {
  return new Set(Object.values(config.hooks.rules).flatMap((rules) => rules.flatMap((rule) => rule.urls)));
}

/** A sentence on each spool that holds events which no URL of the configuration sends. */
export function strayNews(config: Config): string[] {
  return straySpools(config.hooks.http.spoolDir, configuredUrls(config)).map(({ folder, bytes }) =>
    `${folder} holds ${bytes} bytes of events for a URL that the configuration does not have; ` +
    `send them with \`hookline replay ${folder}/*.jsonl\`, or remove the folder`
  );
}
