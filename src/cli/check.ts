// `hookline check`: what the configuration means, and whether the broker would start with it.
import type { AuthenticatorName } from "../access/options.ts";
import type { Config } from "../config/config.ts";
import { EVENT_NAMES, eventHasTopic } from "../hooks/events.ts";
import { expiryNews } from "../listeners/certificate_watch.ts";
import { isLocal, placeText } from "../listeners/options.ts";
import { fileNews, probeFile } from "../sinks/lines/probe_file.ts";
import { goodNews, probe, type Problem, reach } from "../sinks/schemes.ts";
import {
  type CertificateReport,
  certificateReports,
  configuredUrls,
  loadConfigured,
  probeHttpApi,
  probeListeners,
  sinkOptionsOf,
  strayNews,
} from "../daemon/configured.ts";
import { EXIT } from "./exit_code.ts";
import type { Io } from "./io.ts";
import { jsonLog } from "../daemon/logger.ts";
import { maskUrl } from "../sinks/mask_url.ts";
import { probeStore, putAsideBy } from "../store/probe_store.ts";
import { tableText } from "../terminal/table.ts";
import { configPlace, flagOf, type Verb, wantsJson } from "./verb.ts";
import { visible } from "../terminal/visible.ts";

/** Variables that send requests another way than straight to the endpoint. */
const PROXIES = ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"].flatMap((name) => [name, name.toLowerCase()]);

/** Rejects with ConfigErrors, which cli.ts prints. */
export const check: Verb = async (values, _positionals, io) => {
  const config = loadConfigured(configPlace(values, io));
  const json = wantsJson(values) ? jsonLog(io.err) : undefined;
  const warn = (text: string): void => json ? json("warn", text) : io.err(`warning: ${visible(text)}\n`);
  const fail = (text: string): void => json ? json("error", text) : io.err(`hookline check: ${text}\n`);
  for (const warning of config.warnings) warn(warning);
  io.out(`Configuration: ${visible(config.files.join(", ")) || "built-in default, no file"}\n`);
  const offline = flagOf(values, "offline");
  const addresses = offline ? [] : await probeListeners(config);
  io.out(`\nListeners\n${tableText(listenerRows(config))}`);
  for (const problem of addresses) if (problem !== undefined) io.out(`  ${visible(problem)}\n`);
  const { http } = config.status;
  const taken = offline ? undefined : probeHttpApi(config);
  io.out(`\nLive view\n${tableText(liveRows(http))}`);
  if (taken !== undefined) io.out(`  ${visible(taken)}\n`);
  const certificates = certificateReports(config);
  if (certificates.length > 0) io.out(`\nCertificates\n${tableText(certificateRows(certificates))}`);
  const expiring = certificates.flatMap(({ expiries }) =>
    expiries.flatMap((it) => expiryNews(it, Date.now()) ?? [])
  );
  for (const { sentence } of expiring) warn(sentence);
  io.out(`\nAccess\n${tableText(accessRows(config))}`);
  const rules = ruleRows(config);
  io.out(
    rules.length === 0
      ? "\nRules\n  none: no event is written anywhere\n"
      : `\nRules\n${tableText([["EVENT", "ACTION", "TOPICS", "URL"], ...rules])}`,
  );
  const places = await probePlaces(config, io, offline);
  if (places.length > 0) io.out(`\nFiles and endpoints\n${tableText(places.map(({ row }) => row))}`);
  const strays = [...strayNews(config, io.cwd), ...asideNews(config.store.path)];
  for (const sentence of strays) warn(sentence);
  // The addresses tell of them too, where they are tried.
  const unusable = offline ? certificates.filter(({ problem }) => problem !== undefined).length : 0;
  const refused = (taken === undefined ? 0 : 1) +
    addresses.filter((problem) => problem !== undefined).length + unusable +
    places.filter(({ problem }) => problem?.refused).length;
  const deaf = places.filter(({ problem }) => problem?.refused === false).length;
  if (refused > 0) {
    fail(`run would not start: ${refused === 1 ? "1 problem" : `${refused} problems`}, shown above.`);
    return EXIT.config;
  }
  if (deaf > 0) {
    fail(`run would start, but ${deaf === 1 ? "1 place takes" : `${deaf} places take`} nothing now.`);
    return EXIT.failed;
  }
  const warnings = config.warnings.length + strays.length + expiring.length;
  io.out(warnings === 0 ? "\nAll good.\n" : `\nIt would start. Warnings: ${warnings}.\n`);
  return EXIT.done;
};

function listenerRows({ listeners }: Config): string[][] {
  const openTo = (local: boolean): string => local ? "this machine only" : "the network";
  const rows = listeners.map((listener) => [
    listener.name,
    listener.kind,
    placeText(listener.place),
    listener.options.allowAnonymous ? "yes" : "no",
    Number.isFinite(listener.options.maxConnections) ? String(listener.options.maxConnections) : "no limit",
    openTo(isLocal(listener.place)),
  ]);
  return [["NAME", "KIND", "ADDRESS", "ANONYMOUS", "CONNECTIONS", "OPEN TO"], ...rows];
}

