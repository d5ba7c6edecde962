// The configuration that --config and --hooks name, and what is asked of it before the daemon has parts.
import { basename } from "node:path";
import type { Config } from "../config/config.ts";
import { HOOKS_NAME, loadConfig } from "../config/load.ts";
import { CertificateError, Certificates, type Expiry } from "../listeners/certificates.ts";
import { probeListeners as probe } from "../listeners/listeners.ts";
import type { SinkOptions } from "../sinks/options.ts";
import { leftBy } from "../sinks/schemes.ts";
import { probeHttp } from "../status/server.ts";

/** Where a configuration comes from. */
export interface ConfigPlace {
  /** `--config`; undefined: the built-in default. */
  readonly configFile: string | undefined;
  /** `--hooks`; undefined: the file that the configuration names. */
  readonly hooksFile: string | undefined;
  readonly cwd: string;
  readonly env: (name: string) => string | undefined;
}

/**
 * Throws ConfigErrors.
 * @param before what was loaded before: a hooks file that it came from must be there still
 */
export function loadConfigured({ configFile, hooksFile, cwd, env }: ConfigPlace, before?: Config): Config {
  return loadConfig({
    ...(configFile !== undefined && { configFile }),
    ...(hooksFile !== undefined && { hooksFile }),
    hooksFileExpected: before?.files.some((file) => basename(file) === HOOKS_NAME) ?? false,
    cwd,
    env,
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

/** For each listener, why it cannot be had now, as a whole sentence, or undefined. Accepts nobody. */
export function probeListeners(config: Config): Promise<(string | undefined)[]> {
  return probe(config.listeners);
}

/** The same of the HTTP API's address, where somebody wrote one: only then does `run` need it. */
export function probeHttpApi({ status: { http } }: Config): string | undefined {
  return http?.isWritten ? probeHttp(http) : undefined;
}

/** What a listener shows its peers and asks of them, as `check` tells it. */
export interface CertificateReport {
  readonly listener: string;
  /** Empty where there is a problem. */
  readonly expiries: readonly Expiry[];
  /** Why the files cannot be used, as a sentence. */
  readonly problem?: string;
}

/** One for each listener that has certificates. */
export function certificateReports({ listeners }: Config): CertificateReport[] {
  return listeners.flatMap(({ name: listener, tls }) => {
    if (tls === undefined) return [];
    try {
      return [{ listener, expiries: new Certificates(tls).loaded.expiries }];
    } catch (error) {
      if (!(error instanceof CertificateError)) throw error;
      return [{ listener, expiries: [], problem: error.message }];
    }
  });
}
