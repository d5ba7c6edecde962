// `[log]`: what the daemon says about itself, and where.
import { resolve } from "node:path";
import { oneOf, textOrEmpty } from "./_fields.ts";
import type { Document } from "./_document.ts";
import { readTable } from "./_table.ts";
import type { LogOptions } from "./config.ts";

const DIR = ".";
const FILE = "hookline.log";

/** An empty `log.file` means no file, as in RMQTT. */
const WITHOUT_FILE = { console: "console", file: "off", both: "console", off: "off" } as const;

/** Without any file: `info` on stderr. `cwd` is what a relative `log.dir` starts from. */
export function defaultLog(cwd: string): LogOptions {
  return { level: "info", to: "console", file: resolve(cwd, DIR, FILE) };
}

export function readLog(doc: Document, value: unknown, cwd: string): LogOptions {
  const table = readTable(doc, ["log"], value, {
    level: oneOf("error", "warn", "info", "debug", "trace", "off"),
    to: oneOf("console", "file", "both", "off"),
    dir: textOrEmpty("a folder"),
    file: textOrEmpty("a file name"),
  }) ?? {};
  const defaults = defaultLog(cwd);
  const to = table.to ?? defaults.to;
  if (table.file === "" && to === "file") {
    doc.warn(["log", "file"], "is empty, so nothing is logged anywhere");
  }
  return {
    level: table.level ?? defaults.level,
    to: table.file === "" ? WITHOUT_FILE[to] : to,
    file: resolve(cwd, table.dir ?? DIR, table.file ?? FILE),
  };
}
