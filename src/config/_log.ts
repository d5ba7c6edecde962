// `[log]`: what the daemon says about itself, and where.
import { resolve } from "node:path";
import { type OptionsOf, optionTable, type Values } from "../base/option.ts";
import { optionsOf } from "./_checks.ts";
import type { Document } from "./_document.ts";

export const LOG_OPTIONS = optionTable({
  level: {
    key: "log.level",
    kind: "choice",
    choices: ["error", "warn", "info", "debug", "trace", "off"],
    default: "info",
    doc: "off, error, warn, info, debug or trace",
  },
  to: {
    key: "log.to",
    kind: "choice",
    choices: ["console", "file", "both", "off"],
    default: "console",
    doc: "off, file, console (stderr) or both",
  },
  dir: {
    key: "log.dir",
    kind: "path",
    what: "a folder",
    mayBeEmpty: true,
    default: ".",
    doc: "Where the file is.",
  },
  // An empty one means no file, as in RMQTT.
  file: {
    key: "log.file",
    kind: "text",
    what: "a file name",
    mayBeEmpty: true,
    default: "hookline.log",
    doc: 'Its name; "": no file.',
  },
});

/** `file` is the whole path. */
export type LogOptions = Omit<OptionsOf<typeof LOG_OPTIONS>, "dir">;

const WITHOUT_FILE = { console: "console", file: "off", both: "console", off: "off" } as const;

export function logOptions(doc: Document, values: Values, cwd: string): LogOptions {
  const { level, to, dir, file } = optionsOf(LOG_OPTIONS, values, cwd);
  if (file === "" && to === "file") doc.warn(["log", "file"], "is empty, so nothing is logged anywhere");
  return { level, to: file === "" ? WITHOUT_FILE[to] : to, file: resolve(dir, file) };
}
