// The file: line of the scheme table: URLs of one path are one place, and that place is a FileSink.
import { fileNews, probeFile } from "../lines/probe_file.ts";
import type { Scheme } from "../scheme.ts";
import { SinkError } from "../sink.ts";
import { FileSink } from "./file_sink.ts";
import { filePathOf } from "./file_url.ts";

export const fileScheme: Scheme = {
  names: ["file"],
  // What command lines call standard output.
  shorthands: new Map([["-", "file:///dev/stdout"]]),
  example: "file:///var/log/hookline/hook.log",
  problem(url): string | undefined {
    // Judged here, because the error's sentence would show the host, and with it a password.
    if (/^file:\/\//i.test(url) && !/^file:\/\/(localhost)?\//i.test(url)) {
      return 'must have three slashes before an absolute path: "file://A/B" names a host A, which RMQTT ' +
        'drops; write "file:///B", where RMQTT writes to, or "file:///A/B", ' +
        'or for a relative path "file:./A/B"';
    }
    try {
      filePathOf(url, "/");
      return undefined;
    } catch (error) {
      if (!(error instanceof SinkError)) throw error;
      // Its message begins with the URL, which the caller shows as it is written in the configuration.
      return `must name a file: ${error.message.slice(`${url}: `.length).replace(/\.$/, "")}`;
    }
  },
  placeOf: (url, cwd) => `file:${filePathOf(url, cwd)}`,
  open: (url, { cwd, file }, log, clock) => new FileSink(url, filePathOf(url, cwd), file, log, clock),
  probe: (url, { cwd }) => probeFile(filePathOf(url, cwd)),
  goodNews: (url, { cwd }) => fileNews(filePathOf(url, cwd)),
};
