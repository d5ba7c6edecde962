// The http: and https: lines of the scheme table: URLs of one endpoint are one place, and that place is an HttpSink.
import { probeFile } from "../file/probe_file.ts";
import type { Scheme, SinkOptions } from "../scheme.ts";
import { HttpSink, type HttpSinkOptions } from "./http_sink.ts";
import { spoolFolderName } from "./_spool_folder.ts";
import { parseHttpUrl, targetOf } from "./_target.ts";

export const httpScheme: Scheme = {
  placeOf(url): string {
    const parsed = parseHttpUrl(url);
    parsed.hash = "";
    return parsed.href;
  },
  open: (url, options, report, clock) => new HttpSink(url, sinkOptionsOf(url, options), report, clock),
  reconfigure: (sink, url, options) => (sink as HttpSink).reconfigure(url, sinkOptionsOf(url, options)),
  /** The endpoint itself is not asked: it may be away, and `check` has nothing to send. */
  probe(url, options): string | undefined {
    const target = targetOf(url, options.endpoints.get(url));
    if (!options.http.spool) return undefined;
    // Any file of the folder tells whether the spool can be written; a running Hookline has this one open.
    return probeFile(`${options.http.spoolDir}/${spoolFolderName(target.url)}/lock`);
  },
};

function sinkOptionsOf(url: string, { http, file, endpoints }: SinkOptions): HttpSinkOptions {
  return { ...http, file, endpoint: endpoints.get(url) ?? {} };
}
