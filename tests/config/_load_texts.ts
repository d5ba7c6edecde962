// Loads a configuration out of texts, through the same door as the program, without touching the disk.
import type { Config } from "../../src/config/config.ts";
import { type ConfigError, ConfigErrors } from "../../src/config/config_error.ts";
import { loadConfig } from "../../src/config/load.ts";

export const CWD = "/work/dir";

const ENV: Readonly<Record<string, string>> = {
  SECRET: "gopher://hunter2",
  NAME: "value",
  DIR: "/srv",
  EMPTY: "",
};

export function env(name: string): string | undefined {
  return Object.hasOwn(ENV, name) ? ENV[name] : undefined;
}

/** Reads from a record of texts by absolute path; whatever else is asked for does not exist. */
export function readFrom(files: Readonly<Record<string, string>>): (path: string) => Uint8Array {
  return (path) => {
    const text = files[path];
    if (text === undefined) throw new Deno.errors.NotFound(path);
    return new TextEncoder().encode(text);
  };
}

/** A main file alone, beside a hooks file without rules. */
export function loadBroker(toml: string): Config {
  const files = { "/work/dir/etc/broker.toml": toml, "/work/dir/hooks.toml": 'urls = ["file:///a"]' };
  const readFile = readFrom(files);
  return loadConfig({ configFile: "etc/broker.toml", hooksFile: "hooks.toml", cwd: CWD, env, readFile });
}

/** A hooks file alone. */
export function loadHooks(toml: string): Config {
  return loadConfig({
    hooksFile: "hooks.toml",
    cwd: CWD,
    env,
    readFile: readFrom({ "/work/dir/hooks.toml": toml }),
  });
}

/** The errors that loading throws. */
export function errorsOf(load: () => unknown): readonly ConfigError[] {
  try {
    load();
  } catch (error) {
    if (error instanceof ConfigErrors) return error.errors;
    throw error;
  }
  throw new Error("the configuration was accepted");
}
