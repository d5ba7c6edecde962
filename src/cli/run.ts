// `hookline run`: loads the configuration and hands over to the daemon.
import type { Config } from "../config/config.ts";
import { loadConfigured } from "../daemon/configured.ts";
import { runDaemon } from "../daemon/daemon.ts";
import { catchSignals } from "../daemon/signals.ts";
import { VERSION } from "./version.ts";
import { EXIT } from "./exit_code.ts";
import { configPlace, textOf, type Values, type Verb, wantsJson } from "./verb.ts";

export const run: Verb = async (values, _positionals, io) => {
  using signals = catchSignals(() => Deno.exit(EXIT.forced));
  const stopped = await runDaemon({
    version: VERSION,
    load: (before) => withLogLevel(loadConfigured(configPlace(values, io), before), values),
    signals,
    logFormat: wantsJson(values) ? "json" : "text",
    err: io.err,
    cwd: io.cwd,
    env: io.env,
  });
  return stopped ? EXIT.done : EXIT.failed;
};

/** `--log-level` stands above the file's, also after a reload. */
function withLogLevel(config: Config, values: Values): Config {
  const level = textOf(values, "log-level") as Config["log"]["level"] | undefined;
  return level === undefined ? config : { ...config, log: { ...config.log, level } };
}
