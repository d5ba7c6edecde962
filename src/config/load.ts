// Loads the configuration: which files there are, what stands in for missing ones, and all errors at once.
import { dirname, isAbsolute, join, resolve } from "node:path";
import { authenticates, readAccess } from "./_access.ts";
import { Document } from "./_document.ts";
import type { Env } from "./_env.ts";
import { Findings } from "./_findings.ts";
import { defaultHooks, readHooksFile } from "./_hooks_file.ts";
import { closeDoors } from "./_doors.ts";
import { readHttpApi } from "./_http_api.ts";
import type { KeyPath } from "./_key_path.ts";
import { type MainFile, readMainFile } from "./_main_file.ts";
import { guarded, readBounded, type ReadFile, readText } from "./_read_file.ts";
import type { Config, HooksConfig } from "./config.ts";
import type { HttpApiOptions } from "../status/options.ts";
import { ConfigError, ConfigErrors, type ErrorPlace } from "./config_error.ts";

/** The hooks file's name within `plugins.dir`. */
export const HOOKS_NAME = "rmqtt-web-hook.toml";

/** RMQTT's plugin. */
const HTTP_API = "rmqtt-http-api";

/** Of `validate_claims` in rmqtt-auth-jwt.toml. */
const JWT_PLACEHOLDERS: readonly string[] = ["clientid", "username", "ipaddr", "protocol"];

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
  const access = main && loader.access(main);
  const http = main && loader.httpApi(main);
  const { errors } = loader.findings;
  const missing = main === undefined || hooks === undefined || access === undefined;
  if (missing || errors.length > 0) throw new ConfigErrors(errors);
  return {
    log: main.log,
    broker: main.broker,
    store: main.store,
    listeners: access.listeners,
    hooks,
    access: access.access,
    status: { sysInterval: main.sysInterval, http },
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
    const candidates = pluginCandidates(configFile, pluginsDir, HOOKS_NAME);
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

  /** What decides on clients, and the listeners with what follows from it. */
  access({ doc, access, listeners, pluginsDir }: MainFile): Pick<Config, "access" | "listeners"> {
    const options = readAccess(doc, access, {
      plugin: (name) => pluginsDir === undefined ? undefined : this.#plugin(name, pluginsDir),
      named: (from, path, file, secret) => this.#guardedText(from, path, file, secret),
      fault: (file, line, text) => this.#fail({ file, line }, text),
    }, this.#source.cwd);
    const byCertificate = options.order.includes("certificate");
    return { access: options, listeners: closeDoors(doc, listeners, authenticates(options), byCertificate) };
  }

  /** `undefined` where it is off, or after an error. */
  httpApi({ doc, access: { plugins }, pluginsDir, listeners }: MainFile): HttpApiOptions | undefined {
    if (!plugins.includes(HTTP_API)) return readHttpApi(doc, undefined, listeners, this.#source.cwd);
    const plugin = pluginsDir === undefined ? undefined : this.#plugin(HTTP_API, pluginsDir);
    return plugin && readHttpApi(doc, plugin, listeners, this.#source.cwd);
  }

  /** `undefined` after an error: what is to guard the doors must be there. */
  #plugin(name: string, pluginsDir: string): Document | undefined {
    const candidates = pluginCandidates(this.#source.configFile ?? "", pluginsDir, `${name}.toml`);
    for (const file of candidates) {
      const doc = this.#open(file, name === "rmqtt-auth-jwt" ? this.#placeholderEnv() : undefined);
      if (doc === undefined) continue;
      const { refusal, warning } = guarded(resolve(this.#source.cwd, file));
      if (refusal !== undefined) return this.#fail({ file }, refusal);
      if (doc === "unusable") return undefined;
      if (warning !== undefined && doc.holdsSecret) doc.warn([], `holds a secret, and ${warning}`);
      return doc;
    }
    return this.#fail(
      { file: candidates.join(" or ") },
      `does not exist, and plugins.default_startups has ${name}`,
    );
  }

  /** The text of a file that a key names; `undefined` after an error. */
  #guardedText(from: Document, path: KeyPath, file: string, secret: boolean): string | undefined {
    const { refusal, warning } = guarded(file);
    if (refusal !== undefined) return void from.error(path, `${file} ${refusal}`);
    if (secret && warning !== undefined) from.warn(path, `${file} ${warning}`);
    try {
      const text = readText(file, file, this.#source.readFile ?? readBounded);
      if (text === undefined) return void from.error(path, `${file} does not exist`);
      this.files.push(file);
      return text;
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      return void this.findings.errors.push(error);
    }
  }

  #fail(place: ErrorPlace, problem: string): undefined {
    this.findings.errors.push(new ConfigError(place, "", problem));
  }

  /** `${clientid}` and its like stand for the client's, and for no variable. */
  #placeholderEnv(): Env {
    return (name) => JWT_PLACEHOLDERS.includes(name) ? `\${${name}}` : this.#source.env(name);
  }

  /** A file that the operator named must be there. */
  #openNamed(file: string): Document | undefined {
    const doc = this.#open(file);
    if (doc === undefined) this.findings.errors.push(new ConfigError({ file }, "", "does not exist"));
    return doc === "unusable" ? undefined : doc;
  }

  /** `undefined`: there is no such file; `"unusable"`: it cannot be used, and an error says so. */
  #open(file: string, env = this.#source.env): Document | "unusable" | undefined {
    const { cwd, readFile = readBounded } = this.#source;
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

function pluginCandidates(configFile: string, pluginsDir: string, name: string): readonly string[] {
  const inWorkingDirectory = join(pluginsDir, name);
  if (isAbsolute(pluginsDir)) return [inWorkingDirectory];
  const besideConfig = join(dirname(configFile), pluginsDir, name);
  return besideConfig === inWorkingDirectory ? [besideConfig] : [besideConfig, inWorkingDirectory];
}
