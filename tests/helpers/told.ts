// What was told to the operator, kept for a test to look at.
import type { Log, LogFields, LogLevel } from "../../src/base/log.ts";

export interface Entry {
  readonly level: LogLevel;
  readonly text: string;
  readonly fields: LogFields;
  /** `fields.dropped`: how many lines this entry says are lost. */
  readonly dropped: number | undefined;
}

/** A log that adds each entry to `entries`. */
export function logInto(entries: Entry[]): Log {
  return (level, text, fields = {}) => {
    const { dropped } = fields;
    entries.push({ level, text, fields, dropped: typeof dropped === "number" ? dropped : undefined });
  };
}
