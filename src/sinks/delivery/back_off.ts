// How long to wait before the next attempt: RMQTT's sequence, jittered, or what Retry-After says.

/** Seconds after the first, second, … failure with the default `retry_multiplier`, as RMQTT has them. */
const WAITS_S = [2, 4, 7, 11, 18, 42];
const DEFAULT_MULTIPLIER = 2.5;
/** No wait is longer, whatever the multiplier; milliseconds. */
const LONGEST_MS = 60_000;
/** A wait is up to this part longer or shorter, so that many clients do not come back together. */
const JITTER = 0.2;
/** Retry-After is obeyed within these bounds, milliseconds: 0 would be a hot loop, a week is a mistake. */
const RETRY_AFTER_MS = { least: 1_000, most: 3_600_000 };

/**
 * Milliseconds to wait after the `failures`-th failure in a row (1 is the first).
 *
 * The default multiplier gives 2, 4, 7, 11, 18, 42 and then 60 s. Another one bends the same curve: 1 makes
 * every wait 2 s, 2.5² squares how each wait compares with the first; 60 s is the longest.
 * @param random gives 0 to 1; decides the jitter of ±20 %
 */
export function backOff(failures: number, multiplier: number, random: () => number): number {
  const first = WAITS_S[0] ?? 2;
  const base = WAITS_S[failures - 1] ?? LONGEST_MS / 1000;
  const bend = Math.log(multiplier) / Math.log(DEFAULT_MULTIPLIER);
  const wait = Math.min(LONGEST_MS, first * Math.pow(base / first, bend) * 1000);
  return wait * (1 - JITTER + 2 * JITTER * random());
}

/**
 * Milliseconds that a Retry-After header asks for, as seconds or as an HTTP date; at least one second and at
 * most one hour. `undefined` when there is none or it says neither.
 * @param now Unix milliseconds
 */
export function retryAfter(header: string | null, now: number): number | undefined {
  if (header === null) return undefined;
  const text = header.trim();
  const asked = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - now;
  if (Number.isNaN(asked)) return undefined;
  return Math.min(RETRY_AFTER_MS.most, Math.max(RETRY_AFTER_MS.least, asked));
}
