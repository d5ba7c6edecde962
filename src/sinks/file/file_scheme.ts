// The file: line of the scheme table: URLs of one path are one place, and that place is a FileSink.
import type { Scheme } from "../scheme.ts";
import { FileSink } from "./file_sink.ts";
import { filePathOf } from "./file_url.ts";
import { probeFile } from "./probe_file.ts";

export const fileScheme: Scheme = {
  placeOf: (url, options) => `file:${filePathOf(url, options.cwd)}`,
  open: (url, options, report, clock) =>
    new FileSink(url, filePathOf(url, options.cwd), options.file, report, clock),
  reconfigure: (sink, _url, options) => ({
    apply: () => (sink as FileSink).reconfigure(options.file),
    abandon: () => {},
    afterRestart: [],
  }),
  probe: (url, options) => probeFile(filePathOf(url, options.cwd)),
};
