// The configuration that --config and --hooks of a command line name, and what several verbs ask of it.
import type { Config } from "../config/config.ts";
import { loadConfig } from "../config/load.ts";
import type { SinkOptions } from "../sinks/options.ts";
import { leftBy } from "../sinks/schemes.ts";
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

/** What the sinks of the configuration are opened with. */
export function sinkOptionsOf(config: Config, cwd: string): SinkOptions {
  return { cwd, ...config.hooks };
}

/** A sentence on each spool that holds events which no URL of the configuration sends. */
export function strayNews(config: Config, cwd: string): string[] {
  return leftBy(configuredUrls(config), sinkOptionsOf(config, cwd));
}
