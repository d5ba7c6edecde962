// Times and spans as RMQTT's API writes them.
import { LocalTime } from "../hooks/local_time.ts";

/** `2026-11-24 09:05:01`, in local time; `""` for undefined. @param ms Unix milliseconds */
export function localTime(ms: number | undefined): string {
  return ms === undefined ? "" : new LocalTime().at(ms).slice(0, 19);
}

/** `5 days 23 hours, 16 minutes, 3 seconds` */
export function spanText(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  const [days, hours, minutes] = [
    Math.floor(seconds / 86_400),
    Math.floor(seconds / 3_600) % 24,
    Math.floor(seconds / 60) % 60,
  ];
  return `${days} days ${hours} hours, ${minutes} minutes, ${seconds % 60} seconds`;
}
