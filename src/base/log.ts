// The one way to tell the operator something: each room is handed a Log; the daemon knows where it leads.

/** `error`: something is lost or does not work; `warn`: it may be soon; `info`: worth knowing. */
export type LogLevel = "error" | "warn" | "info";

/** What an entry is about: `url`, `listener`, `peer`; `dropped`: how many lines or messages are lost. */
export type LogFields = Readonly<Record<string, string | number | boolean>>;

/** Logs one entry; never throws. `text` is a sentence or its beginning; secrets are in neither. */
export type Log = (level: LogLevel, text: string, fields?: LogFields) => void;

/** The same log, each of whose entries has these fields too. */
export function withFields(log: Log, common: LogFields): Log {
  return (level, text, fields) => log(level, text, fields === undefined ? common : { ...common, ...fields });
}
