// The http: and https: lines of the scheme table: URLs of one endpoint are one place, and that place is an HttpSink.
import { probeFile } from "../file/probe_file.ts";
import type { Scheme, SinkOptions } from "../scheme.ts";
import { SinkError } from "../sink.ts";
import { HttpSink, type HttpSinkOptions } from "./http_sink.ts";
import { connectProblem } from "./_connect.ts";
import { isLocked, spoolFolderName, SpoolInUse } from "./_spool_folder.ts";
import { parseHttpUrl, targetOf } from "./_target.ts";

export const httpScheme: Scheme = {
  placeOf(url): string {
    const parsed = parseHttpUrl(url);
    parsed.hash = "";
    return parsed.href;
  },
  open: (url, options, report, clock) => new HttpSink(url, sinkOptionsOf(url, options), report, clock),
  reconfigure: (sink, url, options) => (sink as HttpSink).reconfigure(url, sinkOptionsOf(url, options)),
  probe(url, options): string | undefined {
    const target = targetOf(url, options.endpoints.get(url));
    if (!options.http.spool) return undefined;
    // Any file of the folder tells whether the spool can be written; a running Hookline has this one open.
    return probeFile(`${options.http.spoolDir}/${spoolFolderName(target.url)}/lock`);
  },
  async reach(url, options): Promise<string | undefined> {
    const target = targetOf(url, options.endpoints.get(url));
    const spool = `${options.http.spoolDir}/${spoolFolderName(target.url)}`;
    if (options.http.spool && isLocked(spool)) {
      throw new SinkError(target.shownUrl, `${new SpoolInUse(spool).message}.`);
    }
    return await connectProblem(target);
  },
};

function sinkOptionsOf(url: string, { http, file, endpoints }: SinkOptions): HttpSinkOptions {
  return { ...http, file, endpoint: endpoints.get(url) ?? {} };
}
