// The daemon's own log: one line an entry, as text for people or as JSON for collectors.
import { type Clock, systemClock } from "../base/clock.ts";
import type { Log, LogFields, LogLevel } from "../base/log.ts";
import { nothingToPrepare, type Reloadable } from "../base/prepared.ts";
import type { LogOptions } from "../config/config.ts";
import { LocalTime } from "../hooks/local_time.ts";
import { jsonText } from "../mqtt/json_text.ts";
import { LogFile } from "./log_file.ts";
import { visible } from "../terminal/visible.ts";

export interface LoggerOptions extends LogOptions {
  readonly format: "text" | "json";
  /** Writes to stderr; never throws. */
  readonly err: (text: string) => void;
  readonly clock: Clock;
  /** Told of each entry that is written. Does not throw. */
  readonly onEntry?: (time: number, level: LogLevel, text: string, fields: LogFields) => void;
}

export interface Logger extends AsyncDisposable, Reloadable<LogOptions> {
  readonly log: Log;
  /** Closes and opens the log file again (SIGHUP, SIGUSR2); nothing without one. */
  reopen(): void;
}

/** `info` is the most detailed that is logged; RMQTT's `debug` and `trace` mean it too. */
const RANK: Readonly<Record<LogOptions["level"], number>> = {
  off: 0,
  error: 1,
  warn: 2,
  info: 3,
  debug: 3,
  trace: 3,
};

/** A log on stderr alone, as JSON: for what is to be said while no configuration holds. */
export function jsonLog(err: (text: string) => void): Log {
  return (level, text, fields = {}) => err(`${jsonEntry(systemClock.now(), level, text, fields)}\n`);
}

/** A log file that cannot be written is said on stderr, and its entries go there instead. */
export function openLogger(options: LoggerOptions): Logger {
  const render = options.format === "json" ? jsonEntry : textRenderer();
  const closing = new Set<Promise<void>>();
  const close = (file: LogFile | undefined): void => {
    const closed = file?.[Symbol.asyncDispose]().finally(() => closing.delete(closed as Promise<void>));
    if (closed !== undefined) closing.add(closed);
  };
  let place = openPlace(options, options);
  return {
    log: (level, text, fields = {}) => {
      if (RANK[level] > place.limit) return;
      const now = options.clock.now();
      const entry = `${render(now, level, text, fields)}\n`;
      options.onEntry?.(now, level, text, fields);
      const written = place.file?.write(entry) ?? false;
      if (place.toConsole || !written) options.err(entry);
    },
    reopen: () => place.file?.reopen(),
    // A file that cannot be had is no error here: its entries go to stderr.
    prepare: (changed) =>
      nothingToPrepare(() => {
        const before = place.file;
        place = openPlace(changed, options, before);
        if (before !== place.file) close(before);
      }),
    [Symbol.asyncDispose]: async () => {
      close(place.file);
      await Promise.all(closing);
    },
  };
}

/** What the options come to. */
interface Place {
  readonly limit: number;
  readonly toConsole: boolean;
  readonly file: LogFile | undefined;
}

/** @param before the open log file: it stays when it is the one that is asked for */
function openPlace(
  { level, to, file: path }: LogOptions,
  { format, err, clock }: LoggerOptions,
  before?: LogFile,
): Place {
  const limit = to === "off" ? 0 : RANK[level];
  if (to !== "file" && to !== "both") return { limit, toConsole: to === "console", file: undefined };
  const file = before?.path === path ? before : new LogFile({
    path,
    ownStart: format === "json" ? '{"time":"' : "2",
    err,
    clock,
  });
  return { limit, toConsole: to === "both", file };
}

/** `2026-11-24 09:05:01.042 INFO  listening on 127.0.0.1:1883 listener=default`, in local time. */
function textRenderer(): (time: number, level: LogLevel, text: string, fields: LogFields) => string {
  const localTime = new LocalTime();
  return (time, level, text, fields) => {
    const pairs = Object.entries(fields).map(([key, value]) => ` ${key}=${fieldText(value)}`).join("");
    return `${localTime.at(time)} ${level.toUpperCase().padEnd(5)} ${visible(text)}${pairs}`;
  };
}

/** Quoted where it would not read as one word. */
function fieldText(value: string | number | boolean): string {
  const text = visible(String(value));
  return /^[^\s"=]+$/.test(text) ? text : JSON.stringify(text);
}

function jsonEntry(time: number, level: LogLevel, text: string, fields: LogFields): string {
  return jsonText({ time: new Date(time).toISOString(), level, msg: text, ...fieldsApart(fields) });
}

/** A field must not replace what every entry has. */
function fieldsApart(fields: LogFields): LogFields {
  return Object.fromEntries(
    Object.entries(fields).map((
      [key, value],
    ) => [["time", "level", "msg"].includes(key) ? `${key}_` : key, value]),
  );
}
