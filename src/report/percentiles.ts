// How long messages took: percentiles and a picture of a count for each duration.

/** How many took so many milliseconds, the shortest first. */
export type Durations = readonly (readonly [ms: number, count: number])[];

/** The duration that `share` of all do not exceed; `undefined` where there are none. */
export function percentile(durations: Durations, share: number): number | undefined {
  const total = countOf(durations);
  let seen = 0;
  for (const [ms, count] of durations) {
    seen += count;
    if (seen >= total * share) return ms;
  }
  return undefined;
}

export function countOf(durations: Durations): number {
  return durations.reduce((sum, [, count]) => sum + count, 0);
}

/** Counts by powers of two: 0, 1, 2 to 3, 4 to 7, … milliseconds. As long as the longest needs. */
export function byPowerOfTwo(durations: Durations): number[] {
  const counts: number[] = [];
  for (const [ms, count] of durations) {
    const index = bucketOf(ms);
    while (counts.length <= index) counts.push(0);
    counts[index] = (counts[index] ?? 0) + count;
  }
  return counts;
}

function bucketOf(ms: number): number {
  return ms < 1 ? 0 : Math.floor(Math.log2(ms)) + 1;
}

/** `0`, `1`, `2`, `4`, …, `1 s`, `2 s`: the shortest duration of a bucket. */
export function bucketLabel(index: number): string {
  const ms = index === 0 ? 0 : 2 ** (index - 1);
  return ms < 1_000 ? String(ms) : `${Math.floor(ms / 1_000)} s`;
}
