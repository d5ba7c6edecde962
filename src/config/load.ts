// Loads the configuration: which files there are, what stands in for missing ones, and all errors at once.
import { dirname, isAbsolute, join, resolve } from "node:path";
import { Document } from "./_document.ts";
import type { Env } from "./_env.ts";
import { Findings } from "./_findings.ts";
import { defaultHooks, readHooksFile } from "./_hooks_file.ts";
import { type MainFile, readMainFile } from "./_main_file.ts";
import { readBounded, type ReadFile, readText } from "./_read_file.ts";
import type { Config, HooksConfig } from "./config.ts";
import { ConfigError, ConfigErrors } from "./config_error.ts";

/** The hooks file's name within `plugins.dir`. */
const HOOKS_NAME = "rmqtt-web-hook.toml";

export interface ConfigSource {
  /** `--config`; without it the built-in default serves. */
  readonly configFile?: string;
  /** `--hooks`; without it the file in `plugins.dir` serves. */
  readonly hooksFile?: string;
  /** A hooks file was found before: that it is gone is a mistake, and no reason for the default. */
  readonly hooksFileExpected?: boolean;
  /** What relative paths start from, absolute. */
  readonly cwd: string;
  /** Environment variables, for `${NAME}`. */
  readonly env: Env;
  /** Default: the real file system. */
  readonly readFile?: ReadFile;
}

/**
 * The whole configuration, checked.
 *
 * A relative `plugins.dir` is looked for beside the configuration file first, then (as RMQTT does) in the
 * working directory; every other relative path starts from the working directory.
 *
 * @throws {ConfigErrors} with everything that is wrong in all files
 */
export function loadConfig(source: ConfigSource): Config {
  const loader = new Loader(source);
  const main = loader.main();
  const hooks = loader.hooks(main?.pluginsDir);
  const { errors } = loader.findings;
  if (errors.length > 0 || main === undefined || hooks === undefined) throw new ConfigErrors(errors);
  return {
    log: main.log,
    broker: main.broker,
    listeners: main.listeners,
    hooks,
    warnings: loader.findings.warnings(),
    mainFile: source.configFile,
    files: loader.files,
  };
}

class Loader {
  readonly findings = new Findings();
  readonly files: string[] = [];
  readonly #source: ConfigSource;

  constructor(source: ConfigSource) {
    this.#source = source;
  }

  /** `undefined` after an error that leaves nothing to go on with. */
  main(): MainFile | undefined {
    const { configFile, cwd, env } = this.#source;
    // An empty file says all defaults.
    const doc = configFile === undefined
      ? new Document("", "", env, this.findings)
      : this.#openNamed(configFile);
    return doc && readMainFile(doc, cwd);
  }

  hooks(pluginsDir: string | undefined): HooksConfig | undefined {
    const { configFile, hooksFile, hooksFileExpected = false, cwd } = this.#source;
    if (hooksFile !== undefined) {
      const doc = this.#openNamed(hooksFile);
      return doc && readHooksFile(doc, cwd);
    }
    if (configFile === undefined) return defaultHooks(cwd);
    if (pluginsDir === undefined) return undefined;
    const candidates = hooksCandidates(configFile, pluginsDir);
    for (const file of candidates) {
      const doc = this.#open(file);
      if (doc === "unusable") return undefined;
      if (doc !== undefined) return readHooksFile(doc, cwd);
    }
    if (hooksFileExpected) {
      const file = candidates.join(" or ");
      this.findings.errors.push(
        new ConfigError({ file }, "", "does not exist any more; restart to go on without it"),
      );
      return undefined;
    }
    this.findings.warn(
      `there is no hooks file ${candidates.join(" or ")}: all events go to ${resolve(cwd, "hook.log")}`,
    );
    return defaultHooks(cwd);
  }

  /** A file that the operator named must be there. */
  #openNamed(file: string): Document | undefined {
    const doc = this.#open(file);
    if (doc === undefined) this.findings.errors.push(new ConfigError({ file }, "", "does not exist"));
    return doc === "unusable" ? undefined : doc;
  }

  /** `undefined`: there is no such file; `"unusable"`: it cannot be read or is no TOML, and an error says so. */
  #open(file: string): Document | "unusable" | undefined {
    const { cwd, env, readFile = readBounded } = this.#source;
    try {
      const text = readText(resolve(cwd, file), file, readFile);
      if (text === undefined) return undefined;
      this.files.push(file);
      return new Document(file, text, env, this.findings);
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      this.findings.errors.push(error);
      return "unusable";
    }
  }
}

function hooksCandidates(configFile: string, pluginsDir: string): readonly string[] {
  const inWorkingDirectory = join(pluginsDir, HOOKS_NAME);
  if (isAbsolute(pluginsDir)) return [inWorkingDirectory];
  const besideConfig = join(dirname(configFile), pluginsDir, HOOKS_NAME);
  return besideConfig === inWorkingDirectory ? [besideConfig] : [besideConfig, inWorkingDirectory];
}
