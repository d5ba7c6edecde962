// `hookline check`: what the configuration means, and whether the broker would start with it.
import { existsSync } from "node:fs";
import type { Config } from "../config/config.ts";
import { EVENT_NAMES, eventHasTopic } from "../hooks/events.ts";
import { probeFile } from "../sinks/lines/probe_file.ts";
import { goodNews, probe } from "../sinks/schemes.ts";
import { configuredUrls, isLoopback, loadConfigured, sinkOptionsOf, strayNews } from "./configured.ts";
import { EXIT } from "./exit_code.ts";
import type { Io } from "./io.ts";
import { maskUrl } from "../sinks/mask_url.ts";
import { tableText } from "./table.ts";
import type { Verb } from "./verb.ts";
import { visible } from "./visible.ts";

/** Rejects with ConfigErrors, which cli.ts prints. */
// deno-lint-ignore require-await -- a Verb is async; this one has nothing to wait for
export const check: Verb = async (values, _positionals, io) => {
  const config = loadConfigured(values, io);
  for (const warning of config.warnings) io.err(`warning: ${visible(warning)}\n`);
  io.out(`Configuration: ${visible(config.files.join(", ")) || "built-in default, no file"}\n`);
  io.out(`\nListeners\n${tableText(listenerRows(config))}`);
  const rules = ruleRows(config);
  io.out(
    rules.length === 0
      ? "\nRules\n  none: no event is written anywhere\n"
      : `\nRules\n${tableText([["EVENT", "ACTION", "TOPICS", "URL"], ...rules])}`,
  );
  const problems = probePlaces(config, io);
  for (const sentence of strayNews(config, io.cwd)) io.err(`warning: ${visible(sentence)}\n`);
  if (problems > 0) {
    io.err(`hookline check: ${problems === 1 ? "1 place" : `${problems} places`} cannot be written to.\n`);
    return EXIT.config;
  }
  io.out("\nAll good.\n");
  return EXIT.done;
};

function listenerRows(config: Config): string[][] {
  const rows = config.listeners.map(({ name, hostname, port, options }) => [
    name,
    `${hostname.includes(":") ? `[${hostname}]` : hostname}:${port}`,
    options.allowAnonymous ? "yes" : "no",
    String(options.maxConnections),
    isLoopback(hostname) ? "this machine only" : "the network",
  ]);
  return [["NAME", "ADDRESS", "ANONYMOUS", "CONNECTIONS", "OPEN TO"], ...rows];
}

/** One row for each event, rule and URL. */
function ruleRows(config: Config): string[][] {
  const rows: string[][] = [];
  for (const event of EVENT_NAMES) {
    for (const rule of config.hooks.rules[event] ?? []) {
      const topics = eventHasTopic(event) ? rule.topics?.join(", ") ?? "all" : "-";
      for (const url of rule.urls.length > 0 ? rule.urls : ["(no URL)"]) {
        rows.push([event, rule.action, topics, maskUrl(url)].map(visible));
      }
    }
  }
  return rows;
}

/** Tries each place and shows the answers; how many cannot be used. */
function probePlaces(config: Config, io: Io): number {
  const options = sinkOptionsOf(config, io.cwd);
  let problems = 0;
  const row = (place: string, problem: string | undefined, good: () => string): string[] => {
    if (problem !== undefined) problems++;
    return [place, problem ?? good()].map(visible);
  };
  const rows = [...configuredUrls(config)].map((url) => {
    const problem = probe(url, options);
    return row(maskUrl(url), problem && withoutUrl(problem, url), () => goodNews(url, options));
  });
  if (config.log.to === "file" || config.log.to === "both") {
    rows.push(row("log.file", probeFile(config.log.file), () => fileNews(config.log.file)));
  }
  if (rows.length > 0) io.out(`\nFiles and endpoints\n${tableText(rows)}`);
  return problems;
}

function fileNews(path: string): string {
  return existsSync(path) ? `ok, appends to ${path}` : `ok, will make ${path}`;
}

/** A sentence about a URL may hold the URL, secrets and all. */
function withoutUrl(problem: string, url: string): string {
  const sentence = problem.startsWith(`${url}: `) ? problem.slice(url.length + 2) : problem;
  return sentence.replaceAll(url, maskUrl(url));
}
