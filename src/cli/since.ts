// The value of --since: how long ago, or a local time.
import { parseDuration } from "../config/units.ts";
import { UsageError } from "./verb.ts";

/** Unix milliseconds; `undefined` for `undefined`. Throws UsageError for what is neither. */
export function sinceOf(text: string | undefined, now: number): number | undefined {
  if (text === undefined) return undefined;
  const ago = parseDuration(text);
  if (ago !== undefined) return now - ago;
  const time = /^\d{4}-\d\d-\d\d([ T]\d\d:\d\d(:\d\d(\.\d{1,3})?)?)?$/.test(text)
    // A date alone would be taken as UTC.
    ? new Date(text.length === 10 ? `${text}T00:00` : text.replace(" ", "T")).getTime()
    : NaN;
  if (Number.isNaN(time)) {
    throw new UsageError(
      `--since cannot be ${JSON.stringify(text)}; allowed: how long ago, such as 90s, 1h or 2d, ` +
        `or a local time, such as "2026-11-24 09:05".`,
    );
  }
  return time;
}