function liveRows(http: Config["status"]["http"]): string[][] {
  if (http === undefined) return [["off"]];
  const openTo = isLocal(http) ? "this machine only" : "the network";
  return [["ADDRESS", "TOKEN", "OPEN TO"], [
    placeText(http),
    http.token === undefined ? "no" : "yes",
    openTo,
  ]];
}

function certificateRows(reports: readonly CertificateReport[]): string[][] {
  const rows = reports.flatMap(({ listener, expiries, problem }) => {
    if (problem !== undefined) return [[listener, problem, "", ""]];
    return expiries.map(({ file, kind, subject, at }) => {
      return [listener, file, `${kind} ${subject}`, new Date(at).toISOString().slice(0, 10)];
    });
  });
  return [["LISTENER", "FILE", "HOLDS", "UNTIL"], ...rows.map((row) => row.map(visible))];
}

/** Who is asked about clients, and what decides on what they may do. */
function accessRows({ access, listeners }: Config): string[][] {
  const { order, passwordFile, http, jwt, mosquittoAcl, rmqttAcl, flapping } = access;
  const users = passwordFile?.users.size;
  const asking = listeners.flatMap(({ kind, name, tls }) =>
    tls?.clientCa === undefined ? [] : [`${kind}.${name}`]
  );
  const asked: Readonly<Record<AuthenticatorName, string | undefined>> = {
    certificate: asking.length === 0 ? undefined : `asked for by listener.${asking.join(", listener.")}`,
    password_file: users === undefined ? undefined : `${users} ${users === 1 ? "user" : "users"}`,
    http: http?.authRequest && maskUrl(http.authRequest.url),
    jwt: jwt && `the token is the ${jwt.from}`,
  };
  const rows = order.flatMap((name) => asked[name] === undefined ? [] : [[name, asked[name]]]);
  if (http?.aclRequest !== undefined) rows.push(["http_acl_req", maskUrl(http.aclRequest.url)]);
  if (mosquittoAcl !== undefined) rows.push(["mosquitto_file", "what it does not allow is denied"]);
  if (rmqttAcl !== undefined) rows.push(["rmqtt-acl", `${rmqttAcl.rules.length} rules`]);
  if (flapping !== undefined) {
    rows.push(["rmqtt-flapping", `watched: ${Object.keys(flapping.policies).join(", ")}`]);
  }
  return rows.length === 0 ? [["none", "nobody is authenticated, and everybody may do everything"]] : rows;
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

interface Place {
  readonly row: string[];
  readonly problem: Problem | undefined;
}

/** Tries each place that takes lines, all at once. */
async function probePlaces(config: Config, io: Io, offline: boolean): Promise<Place[]> {
  const options = sinkOptionsOf(config, io.cwd);
  const proxy = PROXIES.find((name) => (io.env(name) ?? "") !== "");
  const untried = offline ? "--offline" : proxy === undefined ? undefined : `${proxy} is set`;
  const place = (name: string, problem: Problem | undefined, good: () => string): Place => ({
    row: [name, problem?.sentence ?? good()].map(visible),
    problem,
  });
  const places = await Promise.all([...configuredUrls(config)].map(async (url) => {
    const problem = probe(url, options) ?? (untried === undefined ? await reach(url, options) : undefined);
    const shown = problem && { ...problem, sentence: withoutUrl(problem.sentence, url) };
    const required = options.endpoints.get(url)?.required ? "; required" : "";
    return place(maskUrl(url), shown, () => goodNews(url, options, untried) + required);
  }));
  if (config.log.to === "file" || config.log.to === "both") {
    const sentence = probeFile(config.log.file);
    places.push(place("log.file", sentence === undefined ? undefined : { sentence, refused: false }, () => {
      return fileNews(config.log.file);
    }));
  }
  if (config.store.path !== undefined) places.push(storePlace(config.store.path, offline));
  return places;
}

/** `store.path`: whether it can be opened. @param offline a running Hookline may have it */
function storePlace(path: string, offline: boolean): Place {
  const unusable = probeFile(path);
  const problem = unusable === undefined
    ? offline ? undefined : probeStore(path)
    : { sentence: unusable, refused: false };
  return { row: ["store.path", visible(problem?.sentence ?? storeNews(path))], problem };
}

function storeNews(path: string): string {
  try {
    return `ok, ${path} has ${Math.ceil(Deno.statSync(path).size / 1024)} KB`;
  } catch {
    // It is not there yet: probeFile has tried the rest.
    return `ok, will make ${path}`;
  }
}

/** A sentence on damaged stores beside this one. */
function asideNews(path: string | undefined): string[] {
  const aside = path === undefined ? [] : putAsideBy(path);
  if (aside.length === 0) return [];
  return [`${path} was damaged once: ${aside.join(", ")} beside it may be looked at, or removed`];
}

/** A sentence about a URL may hold the URL, secrets and all. */
function withoutUrl(problem: string, url: string): string {
  const places = [url, maskUrl(url)];
  const place = places.find((text) => problem.startsWith(`${text}: `));
  const sentence = place === undefined ? problem : problem.slice(place.length + 2);
  return sentence.replaceAll(url, maskUrl(url));
}
