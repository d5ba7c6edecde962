// The http: and https: URLs of the scheme table: those of one endpoint are one place, an HttpSink.
import { probeFile } from "../lines/probe_file.ts";
import type { Scheme, UrlOptionProblem } from "../scheme.ts";
import { leftSpools } from "../spool/left_spools.ts";
import { SinkError } from "../sink.ts";
import { isLocked, spoolFolderName, SpoolInUse } from "../spool/spool_folder.ts";
import { connectProblem } from "./_connect.ts";
import { HttpSink } from "./http_sink.ts";
import { HTTP_DEFAULTS } from "./options.ts";
import { connectionTo, Poster } from "./_poster.ts";
import { parseHttpUrl, targetOf } from "./_target.ts";

const EXAMPLE = "http://127.0.0.1:5656/hook";
const NAMES = ["http", "https"];

export const httpScheme: Scheme = {
  names: NAMES,
  example: EXAMPLE,
  problem: (url) =>
    /^https?:\/\/[^/?#]/i.test(url) && URL.canParse(url) ? undefined : `must name a host, as in "${EXAMPLE}"`,
  urlOptionProblem,
  placeOf(url): string {
    const parsed = parseHttpUrl(url);
    parsed.hash = "";
    return parsed.href;
  },
  open: (url, options, log, clock) => new HttpSink(url, options, log, clock),
  probe(url, { http, endpoints }): string | undefined {
    const target = targetOf(url, endpoints.get(url));
    if (!http.spool) return undefined;
    // Any file of the folder tells whether the spool can be written; a running Hookline has this one open.
    return probeFile(`${http.spoolDir}/${spoolFolderName(target.url)}/lock`);
  },
  async reach(url, { http, endpoints }): Promise<string | undefined> {
    const target = targetOf(url, endpoints.get(url));
    const spool = `${http.spoolDir}/${spoolFolderName(target.url)}`;
    if (http.spool && isLocked(spool)) {
      throw new SinkError(target.shownUrl, `${new SpoolInUse(spool).message}.`);
    }
    return await connectProblem(target);
  },
  goodNews: (_url, _options, untried) =>
    untried === undefined ? "ok, takes connections" : `not tried (${untried})`,
  leftBy(urls, { http: { spoolDir } }): string[] {
    const own = [...urls].filter((url) => NAMES.includes(URL.parse(url)?.protocol.slice(0, -1) ?? ""));
    return leftSpools(spoolDir, new Set(own.map(spoolFolderName))).map(({ folder, bytes }) =>
      `${folder} holds ${bytes} bytes of events for a URL that the configuration does not have; ` +
      `send them with \`hookline redeliver ${folder}/*.jsonl\`, or remove the folder`
    );
  },
  farEnd(url, own, clock): Poster {
    const { concurrency, timeout } = { ...HTTP_DEFAULTS, ...own };
    const options = { timeout, concurrency, compression: "none", batchMax: 1 } as const;
    return new Poster(connectionTo(targetOf(url, own), options), clock);
  },
};

function urlOptionProblem(url: string, keys: readonly string[]): UrlOptionProblem | undefined {
  const ofTls = keys.find((key) => key.endsWith("_file"));
  if (ofTls !== undefined && !/^https:/i.test(url)) return { key: ofTls, problem: "is only for https URLs" };
  for (const [key, other] of [["cert_file", "key_file"], ["key_file", "cert_file"]] as const) {
    if (keys.includes(key) && !keys.includes(other)) return { key, problem: `needs ${other} beside it` };
  }
  return undefined;
}
